"""Files of the project's folders, with symbolic links followed as far as the project reaches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from zigwheel.wheel.entries import unreadable


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A file, or something in the place of a file that no archive can hold."""

    path: str
    """POSIX path relative to the folder that was walked."""
    source: Path
    """Where it is on disk."""
    problem: str = ""
    """Why it cannot ship, continuing a sentence that starts with its path; empty for a file."""


def walk(root: Path, folder: Path, enter: Callable[[str], bool]) -> Iterator[Found]:
    """Everything below `folder` that is not a folder, sorted within each folder.

    Links to files and folders inside `root`, the project's folder, are followed. `enter` is asked
    with the path of each folder below `folder` whether to look into it. Raises `StorageError` for a
    folder that cannot be read.
    """
    real = os.path.realpath(folder)
    yield from scan(os.path.realpath(root), str(folder), "", (real,), enter)


def scan(
    root: str, folder: str, prefix: str, chain: tuple[str, ...], enter: Callable[[str], bool]
) -> Iterator[Found]:
    """`walk` for one folder; `chain` holds the real paths of the folders above it, and its own."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise unreadable(error, Path(folder)) from error
    for name in names:
        full, path = os.path.join(folder, name), prefix + in_archive(name)
        problem = ""
        if os.path.isdir(full):
            if not enter(path):
                continue
            real = os.path.realpath(full)
            problem = link_problem(root, full)
            if not problem and real in chain:
                problem = f"is a symbolic link to a folder that holds it, {real!r}"
            if not problem:
                yield from scan(root, full, f"{path}/", (*chain, real), enter)
                continue
        yield Found(path=path, source=Path(full), problem=problem or file_problem(root, full))


def file_problem(root: str, full: str) -> str:
    """Why the file at `full` cannot ship; empty if it can. `root` is the project's real path."""
    return link_problem(root, full) or (
        "" if os.path.isfile(full) else "is neither a file nor a folder"
    )


def link_problem(root: str, full: str) -> str:
    """What is wrong with a symbolic link; empty for a good one, and for what is not a link."""
    if not os.path.islink(full):
        return ""
    real = os.path.realpath(full)
    if not inside(root, real):
        return f"is a symbolic link that leads out of the project, to {real!r}"
    if not os.path.exists(full):
        return f"is a broken symbolic link, to {os.readlink(full)!r}"
    return ""


def inside(root: str, real: str) -> bool:
    """Whether the real path `real` is the real path `root`, or below it."""
    return real == root or real.startswith(root.rstrip(os.sep) + os.sep)


def in_archive(path: str) -> str:
    """A path from the disk as it is written in config files and archives: POSIX, and see `utf_8`."""
    return utf_8(path).replace(os.sep, "/")


def utf_8(path: str) -> str:
    """A path from the disk with its bytes read as UTF-8, whatever the locale says.

    What is not UTF-8 becomes surrogates, as PEP 383 has it.
    """
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def on_disk(root: Path, path: str) -> Path:
    """Where a path of config files and archives is on disk: the inverse of `in_archive`, below `root`."""
    return root / os.fsdecode(path.encode("utf-8", "surrogateescape"))


def relative(root: Path, path: Path) -> str:
    """POSIX path of `path` relative to `root`, as in archives; it must be below it."""
    return in_archive(str(path.relative_to(root)))
