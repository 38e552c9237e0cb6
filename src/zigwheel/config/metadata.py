"""`[project]` becomes core metadata: METADATA or PKG-INFO, entry points and licence files.

pyproject-metadata reads and checks the table (PEP 621, 639, 643, 794, 808). Added here: dynamic
fields, the checks that indexes and installers make, default licence files, and a hint for each
error. The bytes depend on nothing but the files of the project.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zigwheel.config.dynamic import (
    FIELDS,
    SINGLE,
    BuildState,
    ResolvedProject,
    plain,
    provider_requirements,
    read_entries,
    resolve_dynamic,
)
from zigwheel.config.entrypoints import entry_points_text
from zigwheel.config.model import VersionSettings
from zigwheel.config.projectchecks import (
    check_standard,
    check_table,
    converted,
    unreadable,
    wrong_types,
)
from zigwheel.config.provider import Entry
from zigwheel.config.version import (
    SCM_REQUIREMENT,
    FoundVersion,
    canonical_name,
    find_version,
    sdist_version,
)
from zigwheel.config.version import TABLE as VERSION_TABLE
from zigwheel.config.words import quote
from zigwheel.errors import ErrorCollection, MetadataError, ZigwheelError, raise_all

if TYPE_CHECKING:
    from pyproject_metadata import StandardMetadata

LICENSE_GLOBS = ("LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*")
"""Licence files that ship where `license-files` is absent (PEP 639, in the root folder)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metadata:
    """What the archives of one distribution say about it."""

    name: str
    """The name as written in `[project]`."""
    version: str
    """The version, normalised (PEP 440)."""
    dist_name: str
    """The name as it stands in file names: lower case, with underscores (PEP 491, PEP 625)."""
    metadata: bytes
    """METADATA of a wheel, or PKG-INFO of an sdist."""
    entry_points: bytes
    """entry_points.txt; empty if there is nothing in it."""
    license_files: tuple[str, ...]
    """Licence files: sorted POSIX paths below the root, which keep their place in
    `.dist-info/licenses/` (PEP 639)."""
    requires_python: str
    """The specifier of `requires-python`, or ''."""
    dynamic: tuple[str, ...]
    """Fields of `[project]` that were resolved now, sorted."""
    written_files: tuple[str, ...]
    """Files that setuptools-scm wrote: sorted POSIX paths below the root. They belong into the
    sdist and the wheel although no version control knows them."""

    @property
    def dist_info(self) -> str:
        """Name of the `.dist-info` folder."""
        return f"{self.dist_name}-{self.version}.dist-info"

    @property
    def data_dir(self) -> str:
        """Name of the `.data` folder."""
        return f"{self.dist_name}-{self.version}.data"


def load_metadata(
    root: Path,
    pyproject: Mapping[str, Any],
    version: VersionSettings,
    *,
    environ: Mapping[str, str],
    build_state: BuildState = "wheel",
) -> Metadata:
    """Read `[project]`, resolve what is dynamic, and render the core metadata.

    Args:
        root: folder of `pyproject.toml`.
        pyproject: the whole `pyproject.toml`.
        version: `[tool.zigwheel.version]`.
        environ: environment for setuptools-scm.
        build_state: what is built. For `sdist` the bytes are those of PKG-INFO, in which `Dynamic`
            marks the fields that may be others in a wheel (PEP 643).

    Raises:
        MetadataError: the table is missing or wrong, or a dynamic field cannot be found.
        StorageError: setuptools-scm cannot write its version file.
        ErrorCollection: several of these.
    """
    project = plain(pyproject.get("project"))
    if not isinstance(project, dict):
        raise MetadataError(
            "pyproject.toml has no table `[project]`",
            hint='add `[project]` with at least `name = "..."` and `version = "..."` (PEP 621)',
        )
    errors: list[ZigwheelError] = []
    found, resolved = FoundVersion(version="0"), _unresolved_project(project)
    try:
        found, resolved = _resolve(root, pyproject, project, version, environ, build_state)
    except ZigwheelError as error:
        errors.extend(error.errors if isinstance(error, ErrorCollection) else (error,))
    standard = _standard(root, resolved, errors)
    raise_all(errors)
    assert standard is not None  # without errors there is a result
    license_files = _license_files(root, standard)
    dist_name = canonical_name(standard.name).replace("-", "_")
    return Metadata(
        name=standard.name,
        version=str(standard.version),
        dist_name=dist_name,
        metadata=_render(standard, license_files, _nameless(resolved.project)),
        entry_points=entry_points_text(standard),
        license_files=license_files,
        requires_python=str(standard.requires_python or ""),
        dynamic=tuple(sorted(FIELDS.intersection(_dynamic(project)))),
        written_files=found.written_files,
    )


