"""Header packs: the public headers of CPython's minor versions as data, for machines that have none.

A pack is a folder with a manifest and one include folder for each Python, without `pyconfig.h`. The
distribution `zigwheel-headers` is one (`zigwheel headers pack` makes it); the cache keeps more, of one
Python each. Every hash of the manifest is checked before a header is used.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zigwheel.errors import HeadersError
from zigwheel.storage import replaced_folder, told
from zigwheel.target.header_tree import header_content, header_files
from zigwheel.target.host import installed_pack
from zigwheel.target.installation import HeaderSource, newest_first
from zigwheel.target.interpreters import Place

DISTRIBUTION = "zigwheel-headers"
PACKAGE = "zigwheel_headers"
"""What the distribution's package is called."""

VERSION = "2026.11"
"""The pack that this zigwheel asks for: with one zigwheel, headers that are fetched are the same ones."""

REQUIREMENT = f"{DISTRIBUTION}=={VERSION}"
"""What `get_requires_for_build_wheel` asks for when the target's headers are nowhere to be found."""

MANIFEST = "manifest.json"
KEPT = "header-packs"
"""Folder of zigwheel's cache that holds packs."""

_FORMAT = 1
_SHOWN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Packs:
    """Where packs are looked for."""

    installed: Path | None = None
    """Folder of the installed package `zigwheel_headers`; None where it is not installed."""
    kept: Path | None = None
    """Folder that holds packs, which may not be there; None for none."""


def packs_here(cache: Path) -> Packs:
    """The pack of this environment, and those of zigwheel's cache."""
    return Packs(installed=installed_pack(), kept=cache / KEPT)


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedPython:
    """The headers of one minor version in a pack."""

    version: tuple[int, int]
    """Major and minor version."""
    release: str
    """The release that they are from, such as `3.13.5`."""
    free_threaded: bool
    """Whether they were installed with a build without the GIL."""
    folder: str
    """POSIX path of the include folder in the pack."""
    files: Mapping[str, str]
    """SHA-256 of each header, by its POSIX path in the include folder."""

    @property
    def sha256(self) -> str:
        """Digest of all names and hashes."""
        import hashlib

        lines = (f"{sha256}  {name}\n" for name, sha256 in sorted(self.files.items()))
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def packed(source: HeaderSource, *, mark: str = "") -> PackedPython:
    """The entry of a manifest for headers on this machine. Raises StorageError."""
    import hashlib

    version = ".".join(map(str, source.version))
    return PackedPython(
        version=source.version,
        release=source.release,
        free_threaded=source.free_threaded,
        folder=f"include/python{version}{mark}",
        files={
            name: hashlib.sha256(header_content(source.include, name)).hexdigest()
            for name in header_files(source.include)
        },
    )


def manifest_text(version: str, pythons: Iterable[PackedPython]) -> str:
    """The text of `manifest.json`."""
    entries = [
        {
            "version": ".".join(map(str, python.version)),
            "release": python.release,
            "free-threaded": python.free_threaded,
            "folder": python.folder,
            "sha256": python.sha256,
            "files": dict(sorted(python.files.items())),
        }
        for python in pythons
    ]
    table = {"format": _FORMAT, "version": version, "pythons": entries}
    return json.dumps(table, indent=1) + "\n"


