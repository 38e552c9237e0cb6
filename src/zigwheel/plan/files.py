"""Globs become files of the project. The one place where a pattern meets the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from zigwheel.config.globs import expand_braces
from zigwheel.errors import PlanError
from zigwheel.plan.tree import Tree


def expand(
    tree: Tree, patterns: tuple[str, ...], *, place: str
) -> tuple[list[str], list[PlanError]]:
    """The files that `patterns` match in `tree`, in order, each once, and what is wrong with them.

    `place` is the TOML path of the setting, for messages. Paths are relative to the root and POSIX;
    within one pattern they are sorted, so that no order of a directory listing decides a link order.
    """
    found: dict[str, None] = {}
    errors: list[PlanError] = []
    for pattern in patterns:
        matches: set[str] = set()
        for choice in expand_braces(pattern):
            if escapes(choice):
                errors.append(outside(place, pattern))
                break
            for layer in tree.layers:
                found_here = matching(layer, choice.split("/"))
                matches.update(m for m in found_here if (layer / m).is_file())
        else:
            if not matches:
                errors.append(nothing(tree.root, place, pattern))
            for match in sorted(matches):
                file = os.path.normpath(match).replace(os.sep, "/")
                if file not in tree.made and not within(tree.root, tree.root / file):
                    errors.append(leads_out(place, tree.root, file))
                found.setdefault(file)
    return list(found), errors


def matching(folder: Path, parts: Sequence[str]) -> Iterator[str]:
    """The POSIX paths below `folder` that match a glob's components, as `glob` has them on Linux.

    `glob` itself finds `A.C` for `*.c` on Windows, where it would then be compiled as C++, and for
    `a.c` wherever the disk finds it so.
    """
    if not folder.is_dir():
        return
    first, rest = parts[0], parts[1:]
    if first in ("", ".", ".."):
        names, again = [first or "."], []
    else:
        listed = os.listdir(folder)
        shown = [name for name in listed if first.startswith(".") or not name.startswith(".")]
        names = [name for name in shown if name == first or fnmatchcase(name, first)]
        again = [name for name in shown if first == "**" and (folder / name).is_dir()]
    if not rest:
        yield from names
    elif first == "**":
        yield from matching(folder, rest)
    else:
        for name in names:
            yield from (f"{name}/{path}" for path in matching(folder / name, rest))
    for name in again:
        yield from (f"{name}/{path}" for path in matching(folder / name, parts))


def escapes(path: str) -> bool:
    """Whether a relative POSIX path, taken literally, leaves the folder that it starts from."""
    if path.startswith(("/", "\\")) or path[1:2] == ":":
        return True
    return os.path.normpath(path).replace(os.sep, "/").split("/")[0] == ".."


def within(root: Path, path: Path) -> bool:
    """Whether `path`, with every symbolic link followed, lies in `root`."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def outside(place: str, value: str) -> PlanError:
    """The error for a path that names something outside the project."""
    return PlanError(
        f"`{place}` names {value!r}, which lies outside the project",
        hint="copy it into the project (a folder such as `vendor/`): an sdist can only hold what is inside",
    )


def leads_out(place: str, root: Path, file: str) -> PlanError:
    """The error for a symbolic link whose end is outside the project."""
    return PlanError(
        f"`{place}` matches {file!r}, a symbolic link out of the project to {os.path.realpath(root / file)!r}",
        hint="put a copy of the file in the place of the link",
    )


def nothing(root: Path, place: str, pattern: str) -> PlanError:
    """The error for a pattern without a match, with the nearest name that exists."""
    from difflib import get_close_matches

    folder = root / os.path.dirname(pattern)
    names = sorted(os.listdir(folder)) if folder.is_dir() else []
    near = get_close_matches(os.path.basename(pattern), names, 1)
    if near:
        hint = f"did you mean {os.path.join(os.path.dirname(pattern), near[0]).replace(os.sep, '/')!r}?"
    elif not folder.is_dir() and "*" not in os.path.dirname(pattern):
        hint = f"there is no folder {os.path.dirname(pattern)!r}"
    else:
        hint = "if the file is there, is it in the sdist, too?"
    return PlanError(f"`{place}`: no file matches {pattern!r}", hint=hint)


def digest(file: Path) -> str:
    """sha256 of a file, in hexadecimal."""
    import hashlib

    return hashlib.sha256(file.read_bytes()).hexdigest()