def requires_for_metadata(
    pyproject: Mapping[str, Any],
    version: VersionSettings,
    *,
    root: Path,
    environ: Mapping[str, str],
) -> tuple[str, ...]:
    """What has to be installed before `load_metadata` can run: usually nothing.

    setuptools-scm is not asked for in an unpacked sdist, whose version is in its PKG-INFO.

    Args:
        pyproject: the whole `pyproject.toml`.
        version: `[tool.zigwheel.version]`.
        root: folder of `pyproject.toml`.
        environ: not read: the files alone decide. It is here because plug-ins, which are asked
            too, run in this environment.

    Raises:
        MetadataError: `[tool.dynamic-metadata]` is wrong, or a plug-in is unknown or fails.
    """
    project = pyproject.get("project")
    if not isinstance(project, Mapping):
        return ()
    released = sdist_version(root, str(project.get("name", "")))
    own = (SCM_REQUIREMENT,) if version.scm and not released else ()
    entries = tuple(e for e in read_entries(pyproject) if not (released and e.field == "version"))
    return tuple(dict.fromkeys((*own, *provider_requirements(entries, root))))


def _resolve(
    root: Path,
    pyproject: Mapping[str, Any],
    project: dict[str, Any],
    settings: VersionSettings,
    environ: Mapping[str, str],
    build_state: BuildState,
) -> tuple[FoundVersion, ResolvedProject]:
    """The version and the other dynamic fields."""
    entries = read_entries(pyproject)
    found, released = FoundVersion(version=""), ""
    if settings != VersionSettings():
        _refuse_second_source(project, entries)
        found = find_version(root, pyproject, settings, environ=environ)
    dynamic = _dynamic(project)
    if not isinstance(project.get("dynamic", []), list) or not (dynamic or entries):
        return found, ResolvedProject(project=project, varying=())
    if "version" in dynamic and "version" not in project and not (settings.path or settings.attr):
        released = sdist_version(root, str(project.get("name", "")))
    resolved = resolve_dynamic(
        project,
        entries,
        root=root,
        build_state=build_state,
        version=found.version or released,
        pinned=bool(released),
    )
    raise_all(_unprovided(resolved))
    left = [name for name in resolved.project["dynamic"] if name not in resolved.varying]
    return found, replace(resolved, project={**resolved.project, "dynamic": left})


def _refuse_second_source(project: Mapping[str, Any], entries: Iterable[Entry]) -> None:
    """Stop if `[tool.zigwheel.version]`, which is set, is not where the version comes from."""
    if "version" in project:
        raise MetadataError(
            f"`project.version` is {quote(project['version'])}, and `[{VERSION_TABLE}]` is set too",
            hint='remove one of them; for a dynamic version write `dynamic = ["version"]`',
        )
    if "version" not in _dynamic(project):
        raise MetadataError(
            f"`[{VERSION_TABLE}]` is set, but `project.dynamic` does not list the version",
            hint='add `dynamic = ["version"]` to `[project]`',
        )
    if any(entry.field == "version" for entry in entries):
        raise MetadataError(
            f"`[{VERSION_TABLE}]` and `[tool.dynamic-metadata.version]` both give the version",
            hint="remove one of them",
        )


def _unprovided(resolved: ResolvedProject) -> Iterator[MetadataError]:
    """Errors for what is dynamic and has no source."""
    for name in _dynamic(resolved.project):
        static_too = name in SINGLE and name in resolved.project  # reported as such elsewhere
        if name in resolved.varying or name not in FIELDS or static_too:
            continue
        source = (
            f"`[{VERSION_TABLE}]` with `path`, `attr`, or `scm = true`"
            if name == "version"
            else "`[[tool.dynamic-metadata]]` with a `provider` for it"
        )
        yield MetadataError(
            f"`project.dynamic` lists `{name}`, and nothing provides it",
            hint=f"add {source}, or write `{name}` in `[project]` and take it from `dynamic`",
        )


