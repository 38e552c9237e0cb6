"""A store in a folder.

    zigwheel-store.json         what this is
    blobs/sha256/ab/abcdef…     blobs, each whole from the moment it is there
    incoming/…                  what is being written, locked by who writes it
    aside/abcdef…-1a2b3c4d      what was found damaged
    lock                        held while something comes under the name of a blob, or goes

A blob is written to `incoming`, given to the disk, and renamed. What decides about the name of a blob
is done under the one lock, after another look: otherwise a process that has seen a damaged blob could
set aside the good one that another has put there since.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from zigwheel.errors import StoreError
from zigwheel.lock import lock, locked, waited
from zigwheel.storage import patiently, storage_error, sync_folder
from zigwheel.store.model import (
    ASIDE,
    CHUNK,
    FORMAT_FILE,
    LIMIT,
    Blob,
    BlobDamaged,
    BlobMissing,
    Damage,
    Report,
    check_format,
    chunks,
    expect,
    format_text,
    hashed,
    is_name,
    no_store,
    place,
    report_on,
)

BLOBS = "blobs"
INCOMING = "incoming"
LOCK = "lock"

OLD = 3600
"""Seconds after which a file in `incoming` that nobody has locked was left by a process that died."""


READ = os.O_RDONLY | sum(getattr(os, f"O_{name}", 0) for name in ("BINARY", "NOFOLLOW", "NONBLOCK"))
"""Opens what lies there, not what it may lead to, and never waits for a pipe."""


class Wrong(Exception):
    """What lies under the name of a blob is not that blob; says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalStore:
    """Blobs in a folder; made by `open_folder`."""

    root: Path
    """The folder."""
    limit: int = LIMIT
    """Bytes that are taken for a blob at the most."""

    def put(self, source: Path | IO[bytes], sha256: str | None = None) -> Blob:
        """Store the content of a file, or what is left to read of a stream."""
        if sha256 is not None:
            place(sha256)  # which refuses what can be no hash, before anything is read
        with told("storing a blob", self.root), ExitStack() as stack:
            if isinstance(source, Path):
                source = stack.enter_context(source.open("rb"))
            stream, fresh = stack.enter_context(self._incoming())
            blob = hashed(chunks(source), into=stream, limit=self.limit)
            expect(blob, sha256)
            if self._lacks(blob.sha256):
                stream.flush()
                os.fsync(stream.fileno())
                stream.close()
                self._settle(fresh, blob.sha256)
            # even if it was there: whoever put it there may not have come so far
            folder = self._path(blob.sha256).parent
            sync_folder(folder)
            sync_folder(folder.parent)
        return blob

    def get(self, sha256: str) -> IO[bytes]:
        """A blob to read, after all of it was hashed and found right."""
        with told("reading a blob", self.root):
            stream = self._checked(sha256)
            stream.seek(0)
            return io.BufferedReader(stream)

    def unchecked(self, sha256: str) -> IO[bytes]:
        """A blob to read, without a look at its bytes: for who has seen them, and knows the file again."""
        with told("reading a blob", self.root):
            try:
                return open(os.open(self._path(sha256), READ), "rb")
            except FileNotFoundError:
                raise BlobMissing(sha256, str(self.root)) from None

    def __contains__(self, sha256: str) -> bool:
        """Whether there is a blob of this name, without a look at its bytes."""
        return self.size(sha256) is not None

    def size(self, sha256: str) -> int | None:
        """How many bytes a blob has, going by its name alone; None if the store lacks it."""
        status = self._status(sha256)
        return status and status.st_size

    def added(self, sha256: str) -> float | None:
        """When a blob came into the store, in seconds since 1970; None if the store lacks it."""
        status = self._status(sha256)
        return status and status.st_mtime

    def delete(self, sha256: str) -> bool:
        """Remove a blob for good; whether there was one."""
        path = self._path(sha256)
        with told("removing a blob", self.root):
            with waited(self.root / LOCK):
                try:
                    path.unlink()
                except FileNotFoundError:
                    return False
            sync_folder(path.parent)
        return True

    def blobs(self) -> Iterator[Blob]:
        """All that the store has, by name, without a look at the bytes."""
        for found, _ in self._entries():
            size = self.size(found) if found else None
            if size is not None:
                yield Blob(sha256=found, size=size)

    def verify(self, which: Iterable[str] | None = None) -> Report:
        """Hash these blobs, or all, and set aside what is not what its name says."""
        self.sweep()
        entries = self._entries() if which is None else ((sha256, "") for sha256 in which)
        with told("reading the blobs", self.root):
            return report_on(entries, self._size_read, listed=which is None)

    def sweep(self, old: float = OLD) -> None:
        """Remove what processes have left that died while they wrote."""
        with suppress(FileNotFoundError), os.scandir(self.root / INCOMING) as entries:
            for entry in entries:
                # whatever can't be removed now is in nobody's way
                with suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    if time.time() - status.st_mtime < old or not stat.S_ISREG(status.st_mode):
                        continue
                    with locked(Path(entry.path)) as mine:
                        pass
                    if mine:
                        os.unlink(entry.path)

    def _status(self, sha256: str) -> os.stat_result | None:
        path = self._path(sha256)
        with told("looking for a blob", self.root):
            try:
                status = path.lstat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        return status if stat.S_ISREG(status.st_mode) else None

    def _path(self, sha256: str) -> Path:
        return self.root / place(sha256)

    def _name(self, sha256: str) -> str:
        """The same as text, which is quicker where there are many."""
        return f"{self.root}{os.sep}{place(sha256)}"

    def _checked(self, sha256: str) -> io.FileIO:
        """A blob, open at its end after it was read; what is damaged is set aside before it raises."""
        while True:
            try:
                return verified(self._name(sha256), sha256)
            except FileNotFoundError:
                raise BlobMissing(sha256, str(self.root)) from None
            except Wrong as wrong:
                if damage := self._set_aside(sha256, str(wrong)):
                    raise BlobDamaged(damage, str(self.root)) from None

    def _size_read(self, sha256: str) -> int:
        with self._checked(sha256) as stream:
            return stream.tell()

    @contextmanager
    def _incoming(self) -> Iterator[tuple[IO[bytes], Path]]:
        """A new file in `incoming`, that is removed at the end, unless it was renamed."""
        import tempfile

        number, fresh = tempfile.mkstemp(dir=self.root / INCOMING)
        try:
            with open(number, "wb") as stream:
                lock(stream)  # where there are no locks, it is kept for being new
                yield stream, Path(fresh)
        finally:
            Path(fresh).unlink(missing_ok=True)

    def _lacks(self, sha256: str) -> bool:
        """Whether there is no good blob of this name."""
        try:
            verified(self._name(sha256), sha256).close()
        except (FileNotFoundError, PermissionError, Wrong):
            return True
        return False

    def _settle(self, fresh: Path, sha256: str) -> None:
        """Give a file that is on the disk the name of its blob, unless a good one has it."""
        target = self._path(sha256)
        with waited(self.root / LOCK):
            try:
                verified(self._name(sha256), sha256).close()
                return
            except FileNotFoundError:
                with in_the_way(target.parent):
                    target.parent.mkdir(parents=True, exist_ok=True)
            except PermissionError:
                pass  # good or not: what comes has the content that the name says
            except Wrong:
                self._move_aside(target)
            fresh.chmod(0o644)
            patiently(os.replace, fresh, target)

    def _set_aside(self, sha256: str, reason: str) -> Damage | None:
        """Move away what is damaged; None if somebody has mended or removed it meanwhile."""
        try:
            with waited(self.root / LOCK):
                try:
                    verified(self._name(sha256), sha256).close()
                except FileNotFoundError:
                    return None
                except Wrong as wrong:
                    reason = str(wrong)
                    aside = self._move_aside(self._path(sha256))
                else:
                    return None
            sync_folder(self._path(sha256).parent)
        except OSError as error:
            reason = f"{reason}, and it could not be set aside ({error.strerror})"
            return Damage(sha256=sha256, reason=reason, aside="")
        return Damage(sha256=sha256, reason=reason, aside=str(aside))

    def _move_aside(self, path: Path) -> Path:
        import secrets

        aside = self.root / ASIDE / f"{path.name}-{secrets.token_hex(4)}"
        aside.parent.mkdir(exist_ok=True)
        patiently(os.rename, path, aside)
        return aside

    def _entries(self) -> Iterator[tuple[str, str]]:
        """The name of each blob and an empty text, or an empty name and the path of what is none."""
        top = os.path.join(self.root, BLOBS, "sha256")
        with told("listing the blobs", self.root):
            for folder, is_folder in listed(top):
                within = os.path.join(top, folder)
                if not is_folder:
                    yield "", within
                    continue
                for file, _ in listed(within):
                    if is_name(file) and file[:2] == folder:
                        yield file, ""
                    else:
                        yield "", os.path.join(within, file)


