"""Which files a wheel holds, and where."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from zigwheel.config.model import WheelSettings
from zigwheel.errors import WheelError, ZigwheelError, raise_all
from zigwheel.wheel.discover import find_packages, not_there
from zigwheel.wheel.entries import EXECUTABLE, Entry, mode_of
from zigwheel.wheel.files import Found, file_problem, inside, on_disk, relative, walk
from zigwheel.wheel.patterns import (
    DATA_DEFAULTS,
    HEADERS,
    PACKAGE_DEFAULTS,
    Selection,
    Simple,
    enter,
)

TABLE = "tool.zigwheel.wheel"
NOTHING: Mapping[str, Path] = MappingProxyType({})


class Metadata(Protocol):
    """What a wheel's layout needs to know of a distribution."""

    @property
    def name(self) -> str:
        """Name as in `[project]`."""

    @property
    def dist_info(self) -> str:
        """Name of the dist-info folder."""

    @property
    def data_dir(self) -> str:
        """Name of the `.data` folder."""

    @property
    def metadata(self) -> bytes:
        """Content of METADATA."""

    @property
    def entry_points(self) -> bytes:
        """Content of entry_points.txt; empty if there are none."""

    @property
    def license_files(self) -> Sequence[str]:
        """POSIX paths relative to the project's root."""


def wheel_entries(
    root: Path,
    settings: WheelSettings,
    *,
    metadata: Metadata,
    built: Mapping[str, Path],
    scripts: Mapping[str, Path],
    modes: Mapping[str, int],
    generated: Mapping[str, Path] = NOTHING,
    modules: Iterable[str] = (),
) -> list[Entry]:
    """All entries of a wheel but `WHEEL` and `RECORD`, sorted by path.

    `built` maps paths in the wheel to files that were compiled, and wins over a file of a package
    with the same path; `scripts` maps names to programs for the environment's scripts folder. `modes`
    are git's modes by path in the project, for hosts whose disks keep none; it may be empty.
    `modules` are paths of compiled files that this wheel may lack, whose packages it holds all the
    same; `generated` are files that ship as if they lay at these paths in the project. Raises
    `WheelError` (all at once), `ConfigError` for a bad pattern, and `StorageError`.
    """
    installed = [*built, *modules, *(f"{metadata.data_dir}/scripts/{name}" for name in scripts)]
    packages = find_packages(root, settings.packages, name=metadata.name, installed=installed)
    errors: list[ZigwheelError] = []
    laid_over = {e.path: e for e in generated_entries(settings, packages, generated)}
    entries = [
        *built_entries(metadata, built, scripts),
        *data_entries(root, settings, metadata.data_dir, modes, errors),
        *info_entries(root, metadata, errors),
        *(
            entry
            for entry in package_entries(root, settings, packages, modes, errors)
            if entry.path not in built and entry.path not in laid_over
        ),
        *(entry for path, entry in laid_over.items() if path not in built),
    ]
    raise_all(errors)
    return sorted(entries, key=lambda entry: entry.path)


def fixed_entries(
    root: Path,
    settings: WheelSettings,
    *,
    metadata: Metadata,
    built: Mapping[str, Path],
    scripts: Mapping[str, Path],
    modes: Mapping[str, int],
) -> list[Entry]:
    """`wheel_entries` without the files of packages: what an editable wheel holds beside its hook."""
    errors: list[ZigwheelError] = []
    entries = [
        *built_entries(metadata, built, scripts),
        *data_entries(root, settings, metadata.data_dir, modes, errors),
        *info_entries(root, metadata, errors),
    ]
    raise_all(errors)
    return sorted(entries, key=lambda entry: entry.path)


def built_entries(
    metadata: Metadata, built: Mapping[str, Path], scripts: Mapping[str, Path]
) -> Iterator[Entry]:
    """What was compiled; executable, as linkers leave it."""
    programs = {f"{metadata.data_dir}/scripts/{name}": file for name, file in scripts.items()}
    for path, file in {**built, **programs}.items():
        yield Entry(path=path, mode=EXECUTABLE, source=file)


def info_entries(root: Path, metadata: Metadata, errors: list[ZigwheelError]) -> Iterator[Entry]:
    """METADATA, entry points and license files. Source: PEP 427; PEP 639, "Add license files"."""
    folder = metadata.dist_info
    yield Entry(path=f"{folder}/METADATA", data=metadata.metadata)
    if metadata.entry_points:
        yield Entry(path=f"{folder}/entry_points.txt", data=metadata.entry_points)
    for path in metadata.license_files:
        if found := named_file(root, "project.license-files", path, errors):
            yield Entry(path=f"{folder}/licenses/{path}", source=found.source)


def package_entries(
    root: Path,
    settings: WheelSettings,
    packages: Mapping[str, str],
    modes: Mapping[str, int],
    errors: list[ZigwheelError],
) -> list[Entry]:
    """Files of the packages that the patterns let through, and the files that are named one by one."""
    selection = Selection(PACKAGE_DEFAULTS, settings.exclude, settings.include, TABLE)
    entries: dict[tuple[str, Path], Entry] = {}
    for package, place in packages.items():
        for found in files_of(root, f"{TABLE}.packages", place, errors):
            inner = f"/{found.path}" if found.path else ""
            path, project_path = (
                f"{package}{inner}".lstrip("/"),
                f"{place}{inner}".removeprefix("./"),
            )
            if inner and not selection.verdict(project_path, path).ships:
                continue
            if entry := shipped(found, path, project_path, modes, errors):
                entries[path, found.source] = entry
    return list(entries.values())


