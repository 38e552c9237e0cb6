"""Headers of distributions, copied into the cache under a name made of their content.

A build environment lies somewhere else each time. With a fixed place neither the compiler's cache
nor the result knows of that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from zigwheel.borrowed.find import found, installed_as
from zigwheel.borrowed.model import Found, Kept
from zigwheel.borrowed.nanobind import parts_of
from zigwheel.borrowed.numpy import for_target
from zigwheel.config.model import Config
from zigwheel.config.requirements import Wanted, wanted_as, wanted_in
from zigwheel.errors import StorageError, ZigwheelError
from zigwheel.storage import replaced_folder, told
from zigwheel.target.triple import Triple


def kept_for(
    config: Config,
    triple: Triple,
    *,
    cache: Path,
    python: str,
    environ: Mapping[str, str],
    earlier: Mapping[str, Kept],
) -> dict[str, Kept]:
    """The headers that a config takes from distributions, for one target, by their names.

    `earlier` ones, of a build whose environment is gone, are taken as they are.
    Raises `ConfigError`, `PlanError` and `StorageError`.
    """
    kept: dict[str, Kept] = {}
    for wanted in wanted_in(config):
        if parts := kept_earlier(wanted, earlier):
            kept.update(parts)
        elif wanted.name not in kept:
            package = with_parts(found(wanted, python=python, environ=environ))
            source = digest_of(all_contents(package))
            for part in (package, *package.parts):
                kept[part.name] = replace(keep(part, wanted, triple, cache), source=source)
        else:  # asked for twice: one version has to serve both
            installed_as(wanted)
    return kept


def kept_earlier(wanted: Wanted, earlier: Mapping[str, Kept]) -> dict[str, Kept]:
    """What an earlier build kept of a distribution, all parts of it; empty where one is gone."""
    if wanted.name not in earlier:
        return {}
    asked = earlier[wanted.name].requirement
    parts = {name: part for name, part in earlier.items() if part.requirement == asked}
    return parts if all(part.folder.is_dir() for part in parts.values()) else {}


def with_parts(package: Found) -> Found:
    """A distribution with what it brings beside headers."""
    return replace(package, parts=parts_of(package.name, package.version, package.files))


def keep(package: Found, wanted: Wanted, triple: Triple, cache: Path) -> Kept:
    """Put the headers of a distribution, as they are for a target, into the cache."""
    installed = list(contents_of(package))
    contents = [(path, for_target(package.name, path, data, triple)) for path, data in installed]
    sha256 = digest_of(contents)
    folder = cache / "packages" / f"{package.name}-{sha256[:32]}"
    if not folder.is_dir():
        with (
            told(f"copying the headers of {package.name}", folder.parent),
            replaced_folder(folder) as fresh,
        ):
            for path, data in contents:
                file = fresh / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
    return Kept(
        name=package.name,
        version=package.version,
        folder=folder,
        sha256=sha256,
        requirement=wanted.text,
        source=digest_of(installed),
    )


def state(requirement: str, *, python: str, environ: Mapping[str, str]) -> str:
    """Digest of the headers that are installed for a requirement, as in `Kept.source`; empty if none."""
    wanted = wanted_as(requirement, place="include-from")
    try:
        return digest_of(all_contents(with_parts(found(wanted, python=python, environ=environ))))
    except ZigwheelError:
        return ""


def digest_of(contents: Iterable[tuple[str, bytes]]) -> str:
    """Digest of paths and contents, in hexadecimal."""
    digest = hashlib.sha256()
    for path, data in contents:
        digest.update(f"{path}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
        digest.update(data)
    return digest.hexdigest()


def all_contents(package: Found) -> Iterator[tuple[str, bytes]]:
    """Paths and contents of a distribution's headers and of its parts."""
    yield from contents_of(package)
    for part in package.parts:
        yield from ((f"{part.name}/{path}", data) for path, data in contents_of(part))


def contents_of(package: Found) -> Iterator[tuple[str, bytes]]:
    """Paths and contents, sorted. Line ends are LF: those of Windows are not part of a header."""
    for path, file in sorted(package.files.items()):
        try:
            data = file.read_bytes().replace(b"\r\n", b"\n")
        except OSError as error:
            raise StorageError(
                f"a header of {package.name} cannot be read: {error}", hint="install it again"
            ) from error
        yield path, data