def open_folder(root: Path, *, create: bool = True, limit: int = LIMIT) -> LocalStore:
    """The store in a folder, which is made where there is none."""
    store = LocalStore(root=root, limit=limit)
    with told("opening the store", root):
        try:
            check_format((root / FORMAT_FILE).read_bytes(), str(root))
        except FileNotFoundError:
            others = {*os.listdir(root)} - {BLOBS, INCOMING, ASIDE, LOCK} if root.is_dir() else {}
            if FORMAT_FILE in others:  # another process has just made it
                return open_folder(root, create=create, limit=limit)
            if others or not create:
                raise no_store(str(root), sorted(others)) from None
            lay_out(store)
        else:
            make_folders(root)
            store.sweep()
    return store


def make_folders(root: Path) -> None:
    """The folders that every store has; somebody's backup may have left out the empty ones."""
    for folder in (f"{BLOBS}/sha256", INCOMING, ASIDE):
        with in_the_way(root / folder):
            (root / folder).mkdir(parents=True, exist_ok=True)


def lay_out(store: LocalStore) -> None:
    """Make a folder a store. The file that says so comes last."""
    make_folders(store.root)
    with store._incoming() as (stream, fresh):
        stream.write(format_text())
        stream.flush()
        os.fsync(stream.fileno())
        stream.close()
        fresh.chmod(0o644)
        patiently(os.replace, fresh, store.root / FORMAT_FILE)
    for folder in (store.root / BLOBS, store.root, store.root.absolute().parent):
        sync_folder(folder)