def generated_entries(
    settings: WheelSettings, packages: Mapping[str, str], generated: Mapping[str, Path]
) -> Iterator[Entry]:
    """Generated files that ship: by default what is neither source nor header."""
    if not generated:
        return
    defaults = (*PACKAGE_DEFAULTS, *HEADERS)
    selection = Selection(defaults, settings.exclude, settings.include, TABLE)
    for package, place in packages.items():
        start = "" if place in ("", ".") else f"{place.removeprefix('./')}/"
        for project_path, file in generated.items():
            if project_path.startswith(start):
                path = f"{package}/{project_path[len(start) :]}".lstrip("/")
                if selection.verdict(project_path, path).ships:
                    yield Entry(path=path, mode=mode_of(file), source=file)


def data_entries(
    root: Path,
    settings: WheelSettings,
    data_dir: str,
    modes: Mapping[str, int],
    errors: list[ZigwheelError],
) -> Iterator[Entry]:
    """Files of the `.data` folder from `wheel.data`, `wheel.headers` and `wheel.scripts`.

    Source: the binary distribution format, "The .data directory" (PEP 427).
    """
    ignored = Simple(DATA_DEFAULTS)
    for scheme in ("data", "headers", "scripts"):
        table: Mapping[str, str] = getattr(settings, scheme)
        for target, place in table.items():
            base = f"{data_dir}/{scheme}/{target.strip('/')}".rstrip("/").removesuffix("/.")
            for found in files_of(root, f"{TABLE}.{scheme}", place, errors):
                inner = f"/{found.path}" if found.path else ""
                if inner and ignored(found.path):
                    continue
                entry = shipped(found, f"{base}{inner}", f"{place}{inner}", modes, errors)
                if entry:
                    mode = EXECUTABLE if scheme == "scripts" else entry.mode
                    yield Entry(path=entry.path, mode=mode, source=entry.source)


def shipped(
    found: Found,
    path: str,
    project_path: str,
    modes: Mapping[str, int],
    errors: list[ZigwheelError],
) -> Entry | None:
    """The entry for a file, or None and an error if it cannot ship."""
    if found.problem:
        errors.append(cannot_ship(project_path, found))
        return None
    mode = mode_of(found.source, recorded=modes.get(project_path, 0))
    return Entry(path=path, mode=mode, source=found.source)


def files_of(root: Path, place: str, value: str, errors: list[ZigwheelError]) -> Iterator[Found]:
    """The files below a folder of the project, or one file, whose `path` is then empty.

    `value` is its path as the setting at the TOML path `place` has it.
    """
    full = on_disk(root, value)
    if not full.is_dir():
        if found := named_file(root, place, value, errors):
            yield found
    elif not inside(os.path.realpath(root), os.path.realpath(full)):
        errors.append(leads_out(place, value))
    else:
        yield from walk(root, full, enter)


def named_file(root: Path, place: str, value: str, errors: list[ZigwheelError]) -> Found | None:
    """The one file that a setting names, or None and an error."""
    full, top = on_disk(root, value), os.path.realpath(root)
    if not inside(top, os.path.realpath(full)) and not os.path.islink(full):
        errors.append(leads_out(place, value))
    elif not os.path.lexists(full):
        errors.append(not_there(root, place, value))
    elif problem := file_problem(top, str(full)):
        errors.append(cannot_ship(value, Found(path=value, source=full, problem=problem)))
    else:
        return Found(path="", source=full)
    return None


def leads_out(place: str, value: str) -> WheelError:
    """The error for a path that names something outside the project."""
    return WheelError(
        f"`{place}` names {value!r}, which lies outside the project",
        hint="copy it into the project: an sdist can only hold what is inside",
    )


def cannot_ship(path: str, found: Found) -> WheelError:
    """The error for something in a package that is not a file."""
    return WheelError(
        f"{path!r} {found.problem}",
        hint=f"put a copy of the file in its place, or leave it out with `{TABLE}.exclude`",
    )


def needed_files(root: Path, entries: Sequence[Entry]) -> list[str]:
    """The files of the project that a wheel's entries come from: its sdist must hold them."""
    return sorted(
        relative(root, entry.source)
        for entry in entries
        if entry.source and entry.source.is_relative_to(root)
    )


def project_files(
    root: Path, settings: WheelSettings, *, metadata: Metadata, installed: Iterable[str]
) -> list[str]:
    """`needed_files` of any wheel of the project, before anything is compiled.

    `installed` are paths in the wheel where compiled files will be; endings do not matter, so
    `fastsum/_core.so` stands for an extension `fastsum._core` of any target. Raises as `wheel_entries`.
    """
    packages = find_packages(root, settings.packages, name=metadata.name, installed=installed)
    errors: list[ZigwheelError] = []
    entries = [
        *data_entries(root, settings, metadata.data_dir, {}, errors),
        *info_entries(root, metadata, errors),
        *package_entries(root, settings, packages, {}, errors),
    ]
    raise_all(errors)
    return needed_files(root, entries)