def _unresolved_project(project: dict[str, Any]) -> ResolvedProject:
    """The table as far as it is static, to be checked although a dynamic field has no value."""
    dynamic = project.get("dynamic", [])
    if isinstance(dynamic, list):
        dynamic = [name for name in dynamic if not isinstance(name, str) or name not in FIELDS]
    rest = {**project, "version": project.get("version", "0"), "dynamic": dynamic}
    return ResolvedProject(project=rest, varying=())


def _standard(
    root: Path, resolved: ResolvedProject, errors: list[ZigwheelError]
) -> StandardMetadata | None:
    """The checked table; what is wrong is added to `errors`."""
    import warnings

    from pyproject_metadata import ConfigurationError, StandardMetadata, field_to_metadata
    from pyproject_metadata.errors import ConfigurationWarning, ExceptionGroup

    project = resolved.project
    errors.extend(check_table(project))
    broken = wrong_types(project)
    broken.update(unreadable(root, {k: v for k, v in project.items() if k not in broken}))
    errors.extend(error for found in broken.values() for error in found)
    # The library fails at fields of wrong types, or reports them again.
    sound = {key: value for key, value in project.items() if key not in broken}
    if broken:
        sound = {"name": "unknown", "version": "0", **sound}
    headers = {header for field in resolved.varying for header in field_to_metadata(field)}
    try:
        with warnings.catch_warnings():
            # What it warns of is an error here, or is allowed (a licence as a table).
            warnings.simplefilter("ignore", ConfigurationWarning)
            standard = StandardMetadata.from_pyproject(
                {"project": sound},
                root,
                dynamic_metadata=sorted(headers),
                allow_extra_keys=True,
                all_errors=True,
            )
    except ExceptionGroup as group:
        for error in group.exceptions:
            if not isinstance(error, ConfigurationError):
                raise
            errors.append(converted(error))
        return None
    errors.extend(check_standard(standard))
    return standard


def _license_files(root: Path, standard: StandardMetadata) -> tuple[str, ...]:
    if standard.license_files is not None:
        return tuple(sorted({path.as_posix() for path in standard.license_files}))
    from fnmatch import fnmatchcase

    found = {
        entry.name
        for entry in root.iterdir()
        # A folder's listing is compared by case on every platform; a glob is not.
        if any(fnmatchcase(entry.name, glob) for glob in LICENSE_GLOBS) and entry.is_file()
    }
    if file := getattr(standard.license, "file", None):
        found.add(posixpath.normpath(Path(file).relative_to(root).as_posix()))
    return tuple(sorted(found))


def _nameless(project: Mapping[str, Any]) -> frozenset[str]:
    """Addresses of people without a name."""
    people = (*project.get("authors", ()), *project.get("maintainers", ()))
    return frozenset(person["email"] for person in people if "name" not in person)


def _bare(people: str, nameless: Iterable[str]) -> str:
    """The list without the name `Unknown` that the library gives to an address alone (PEP 621)."""
    for address in nameless:
        people = people.replace(f"Unknown <{address}>", address)
    return people


def _render(
    standard: StandardMetadata, license_files: Iterable[str], nameless: Iterable[str]
) -> bytes:
    """The core metadata, in the oldest version from 2.2 on that has all the fields.

    2.2 is the first in which a reader may trust what is not marked `Dynamic` (PEP 643), 2.4 the
    first with `License-File`.
    """
    from pyproject_metadata import License

    files = tuple(license_files)
    needed = max(standard.auto_metadata_version, "2.4" if files else "2.2")
    # The library would write the path of a licence table's file as an absolute one, and sorts
    # paths as the host's file system does.
    if isinstance(standard.license, License):
        standard.license = License(standard.license.text, None)
    standard.license_files = None
    standard.metadata_version = needed
    message = standard.as_rfc822()
    for file in files:
        message["License-File"] = file
    for header, value in tuple(message.raw_items()):
        if header in ("Author-Email", "Maintainer-Email"):
            message.replace_header(header, _bare(str(value), nameless))
    return message.as_bytes()


def _dynamic(project: Mapping[str, Any]) -> tuple[str, ...]:
    """The names in `project.dynamic`, as far as it is a list of names."""
    value = project.get("dynamic", [])
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