def listed(folder: str) -> list[tuple[str, bool]]:
    """What lies in a folder, in order, and of each, whether it is a folder and no link to one."""
    with os.scandir(folder) as entries:
        return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)


def verified(path: str, sha256: str) -> io.FileIO:
    """A blob, open at its end after all of it was read and found right.

    Raises `Wrong` for anything else that lies there, `FileNotFoundError`, and `PermissionError`.
    """
    try:
        status = os.lstat(path)
    except NotADirectoryError as error:
        raise FileNotFoundError(*error.args) from error
    if not stat.S_ISREG(status.st_mode):
        raise Wrong("there is no regular file under its name")
    stream = io.FileIO(os.open(path, READ))
    try:
        blob = hashed(chunks(stream, min(status.st_size + 1, CHUNK)))
        if blob.sha256 != sha256:
            raise Wrong(f"its {blob.size} bytes have the sha256 {blob.sha256!r}")
    except BaseException as error:
        stream.close()
        if isinstance(error, OSError) and error.errno == errno.EIO:
            raise Wrong("the disk cannot read it") from error
        raise
    return stream


@contextmanager
def in_the_way(folder: Path) -> Iterator[None]:
    """Say of what lies where a folder of the store is to be, that it is foreign."""
    try:
        yield
    except (FileExistsError, NotADirectoryError):
        raise StoreError(
            f"{str(folder)!r} is not a folder, where the store needs one",
            hint="zigwheel has not made it: move it elsewhere",
        ) from None


@contextmanager
def told(doing: str, root: Path) -> Iterator[None]:
    """Turn an `OSError` of the block into a `StoreError` that says what was being done."""
    try:
        yield
    except OSError as error:
        found = storage_error(error, doing, root)
        raise StoreError(found.message, hint=found.hint) from error
