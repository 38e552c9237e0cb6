"""`[tool.zigwheel.wheel]` by which a wheel holds the files that its own build put there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from zigwheel.config.model import WheelSettings
from zigwheel.convert.components import Note
from zigwheel.convert.sources import patterns
from zigwheel.errors import ZigwheelError
from zigwheel.wheel.discover import find_packages
from zigwheel.wheel.layout import package_entries

IGNORED = ("{dist-info}/", "{module:")


def wheel_settings(
    root: Path, name: str, wheel: Mapping[str, str], modules: Sequence[str], made: Iterable[str]
) -> tuple[dict[str, Any], list[Note]]:
    """The table, and what of `wheel` (path in it to path in the project) cannot be had.

    `name` is the distribution's, `modules` are the dotted names of its extension modules, `made` are
    paths in the project of files that generators make.
    """
    table: dict[str, Any] = {}
    notes: list[Note] = []
    files = {p: s for p, s in wheel.items() if not p.startswith((*IGNORED, "{data}/"))}
    schemes = data_tables(wheel, notes)
    mapped = {path: source for path, source in files.items() if source}
    for path in sorted(files.keys() - mapped.keys()):
        notes.append(
            Note(text=f"the wheel's file {path!r} is no file of the project: the build made it")
        )
    packages = package_map(mapped)
    installed = [f"{module.replace('.', '/')}.so" for module in modules]
    settings = WheelSettings()
    if found_by_default(root, name, installed) != packages:
        settings = replace(settings, packages=packages)
        table["packages"] = as_list(packages)
    settings, more = selected(root, settings, packages, mapped)
    table |= more
    left = set(mapped) - set(shipped(root, settings, packages)) - set(made)
    for path in sorted(left):
        notes.append(
            Note(text=f"the wheel's file {path!r} cannot be put there by `wheel.packages`")
        )
    return {**table, **schemes}, notes


def data_tables(wheel: Mapping[str, str], notes: list[Note]) -> dict[str, Any]:
    """`headers`, `data` and `scripts` from the wheel's `.data` folder."""
    found: dict[str, dict[str, str]] = {}
    for path, source in wheel.items():
        if not path.startswith("{data}/"):
            continue
        scheme, _, rest = path.removeprefix("{data}/").partition("/")
        if scheme in ("headers", "data", "scripts") and source:
            found.setdefault(scheme, {})[rest] = source
        else:
            notes.append(Note(text=f"the wheel's file {path!r} is not carried over"))
    return dict(found)


def package_map(mapped: Mapping[str, str]) -> dict[str, str]:
    """Folders and modules at the wheel's top, and below where the project has another layout."""
    found: dict[str, str] = {}
    for path, source in sorted(mapped.items()):
        key, value = common_ends(path, source)
        top = path.split("/")[0]
        if key in ("", ".") and "/" not in path:
            found[path] = source  # a module of its own, or a file at the top
        elif key in ("", "."):
            found[top] = posixpath.join(value, top) if value else top
        else:
            found[key] = value
    return {
        key: value
        for key, value in sorted(found.items())
        if not any(
            key.startswith(f"{other}/") and value == f"{place}{key[len(other) :]}"
            for other, place in found.items()
        )
    }


def common_ends(path: str, source: str) -> tuple[str, str]:
    """What stands before the longest common end of two paths."""
    one, two = path.split("/"), source.split("/")
    while len(one) > 0 and len(two) > 0 and one[-1] == two[-1]:
        one.pop()
        two.pop()
    if not one and two:
        return "", "/".join(two)
    return "/".join(one), "/".join(two)


def found_by_default(root: Path, name: str, installed: Sequence[str]) -> dict[str, str]:
    """The packages that zigwheel takes where nothing is said."""
    try:
        return find_packages(root, None, name=name, installed=installed)
    except ZigwheelError:
        return {}


def as_list(packages: Mapping[str, str]) -> list[str] | dict[str, str]:
    """A list of paths, where each is named by its last part."""
    if all(posixpath.basename(place) == key for key, place in packages.items()):
        return list(packages.values())
    return dict(packages)


def selected(
    root: Path, settings: WheelSettings, packages: Mapping[str, str], mapped: Mapping[str, str]
) -> tuple[WheelSettings, dict[str, Any]]:
    """Settings with `exclude` and `include` so that the files of `mapped` ship, and no others."""
    table: dict[str, Any] = {}
    everything = set(shipped(root, replace(settings, include=("*",)), packages))
    ships = set(shipped(root, settings, packages))
    wanted = set(mapped)
    if extra := ships - wanted:
        table["exclude"] = patterns(extra, wanted)
        settings = replace(settings, exclude=tuple(table["exclude"]))
        ships = set(shipped(root, settings, packages))
    if missing := (wanted & everything) - ships:
        table["include"] = patterns(missing, everything - wanted)
        settings = replace(settings, include=tuple(table["include"]))
    return settings, table


def shipped(root: Path, settings: WheelSettings, packages: Mapping[str, str]) -> list[str]:
    """Paths in the wheel of what lies in packages."""
    errors: list[ZigwheelError] = []
    return [entry.path for entry in package_entries(root, settings, packages, {}, errors)]
