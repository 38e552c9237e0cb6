"""The Zig packages of a project: what those in its folder consist of. Reads files; runs nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from zigwheel.config.dependency import Dependency
from zigwheel.config.model import Compilation, Config
from zigwheel.config.words import child
from zigwheel.config.zon import ZonError, parse_zon
from zigwheel.errors import PlanError, raise_all
from zigwheel.plan.files import digest, escapes, leads_out, outside, within
from zigwheel.plan.model import ZigPackage

MANIFEST = "build.zig.zon"
BUILD_FILES = (MANIFEST, "build.zig")
TRANSIENT = frozenset({".zig-cache", "zig-cache", "zig-out", "zig-pkg", ".git", "__pycache__"})
"""Folders that tools leave in a package."""

LARGEST = 1 << 20
"""Bytes of a manifest."""


def own_links(config: Config, component: Compilation) -> tuple[str, ...]:
    """The items of a component's `link` that are libraries of the project."""
    names = {library.name for library in config.library}
    return tuple(name for name in component.link if name in names)


def package_links(config: Config, component: Compilation) -> tuple[str, ...]:
    """The other items, as `PACKAGE:LIBRARY`; a package's own name is that of its library, too."""
    own = own_links(config, component)
    rest = (name for name in component.link if name not in own)
    return tuple(name if ":" in name else f"{name}:{name}" for name in rest)


def package_names(links: Iterable[str]) -> list[str]:
    """The packages that items like `PACKAGE:LIBRARY` take something from, sorted."""
    return sorted({link.partition(":")[0] for link in links})


def resolved(root: Path, config: Config, links: Iterable[str]) -> tuple[ZigPackage, ...]:
    """The packages that `links` name. Raises `PlanError`, all at once."""
    errors: list[PlanError] = []
    found = [
        package_of(root, config, name, config.dependencies[name], errors)
        for name in package_names(links)
    ]
    raise_all(errors)
    return tuple(found)


def package_of(
    root: Path, config: Config, name: str, table: Dependency, errors: list[PlanError]
) -> ZigPackage:
    """One package as it is in the plan."""
    parts = parts_of(root, table.path, place_of(name), errors) if table.path else {}
    return ZigPackage(
        name=name,
        path=plain(table.path) if table.path else "",
        url=table.url,
        hash=table.hash,
        parts=tuple((path, digest_of(root, files)) for path, files in sorted(parts.items())),
        options=tuple(sorted(table.options.items())),
        optimize=table.optimize or config.optimize,
        strip=config.strip,
    )


def every_package(root: Path, config: Config, tool: Mapping[str, Any]) -> tuple[ZigPackage, ...]:
    """All packages of a project, whatever its target; `tool` is `[tool.zigwheel]` as it was read.

    What an override fetches from elsewhere has a name of its own here. Raises `PlanError`.
    """
    errors: list[PlanError] = []
    tables = dict(config.dependencies)
    for index, override in enumerate(tool.get("overrides", ())):
        for name, table in override.get("dependencies", {}).items():
            said = {key: table[key] for key in ("path", "url", "hash") if key in table}
            if said:
                tables[f"{name}_{index}"] = replace(tables.get(name, Dependency()), **said)
    found = [package_of(root, config, name, table, errors) for name, table in tables.items()]
    raise_all(errors)
    return tuple(found)


def fetches(root: Path, packages: Iterable[ZigPackage]) -> bool:
    """Whether something of these packages has to be fetched, or has been."""
    packages = tuple(packages)
    if any(package.url for package in packages):
        return True
    manifests = (read_manifest(root / path / MANIFEST) for p in packages for path, _ in p.parts)
    tables = (table for m in manifests for table in table_of(m, "dependencies").values())
    return any(isinstance(table, dict) and "url" in table for table in tables)


def place_of(name: str) -> str:
    """The TOML path of a package."""
    return child("tool.zigwheel.dependencies", name)


