"""Which packages and modules a wheel holds."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from zigwheel.errors import WheelError, ZigwheelError, raise_all
from zigwheel.wheel.files import in_archive, inside, on_disk
from zigwheel.wheel.patterns import enter

OPTION = "tool.zigwheel.wheel.packages"


def find_packages(
    root: Path,
    packages: Mapping[str, str] | None,
    *,
    name: str,
    installed: Iterable[str] = (),
) -> dict[str, str]:
    """Path in the wheel → path in the project, of each package folder and module file, sorted.

    `packages` is `wheel.packages`; None means to look for what belongs to the distribution `name`
    and for the packages that hold the files `installed` (paths in the wheel). Both kinds of paths are
    POSIX and relative; the path in the wheel is empty for a folder whose content is at the top.
    Raises `WheelError`, all at once, if what `packages` names is not there, or if there is nothing.
    """
    if packages is not None:
        return named_packages(root, packages)
    found = distribution_packages(root, name)
    files = sorted(installed)
    for path in files:
        if path.partition("/")[0].endswith(".data"):
            continue
        if not any(path.startswith(f"{package}/") for package in found):
            found.update(holding(root, path))
    if not found and not files:
        raise nothing_found(root, name)
    return dict(sorted(found.items()))


def named_packages(root: Path, packages: Mapping[str, str]) -> dict[str, str]:
    """`wheel.packages` with both paths normalised, each checked against the disk."""
    found: dict[str, str] = {}
    errors: list[ZigwheelError] = []
    for key, value in packages.items():
        path = os.path.normpath(value).replace(os.sep, "/")
        full = on_disk(root, path)
        if not inside(os.path.realpath(root), os.path.realpath(full)):
            errors.append(
                WheelError(
                    f"`{OPTION}` names {value!r}, which lies outside the project",
                    hint="copy it into the project: an sdist can only hold what is inside",
                )
            )
        elif not full.exists():
            errors.append(not_there(root, OPTION, value))
        else:
            found[key.strip("/").removeprefix("./") if key != "." else ""] = path
    raise_all(errors)
    return dict(sorted(found.items()))


def not_there(root: Path, place: str, value: str) -> WheelError:
    """The error for a path that a setting names, with the nearest one that exists."""
    from difflib import get_close_matches

    parent, _, name = value.rstrip("/").rpartition("/")
    near = get_close_matches(name, listing(on_disk(root, parent)), 1)
    hint = f"did you mean {f'{parent}/{near[0]}'.lstrip('/')!r}?" if near else ""
    return WheelError(f"`{place}` names {value!r}, which is not there", hint=hint)


def distribution_packages(root: Path, name: str) -> dict[str, str]:
    """What belongs to a distribution by its name: a package or module, and its stubs."""
    plain = name.replace("-", "_").replace(".", "_")
    choices = dict.fromkeys([plain, name.replace("-", "_").replace(".", "/")])
    found: dict[str, str] = {}
    for choice in choices:
        code = [(base, f"{choice}{end}") for end in ("", ".py") for base in ("src", "")]
        found.update(first(root, code))
        if found:
            break
    for stub in (f"{plain}.pyi", f"{plain}-stubs", f"{plain}_stubs"):
        found.update(first(root, [("src", stub), ("", stub)]))
    return found


def holding(root: Path, path: str) -> dict[str, str]:
    """The top-level package that holds the file at `path` in the wheel, or the stub of a module."""
    top, _, rest = path.partition("/")
    name = top if rest else f"{top.partition('.')[0]}.pyi"
    for base in ("src", ""):
        full = on_disk(root / base, name)
        if name in listing(root / base) and (full.is_dir() if rest else full.is_file()):
            return {name: f"{base}/{name}".lstrip("/")}
    return {}


def first(root: Path, choices: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first of (base folder, path below it) that is there, spelled as on disk."""
    for base, choice in choices:
        path = spelled(root / base, choice)
        if path and is_code(on_disk(root / base, path)):
            return {path: f"{base}/{path}".lstrip("/")}
    return {}


def spelled(folder: Path, path: str) -> str:
    """`path` below `folder` as the disk spells it; the case of letters need not match. Empty if none."""
    name, _, rest = path.partition("/")
    names = listing(folder)
    matching = [name] if name in names else [n for n in names if n.lower() == name.lower()]
    for match in matching:
        if not rest:
            return match
        if below := spelled(on_disk(folder, match), rest):
            return f"{match}/{below}"
    return ""


def listing(folder: Path) -> list[str]:
    """Names in a folder, sorted; empty if there is no such folder."""
    return sorted(map(in_archive, os.listdir(folder))) if folder.is_dir() else []


def is_code(path: Path) -> bool:
    """A module file, or a folder with Python code or stubs somewhere below it.

    A folder without any is not a package: it may hold the C sources of an extension of that name.
    """
    return path.is_file() or next(python_files(path), "") != ""


def python_files(folder: Path) -> Iterator[str]:
    """Python modules, stubs and `py.typed` markers below a folder. Links to folders are not followed."""
    for current, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if enter(name))
        for name in sorted(files):
            if name.endswith((".py", ".pyi")) or name == "py.typed":
                yield os.path.join(current, name)


def nothing_found(root: Path, name: str) -> WheelError:
    """The error for a project without anything to ship, with what could be meant."""
    plain = name.replace("-", "_").replace(".", "_")
    looked = [f"src/{plain}", plain, f"src/{plain}.py", f"{plain}.py"]
    there = [
        f"{base}/{entry}".lstrip("/")
        for base in ("src", "")
        for entry in listing(root / base)
        if on_disk(root / base, f"{entry}/__init__.py").is_file()
    ]
    meant = there or [f"src/{plain}"]
    return WheelError(
        f"nothing to ship for {name!r}: there is none of {', '.join(looked)}, and no extension",
        hint=f"name the packages: `{OPTION} = [{', '.join(map(repr, meant))}]`".replace("'", '"'),
    )
