"""Headers of distributions, copied into the cache under a name made of their content.

A build environment lies somewhere else each time. With a fixed place neither the compiler's cache
nor the result knows of that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from zigwheel.borrowed.find import found
from zigwheel.borrowed.model import Found, Kept
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
        if wanted.name in earlier and earlier[wanted.name].folder.is_dir():
            kept[wanted.name] = earlier[wanted.name]
        elif wanted.name not in kept:
            package = found(wanted, python=python, environ=environ)
            kept[wanted.name] = keep(package, wanted, triple, cache)
        else:  # asked for twice: one version has to serve both
            found(wanted, python=python, environ=environ)
    return kept


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
        return digest_of(contents_of(found(wanted, python=python, environ=environ)))
    except ZigwheelError:
        return ""


def digest_of(contents: Iterable[tuple[str, bytes]]) -> str:
    """Digest of paths and contents, in hexadecimal."""
    digest = hashlib.sha256()
    for path, data in contents:
        digest.update(f"{path}\0{len(data)}\0".encode("utf-8", "surrogateescape"))
        digest.update(data)
    return digest.hexdigest()


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