def plain(path: str) -> str:
    """A path without `.`, `..` and double slashes, as far as that goes."""
    return os.path.normpath(path).replace(os.sep, "/")


def parts_of(
    root: Path, path: str, place: str, errors: list[PlanError]
) -> dict[str, tuple[str, ...]]:
    """A package and those in the project that it names itself by `.path`: folder to files.

    Folders and files are relative to the project, and sorted.
    """
    found: dict[str, tuple[str, ...]] = {}
    pending = [plain(path)]
    while pending:
        folder = pending.pop()
        if folder in found:
            continue
        manifest, files = contents(root, folder, place, errors)
        found[folder] = files
        inner = table_of(manifest, "dependencies").values()
        for other in (entry.get("path") for entry in inner if isinstance(entry, dict)):
            if isinstance(other, str):
                pending.append(plain(f"{folder}/{other}"))
    return found


def contents(
    root: Path, folder: str, place: str, errors: list[PlanError]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The manifest of a package and the files that it lists, which are all that a package is."""
    if escapes(folder) or folder == ".":
        errors.append(outside(place, folder) if folder != "." else own_folder(place))
        return {}, ()
    if not within(root, root / folder):
        errors.append(leads_out(place, root, folder))
        return {}, ()
    try:
        manifest = read_manifest(root / folder / MANIFEST)
    except PlanError as error:
        message = f"`{place}`, the Zig package in {folder!r}: {error.message}"
        errors.append(PlanError(message, hint=error.hint))
        return {}, ()
    paths = manifest.get("paths")
    listed = [p for p in paths if isinstance(p, str)] if isinstance(paths, list) else []
    if not listed:
        errors.append(
            PlanError(
                f"`{place}`: {folder}/{MANIFEST} has no `.paths`",
                hint='list what the package consists of; `.paths = .{""}` is all of it',
            )
        )
    files: set[str] = set()
    for path in (*listed, *BUILD_FILES):
        files.update(below(root, plain(f"{folder}/{path}")))
    errors += [leads_out(place, root, file) for file in files if not within(root, root / file)]
    return manifest, tuple(sorted(file for file in files if file.startswith(f"{folder}/")))


def package_files(root: Path, package: ZigPackage) -> Iterator[str]:
    """The files of a package in the project, and of those that it uses there."""
    for path, _ in package.parts:
        yield from contents(root, path, "", [])[1]


def own_folder(place: str) -> PlanError:
    """The error for a package that would hold the project."""
    return PlanError(
        f"`{place}.path` is the project itself", hint="put the package into a folder of its own"
    )


def read_manifest(file: Path) -> dict[str, Any]:
    """What a `build.zig.zon` says. Raises `PlanError`."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise PlanError(f"{file.name} is larger than {LARGEST} bytes")
        manifest = parse_zon(data.decode("utf-8"))
    except OSError as error:
        raise PlanError(
            f"{file.name} cannot be read: {error.strerror}",
            hint="name the folder that holds the package's build.zig.zon and build.zig",
        ) from error
    except (ZonError, UnicodeDecodeError) as error:
        raise PlanError(f"{file.name} is no ZON: {error}") from error
    if not isinstance(manifest, dict):
        raise PlanError(f"{file.name} holds no fields")
    return manifest


def table_of(manifest: dict[str, Any], key: str) -> dict[str, Any]:
    """A table of a manifest; empty where it is not there."""
    value = manifest.get(key)
    return value if isinstance(value, dict) else {}


def below(root: Path, path: str) -> Iterator[str]:
    """A file, or all files of a folder but what tools left there, relative to `root`."""
    if (root / path).is_file():
        yield path
        return
    for folder, inner, names in os.walk(root / path):
        inner[:] = [name for name in inner if name not in TRANSIENT]
        start = os.path.relpath(folder, root).replace(os.sep, "/")
        yield from (f"{start}/{name}" for name in names)


def digest_of(root: Path, files: Iterable[str]) -> str:
    """sha256 of the names and contents of files, in hexadecimal."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file}\0{digest(root / file)}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()