def read_manifest(pack: Path) -> tuple[str, tuple[PackedPython, ...]]:
    """Version and contents of a pack. Raises HeadersError, which names the pack."""
    try:
        table = json.loads((pack / MANIFEST).read_bytes())
        if table["format"] != _FORMAT:
            raise HeadersError(
                f"the header pack {pack} has the format `{table['format']}`, not `{_FORMAT}`",
                hint=f"this zigwheel asks for {REQUIREMENT}",
            )
        pythons = tuple(_entry(pack, entry) for entry in table["pythons"])
        return str(table["version"]), pythons
    except OSError as error:
        raise _damaged(pack, f"{MANIFEST} can't be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(pack, f"{MANIFEST} is no manifest: {error!r}") from error


def _entry(pack: Path, entry: Mapping[str, Any]) -> PackedPython:
    major, minor = entry["version"].split(".")
    python = PackedPython(
        version=(int(major), int(minor)),
        release=str(entry["release"]),
        free_threaded=bool(entry["free-threaded"]),
        folder=str(entry["folder"]),
        files={str(name): str(sha256) for name, sha256 in entry["files"].items()},
    )
    # It becomes a path on this machine.
    if not re.fullmatch(r"include/python3\.\d+t?", python.folder, re.ASCII):
        raise _damaged(pack, f"`{python.folder}` is no include folder of a pack")
    if entry["sha256"] != python.sha256:
        raise _damaged(
            pack, f"{MANIFEST} has another sha256 for {python.folder} than its files give"
        )
    return python


def pack_place(pack: Path) -> Place:
    """What a pack holds. Raises HeadersError where that can't be read."""
    version, pythons = read_manifest(pack)
    origin = f"{DISTRIBUTION} {version}"
    return Place(
        origin=origin,
        where=str(pack),
        sources=tuple(_source(pack, python, origin) for python in pythons),
    )


def kept_place(folder: Path) -> Place:
    """What the packs below a folder hold, newest release first. Raises HeadersError."""
    try:
        # Folders that are still being written start with a dot.
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError:
        return Place(origin="kept header packs", where=str(folder), note="not there")
    sources = [source for name in names for source in pack_place(folder / name).sources]
    return Place(origin="kept header packs", where=str(folder), sources=newest_first(sources))


def _source(pack: Path, python: PackedPython, origin: str) -> HeaderSource:
    return HeaderSource(
        include=pack / python.folder,
        version=python.version,
        release=python.release,
        origin=origin,
        free_threaded=python.free_threaded,
        pack=pack,
    )


def checked(source: HeaderSource) -> HeaderSource:
    """The same source; if it is from a pack, its headers are those of the manifest.

    Raises HeadersError, which names the pack and what is wrong in it.
    """
    if source.pack is not None:
        _, python = packed_entry(source, source.pack)
        _check(source.pack, python)
    return source


def packed_entry(source: HeaderSource, pack: Path) -> tuple[str, PackedPython]:
    """Version of a pack, and what its manifest says of a source that was found in it."""
    version, pythons = read_manifest(pack)
    return version, next(p for p in pythons if pack / p.folder == source.include)


def _check(pack: Path, python: PackedPython) -> None:
    import hashlib

    include = pack / python.folder
    there = set(header_files(include)) if include.is_dir() else set()
    wrong = [f"{name} is not in {MANIFEST}" for name in sorted(there - set(python.files))]
    for name, sha256 in sorted(python.files.items()):
        if name not in there:
            wrong.append(f"{name} is missing")
        elif hashlib.sha256((include / name).read_bytes()).hexdigest() != sha256:
            wrong.append(f"{name} has another sha256 than {MANIFEST} says")
    if wrong:
        more = f", and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise _damaged(pack, f"in {python.folder}, {', '.join(wrong[:_SHOWN])}{more}")


def keep(source: HeaderSource, cache: Path) -> HeaderSource:
    """Headers of a pack, in the cache; those of an interpreter stay where they are.

    A build environment is gone after the build: rebuilds on import, and later builds, find the headers
    in the cache, and nothing has to be fetched again. Raises StorageError and HeadersError.
    """
    if source.pack is None or source.pack.is_relative_to(cache / KEPT):
        return source
    version, python = packed_entry(source, source.pack)
    folder = cache / KEPT / f"{python.folder.rpartition('/')[2]}-{python.sha256[:16]}"
    if not folder.is_dir():
        with told("keeping a header pack", folder.parent), replaced_folder(folder) as fresh:
            _write(fresh, version, python, source.include)
    return _source(folder, python, source.origin)


def _write(pack: Path, version: str, python: PackedPython, include: Path) -> None:
    """Write a pack of one Python."""
    for name in python.files:
        target = pack / python.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(header_content(include, name))
    text = manifest_text(version, [python])
    (pack / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def _damaged(pack: Path, what: str) -> HeadersError:
    return HeadersError(
        f"the header pack {pack} is damaged: {what}",
        hint=f"remove that folder, or install `{DISTRIBUTION}` again; other headers can be named with "
        "-C python-headers=PATH",
    )
