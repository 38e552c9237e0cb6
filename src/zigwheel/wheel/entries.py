"""Entry: one file of an archive, and its mode on any host."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from zigwheel.errors import StorageError

Mode: TypeAlias = Literal[0o644, 0o755]

PLAIN: Mode = 0o644
EXECUTABLE: Mode = 0o755


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One file of an archive. Exactly one of `data` and `source` is given."""

    path: str
    """POSIX path in the archive."""
    mode: Mode = PLAIN
    """Permissions: `0o644`, or `0o755` for what can be run."""
    data: bytes | None = None
    """The content, for a file that was made in memory."""
    source: Path | None = None
    """The file on disk that holds the content."""


def content(entry: Entry) -> bytes:
    """The bytes of an entry. Raises `StorageError` naming a source that cannot be read."""
    if entry.data is not None:
        return entry.data
    if entry.source is None:
        raise ValueError(f"entry {entry.path!r} has neither data nor a source")
    try:
        return entry.source.read_bytes()
    except OSError as error:
        raise unreadable(error, entry.source) from error


def mode_of(source: Path, *, recorded: int = 0, bits: bool = os.name == "posix") -> Mode:
    """The normalised mode of a file, with symbolic links followed.

    `bits` says whether the disk keeps permission bits: then the owner's execute bit decides, whatever
    the umask was. Where it keeps none (Windows, or git's `core.fileMode` is false) git's index decides
    with the mode it has `recorded`; without a record a file is a program if it starts with `#!`.
    """
    try:
        if bits:
            return EXECUTABLE if source.stat().st_mode & stat.S_IXUSR else PLAIN
        if recorded:
            return EXECUTABLE if recorded & stat.S_IXUSR else PLAIN
        with source.open("rb") as file:
            return EXECUTABLE if file.read(2) == b"#!" else PLAIN
    except OSError as error:
        raise unreadable(error, source) from error


def unreadable(error: OSError, path: Path) -> StorageError:
    """The `StorageError` for a file or folder that is there and cannot be read."""
    return StorageError(
        f"{str(path)!r} cannot be read: {error.strerror or error}",
        hint="look at its permissions, or leave it out with an `exclude` pattern",
    )
