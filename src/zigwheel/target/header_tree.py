"""The target's own header tree: CPython's headers of this machine with the target's `pyconfig.h`.

`Python.h` includes `"pyconfig.h"` from its own folder first, so the tree is copied with that one
file replaced; an include folder in front would not help.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from zigwheel.errors import StorageError
from zigwheel.storage import replaced_folder, told
from zigwheel.target.installation import HeaderSource

_FOLDERS = ("cpython", "internal")
"""Folders of CPython's own headers; others (`numpy`, `greenlet`) are installed by packages."""


def header_files(include: Path) -> tuple[str, ...]:
    """The names of CPython's own headers below a folder, sorted, with `/`, without `pyconfig.h`.

    Siblings of `pyconfig.h` for one platform (`pyconfig-64.h` on Fedora) are left out as well.
    Raises StorageError where the folder can't be read.
    """
    try:
        names = list(_names(os.fspath(include), ""))
    except OSError as error:
        raise _unreadable(include, error) from error
    return tuple(sorted(name for name in names if not name.startswith("pyconfig")))


def _names(folder: str, below: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".h"):
                if entry.is_file():
                    yield below + entry.name
            elif (below or entry.name in _FOLDERS) and entry.is_dir():
                yield from _names(entry.path, f"{below}{entry.name}/")


def headers_sha256(
    source: HeaderSource, pyconfig: str, known: MutableMapping[Path, str] | None = None
) -> str:
    """The hash of a target's header tree: the names and contents that `materialise` would write.

    `known` keeps what all targets share, by include folder, for who asks more than once. Raises
    StorageError where a header can't be read.
    """
    import hashlib

    known = {} if known is None else known
    if source.include not in known:
        digest = hashlib.sha256()
        for name in header_files(source.include):
            content = header_content(source.include, name)
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        known[source.include] = digest.hexdigest()
    return hashlib.sha256(f"{known[source.include]}\n{pyconfig}".encode()).hexdigest()


def _contents(source: HeaderSource, pyconfig: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents, sorted by name."""
    for name in sorted([*header_files(source.include), "pyconfig.h"]):
        own = name == "pyconfig.h"
        yield name, pyconfig.encode() if own else header_content(source.include, name)


def header_content(include: Path, name: str) -> bytes:
    """The content of a header. Line ends are LF: those of Windows are not part of it.

    Raises StorageError where it can't be read.
    """
    try:
        # Unbuffered: each file is read at once, and there are hundreds.
        with open(os.path.join(include, name), "rb", buffering=0) as file:
            content = file.readall()
    except OSError as error:
        raise _unreadable(include, error) from error
    return content.replace(b"\r\n", b"\n") if b"\r" in content else content


def materialise(source: HeaderSource, *, pyconfig: str, folder: Path) -> None:
    """Write the header tree with the target's `pyconfig.h` to a folder, unless it is there already.

    The folder's name has to follow from the contents (`headers_sha256`). It appears complete or not
    at all: the tree is written beside it and renamed; of several processes one wins, and the others
    drop their own. Raises StorageError where it can't be written, and leaves nothing behind then.
    """
    if folder.is_dir():
        return
    with (
        told(f"copying the headers of Python {source.release}", folder.parent),
        replaced_folder(folder) as fresh,
    ):
        _write_tree(source, pyconfig, fresh)


def _write_tree(source: HeaderSource, pyconfig: str, folder: Path) -> None:
    made: set[str] = set()
    for name, content in _contents(source, pyconfig):
        path = os.path.join(folder, name)
        parent = os.path.dirname(path)
        if parent not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        with open(path, "wb") as file:
            file.write(content)


def _unreadable(include: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{error.filename or include}: can't be read: {error.strerror or error}",
        hint="install the headers again, or name others with -C python-headers=PATH",
    )
