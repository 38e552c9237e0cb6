"""A project, from a folder or an sdist, in a folder of its own."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from zigwheel.errors import ZigwheelError
from zigwheel.wheel.paths import path_problem

LARGEST = 1 << 30
"""Bytes that an sdist may unpack to."""

MOST = 100_000
"""Files that an sdist may hold."""

LEFT = (
    ".venv",
    "venv",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "__pycache__",
)
"""Folders that no build reads."""


def bring(project: Path, target: Path) -> None:
    """Make `target` a copy of the project. Raises `ZigwheelError`."""
    import tarfile
    import zipfile

    if project.is_dir():
        shutil.copytree(project, target, symlinks=True, ignore=lambda folder, names: left(names))
        return
    if not project.is_file():
        raise ZigwheelError(f"{str(project)!r} is neither a folder nor an sdist")
    fresh = target.with_name(f"{target.name}.unpacked")
    fresh.mkdir(parents=True)
    try:
        if zipfile.is_zipfile(project):
            unpack_zip(project, fresh)
        else:
            unpack_tar(project, fresh)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise ZigwheelError(f"{str(project)!r} cannot be unpacked: {error}") from error
    inner = list(fresh.iterdir())
    if len(inner) != 1 or not inner[0].is_dir():
        raise ZigwheelError(
            f"{str(project)!r} is no sdist: it holds {len(inner)} entries beside each other",
            hint="an sdist holds one folder, named NAME-VERSION",
        )
    os.rename(inner[0], target)
    fresh.rmdir()


def left(names: list[str]) -> list[str]:
    """Which of a folder's entries are not copied."""
    return [name for name in names if name in LEFT]


class Room:
    """How much may still be unpacked."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive
        self.files = MOST
        self.bytes = LARGEST

    def place(self, folder: Path, path: str) -> Path:
        """Where a path of the archive goes. Raises `ZigwheelError` where it would leave the folder."""
        path = path.rstrip("/")
        problem = path_problem(path.removeprefix("./"))
        self.files -= 1
        if problem:
            raise ZigwheelError(f"path {path!r} in {str(self.archive)!r} {problem}")
        if self.files < 0:
            raise ZigwheelError(f"{str(self.archive)!r} holds more than {MOST} files")
        return folder / path

    def copy(self, source: IO[bytes], target: Path) -> None:
        """Write one file, as long as there is room."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            while data := source.read(1 << 20):
                self.bytes -= len(data)
                if self.bytes < 0:
                    raise ZigwheelError(
                        f"{str(self.archive)!r} unpacks to more than {LARGEST >> 20} MiB"
                    )
                stream.write(data)


def unpack_tar(archive: Path, folder: Path) -> None:
    """Unpack files and folders; a link becomes a copy of the file in the archive that it names."""
    import tarfile

    room = Room(archive)
    links: list[tuple[Path, str]] = []
    with tarfile.open(archive, encoding="utf-8") as tar:
        for member in tar:
            if member.name in (".", "./"):
                continue
            if member.issym() or member.islnk():
                base = os.path.dirname(member.name) if member.issym() else ""
                named = os.path.normpath(os.path.join(base, member.linkname))
                links.append((room.place(folder, member.name), named.replace(os.sep, "/")))
                continue
            target = room.place(folder, member.name)
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
            elif member.isfile() and (source := tar.extractfile(member)):
                room.copy(source, target)
                target.chmod(0o755 if member.mode & 0o111 else 0o644)
                os.utime(target, (member.mtime, member.mtime))
    for target, named in links:
        source_path = room.place(folder, named)
        if source_path.is_file():
            with source_path.open("rb") as stream:
                room.copy(stream, target)


def unpack_zip(file: Path, folder: Path) -> None:
    """Unpack files and folders."""
    import time
    import zipfile

    room = Room(file)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            target = room.place(folder, info.filename)
            if info.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            with archive.open(info) as source:
                room.copy(source, target)
            if (info.external_attr >> 16) & 0o111:
                target.chmod(0o755)
            when = time.mktime((*info.date_time, 0, 0, -1))
            os.utime(target, (when, when))


def files_below(folder: Path) -> Iterator[str]:
    """POSIX paths of all files below a folder, sorted; nothing of version control's own."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (".git", ".hg", "__pycache__"))
        for name in sorted(names):
            path = os.path.join(parent, name)
            if os.path.isfile(path):
                yield os.path.relpath(path, folder).replace(os.sep, "/")


def digests(folder: Path) -> Mapping[str, str]:
    """Digest of every file below a folder, by path."""
    return {path: digest((folder / path).read_bytes()) for path in files_below(folder)}


def digest(data: bytes) -> str:
    """A name for content."""
    return hashlib.sha256(data).hexdigest()
