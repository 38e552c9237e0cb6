"""`build-details.json`: what an installation says of itself, without being run (PEP 739).

CPython from 3.14 on has it in the folder of its standard library. Debian calls it
`build-details.FLAGS.MULTIARCH.json`, so that builds for several machines fit into one folder.

Its paths are those of the machine that it was installed on, or of the one that compiled it (`/install`
in relocatable builds). Where the file lies is the truth: they are followed from there.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

_STDLIBS = (("lib", r"python3\.\d+t?"), ("lib64", r"python3\.\d+t?"), ("Lib", ""))
"""Folders of the standard library below a prefix: on Unix, on Fedora and its kin, on Windows."""

_STEM = "build-details"
_FILE = rf"{_STEM}(\.[^/]*)?\.json"
_LEVELS = {"alpha": "a", "beta": "b", "candidate": "rc"}


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildDetails:
    """One `build-details.json`, its paths as they are on this machine."""

    file: Path
    """The file itself."""
    implementation: str
    """Such as `cpython`."""
    version: tuple[int, int]
    """Major and minor version of the language."""
    release: str
    """Full version of the implementation, such as `3.15.0b1`."""
    flags: tuple[str, ...]
    """ABI flags: `t` without the GIL, `d` with debug checks."""
    suffixes: tuple[str, ...]
    """File names of extension modules end in one of these."""
    headers: Path | None
    """Folder that holds `Python.h`, there or not; None where the installation names none."""
    pkgconfig: Path | None
    """Folder of the `.pc` files; None where the installation names none."""


class Malformed(ValueError):
    """What is wrong with a file, without its path."""


def details_files(prefix: Path) -> Iterator[Path]:
    """The files of an installation, or of several below one prefix, sorted."""
    for lib, pattern in _STDLIBS:
        folders = [name for name in _names(prefix / lib) if re.fullmatch(pattern, name, re.ASCII)]
        for stdlib in [prefix / lib / name for name in folders] if pattern else [prefix / lib]:
            names = (name for name in _names(stdlib) if name.startswith(_STEM))
            yield from (stdlib / name for name in names if re.fullmatch(_FILE, name))


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def read_details(file: Path, prefix: Path) -> BuildDetails:
    """Read a file that lies in the standard library below `prefix`. Raises Malformed."""
    try:
        table = json.loads(file.read_bytes())
    except OSError as error:
        raise Malformed(f"can't be read: {error.strerror or error}") from error
    except ValueError as error:
        raise Malformed(f"no JSON: {error}") from error
    schema = _get(table, "schema_version", str)
    if schema.partition(".")[0] != "1":
        raise Malformed(f"`schema_version` is `{schema}`, only `1.0` is known")
    version = _get(table, "language.version", str)
    if not re.fullmatch(r"\d+\.\d+", version, re.ASCII):
        raise Malformed(f"`language.version` is `{version}`, not a version such as `3.14`")
    major, minor = version.split(".")
    placed = _Placed.of(_get(table, "base_prefix", str), file, prefix)
    headers = _get(table, "c_api.headers", str, "")
    pkgconfig = _get(table, "c_api.pkgconfig_path", str, "")
    return BuildDetails(
        file=file,
        implementation=_get(table, "implementation.name", str),
        version=(int(major), int(minor)),
        release=_release(table),
        flags=_texts(table, "abi.flags"),
        suffixes=_texts(table, "suffixes.extensions"),
        headers=placed.path(headers) if headers else None,
        pkgconfig=placed.path(pkgconfig) if pkgconfig else None,
    )


_REQUIRED: Any = object()


def _get(table: object, key: str, kind: type, default: Any = _REQUIRED) -> Any:
    """The value at a dotted key, checked for its type."""
    value = table
    words = key.split(".")
    for depth, word in enumerate(words):
        if not isinstance(value, Mapping):
            raise _wrong_type(".".join(words[:depth]), value)
        if word not in value:
            if default is _REQUIRED:
                raise Malformed(f"`{key}` is missing")
            return default
        value = value[word]
    # JSON's booleans are integers to Python.
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _wrong_type(key, value)
    return value


def _wrong_type(key: str, value: object) -> Malformed:
    what = f"`{key}`" if key else "the whole"
    return Malformed(f"{what} is `{json.dumps(value)}`, of the wrong type")


def _texts(table: object, key: str) -> tuple[str, ...]:
    values = _get(table, key, list, [])
    if not all(isinstance(value, str) for value in values):
        raise _wrong_type(key, values)
    return tuple(values)


def _release(table: object) -> str:
    numbers = [_get(table, f"implementation.version.{k}", int) for k in ("major", "minor", "micro")]
    level = _get(table, "implementation.version.releaselevel", str)
    text = ".".join(map(str, numbers))
    if level == "final":
        return text
    if level not in _LEVELS:
        raise Malformed(f"`implementation.version.releaselevel` is `{level}`")
    return f"{text}{_LEVELS[level]}{_get(table, 'implementation.version.serial', int)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Placed:
    """Where the paths of a file lead, since the installation may have been moved."""

    said: PurePath
    """`base_prefix` as the file has it."""
    base: Path
    """Where that is."""

    @classmethod
    def of(cls, base_prefix: str, file: Path, prefix: Path) -> _Placed:
        # Paths are those of the installation's own system, whatever this one is.
        windows = re.match(r"[A-Za-z]:|.*\\", base_prefix)
        said = PureWindowsPath(base_prefix) if windows else PurePosixPath(base_prefix)
        # A relative one is relative to the file's folder (PEP 739, `base_prefix`).
        return cls(said=said, base=prefix if said.is_absolute() else file.parent / said)

    def path(self, text: str) -> Path:
        """A path of the file, on this machine."""
        path = type(self.said)(text)
        if not path.is_absolute():
            place = self.base.joinpath(*path.parts)  # it is relative to `base_prefix`
        elif self.said.is_absolute() and path.is_relative_to(self.said):
            place = self.base.joinpath(*path.relative_to(self.said).parts)
        else:
            # Beside the prefix: an unpacked distribution's root is what comes before the prefix.
            inner = self.said.parts[1:]
            moved = inner and self.said.is_absolute() and self.base.parts[-len(inner) :] == inner
            place = (
                self.base.parents[len(inner) - 1].joinpath(*path.parts[1:]) if moved else Path(text)
            )
        return Path(os.path.normpath(place))
