"""Lists of files, as the shortest globs that match exactly them. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

FEWEST = 4
"""Fewer files of a folder are named one by one."""


def as_globs(
    files: Sequence[str], there: Collection[str], *, elsewhere: Collection[str] = ()
) -> tuple[list[str], list[str]]:
    """Patterns for `sources` and for `exclude-sources` that stand for `files` of the project.

    `there` are all files of the project, `elsewhere` those that overrides name: what is excluded stays
    so. A folder is named by a glob where `files` has most of what the glob finds; names with
    characters of globs are escaped by a class.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for file in dict.fromkeys(files):
        groups.setdefault((posixpath.dirname(file), posixpath.splitext(file)[1]), []).append(file)
    found: list[str] = []
    excluded: list[str] = []
    for (folder, suffix), members in groups.items():
        pattern = posixpath.join(escaped(folder), f"*{suffix}")
        matched = [f for f in there if posixpath.dirname(f) == folder and shown(f, suffix)]
        others = sorted(set(matched) - set(members))
        whole = set(members) <= set(matched) and not set(others) & set(elsewhere)
        if whole and len(members) >= FEWEST and len(others) * 3 <= len(members):
            found.append(pattern)
            excluded += map(escaped, others)
        else:
            found += map(escaped, members)
    return found, excluded


def shown(file: str, suffix: str) -> bool:
    """Whether `*SUFFIX` finds a file of this name."""
    name = posixpath.basename(file)
    return not name.startswith(".") and fnmatchcase(name, f"*{suffix}")


def escaped(path: str) -> str:
    """A path as a glob that matches it alone."""
    return "".join(f"[{c}]" if c in "*?[{" else c for c in path)


def patterns(chosen: Iterable[str], others: Iterable[str]) -> list[str]:
    """Lines in gitignore's syntax that match all of `chosen` and none of `others`; paths in a wheel.

    A suffix is tried first, then a folder, then the file's own path.
    """
    against = list(others)
    found: list[str] = []
    left = sorted(set(chosen))
    for suffix in sorted({posixpath.splitext(path)[1] for path in left} - {""}):
        if not any(path.endswith(suffix) for path in against):
            found.append(f"*{suffix}")
            left = [path for path in left if not path.endswith(suffix)]
    while left:
        path = left[0]
        folder = next((f for f in folders(path) if not under(f, against)), "")
        if folder and sum(p.startswith(f"{folder}/") for p in left) > 1:
            found.append(f"/{folder}/")
            left = [p for p in left if not p.startswith(f"{folder}/")]
        else:
            found.append(f"/{path}")
            left = left[1:]
    return found


def folders(path: str) -> list[str]:
    """Folders above a path, the outermost first."""
    words = path.split("/")[:-1]
    return ["/".join(words[:n]) for n in range(1, len(words) + 1)]


def under(folder: str, paths: Iterable[str]) -> bool:
    """Whether one of the paths lies in a folder."""
    return any(path.startswith(f"{folder}/") for path in paths)
