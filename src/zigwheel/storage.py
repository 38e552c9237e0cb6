"""Writing that is seen whole or not at all: aside first, then put in place by one rename."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from zigwheel.errors import StorageError


@contextmanager
def replaced_folder(target: Path) -> Iterator[Path]:
    """A new folder beside `target` that becomes `target` when the block ends without an exception.

    If another process put its own there first, that one stays: both hold the same, since the name
    of every such folder tells its content.
    """
    import tempfile

    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield fresh
        fresh.chmod(0o755)
        try:
            patiently(os.rename, fresh, target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


PAUSES = (0.02, 0.1, 0.3, 1.0)
"""Seconds to wait for a rename, before the second try, the third and so on."""


def patiently(
    move: Callable[[str | Path, str | Path], None], source: str | Path, target: str | Path
) -> None:
    """Rename what was just written, by `os.rename` or `os.replace`. Raises `OSError`.

    Windows refuses while a virus scanner looks at a new file, which is over in a moment.
    """
    import time

    for pause in PAUSES:
        try:
            return move(source, target)
        except PermissionError:
            if os.path.isdir(target):
                raise
            time.sleep(pause)
    return move(source, target)


def put_file(target: Path, data: bytes) -> None:
    """Make `target` a file with this content; nobody ever sees a part of it. Raises `OSError`.

    A file that holds the same already is left alone, with its time.
    """
    import tempfile

    try:
        if target.read_bytes() == data:
            return
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
    number, fresh = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with open(number, "wb") as stream:
            stream.write(data)
        os.chmod(fresh, 0o644)
        patiently(os.replace, fresh, target)
    except BaseException:
        os.unlink(fresh)
        raise


def sync_folder(folder: Path) -> None:
    """Have the disk keep what was renamed into a folder, or removed from it. Raises `OSError`.

    Windows has no such call, and some file systems of other machines refuse it.
    """
    import errno

    directory = getattr(os, "O_DIRECTORY", None)
    if directory is None:
        return
    number = os.open(folder, os.O_RDONLY | directory)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(number)


@contextmanager
def told(doing: str, where: Path) -> Iterator[None]:
    """Turn an `OSError` of the block into a `StorageError` that says what was being done."""
    try:
        yield
    except OSError as error:
        raise storage_error(error, doing, where) from error


IN_USE = (5, 32, 33)
"""What Windows says of a file that is open (ERROR_ACCESS_DENIED, of a rename; ERROR_SHARING_VIOLATION;
ERROR_LOCK_VIOLATION); C's `errno` calls all of them EACCES."""


def storage_error(error: OSError, doing: str, where: Path) -> StorageError:
    """The `StorageError` for a failed system call."""
    import errno

    hints = {
        errno.ENOSPC: "the disk is full: free room there, or name another folder",
        errno.EDQUOT: "the quota is used up: free room there, or name another folder",
        errno.EROFS: "the disk is read-only: name another folder",
        errno.EACCES: "this user may not write there: name another folder",
    }
    hint = hints.get(error.errno or 0, "")
    if getattr(error, "winerror", 0) in IN_USE:
        hint = "a program has a file open there, or this user may not write: name another folder"
    file = error.filename
    named = isinstance(file, str) and not Path(file).is_relative_to(where)
    which = f" ({file!r})" if named else ""
    return StorageError(
        f"{doing} failed in {str(where)!r}: {error.strerror or error}{which}", hint=hint
    )
