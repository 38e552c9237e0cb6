"""What one installation of a Python holds: its headers, read and never run.

`build-details.json` says where they are, else they are in `include/python3.X` below the prefix;
`patchlevel.h` tells their version.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from zigwheel.target.build_details import BuildDetails, Malformed, details_files, read_details
from zigwheel.target.python import Implementation, PythonTarget

_NUMBER = re.compile(r"^#\s*define\s+PY_(MAJOR|MINOR)_VERSION\s+(\d+)", re.MULTILINE | re.ASCII)
_RELEASE = re.compile(r'^#\s*define\s+PY_VERSION\s+"([^"]*)"', re.MULTILINE)
_PYPY_RELEASE = re.compile(r'^#\s*define\s+PYPY_VERSION\s+"(\d+)\.(\d+)', re.MULTILINE)
_FREE_THREADED = r"python3\.\d+td?"


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderSource:
    """The headers of one Python."""

    include: Path
    """Folder that holds `Python.h`."""
    version: tuple[int, int]
    """Major and minor version, from `patchlevel.h`."""
    release: str
    """Full version, such as `3.13.0`, from `patchlevel.h`."""
    origin: str
    """How it was found, such as `pyenv`."""
    free_threaded: bool = False
    """Whether the build that they were installed with has no GIL; the headers are the same."""
    pack: Path | None = None
    """The header pack that they are from, whose hashes are checked before they are used."""
    details: BuildDetails | None = None
    """What `build-details.json` says of the installation; None where it has none."""
    implementation: Implementation = "cpython"
    """Whose headers they are."""
    pypy_abi: str = ""
    """PyPy's name of its ABI, such as `pp73`, which is that of the release that brought it."""

    @property
    def title(self) -> str:
        """The name in a sentence, such as `Python 3.13.0` or `PyPy 3.11.11 (pp73)`."""
        if self.implementation == "pypy":
            return f"PyPy {self.release} ({self.pypy_abi})"
        return f"Python {self.release}"

    def serves(self, python: PythonTarget) -> bool:
        """Whether these are the headers of `python`."""
        own = (self.implementation, self.version, self.pypy_abi)
        return own == (python.implementation, python.version, python.pypy_abi)


def read_headers(
    include: Path, origin: str, *, details: BuildDetails | None = None
) -> HeaderSource | None:
    """The headers in a folder; None where it has no `Python.h`."""
    try:
        with open(include / "patchlevel.h", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return None
    numbers = dict(_NUMBER.findall(text))
    release = _RELEASE.search(text)
    if len(numbers) < 2 or not release:
        return None
    if not (include / "Python.h").is_file():
        return None
    named = re.fullmatch(_FREE_THREADED, include.name, re.ASCII)
    pypy = _PYPY_RELEASE.search(text)
    return HeaderSource(
        include=include,
        version=(int(numbers["MAJOR"]), int(numbers["MINOR"])),
        release=release[1],
        origin=origin,
        free_threaded="t" in details.flags if details else bool(named),
        details=details,
        implementation="pypy" if pypy else "cpython",
        pypy_abi=f"pp{pypy[1]}{pypy[2]}" if pypy else "",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Installation:
    """What one prefix holds."""

    sources: tuple[HeaderSource, ...]
    """The headers, the newest first."""
    notes: tuple[str, ...]
    """What is wrong with a `build-details.json` there."""


def headers_below(prefix: Path, origin: str) -> Installation:
    """The headers of an installation: where `build-details.json` says, in `include/python3.X`
    or `include/pypy3.X`, or `include`.
    """
    found: dict[Path, HeaderSource] = {}
    notes: list[str] = []
    for file in details_files(prefix):
        try:
            source = _detailed(file, prefix, origin)
        except Malformed as error:
            notes.append(f"{file}: {error}")
        else:
            if source:
                found.setdefault(source.include, source)
    for folder in _usual_includes(prefix):
        if folder not in found:
            usual = read_headers(folder, origin)
            if usual:
                found[folder] = usual
    return Installation(sources=newest_first(found.values()), notes=tuple(notes))


def _detailed(file: Path, prefix: Path, origin: str) -> HeaderSource | None:
    """The headers that a file names; None where there are none. Raises Malformed."""
    details = read_details(file, prefix)
    if details.implementation != "cpython" or not details.headers:
        return None
    source = read_headers(details.headers, origin, details=details)
    if source and source.version != details.version:
        says = ".".join(map(str, details.version))
        raise Malformed(f"says Python {says}, but {details.headers} is of {source.release}")
    return source


def _usual_includes(prefix: Path) -> list[Path]:
    folders = [prefix / "include"]
    try:
        with os.scandir(prefix / "include") as entries:
            found = (entry.name for entry in entries)
            names = sorted(n for n in found if n.startswith(("python3.", "pypy3.")))
    except OSError:
        names = []
        # On Windows the two are one; in an unpacked copy of its files they may not be.
        folders.append(prefix / "Include")
    return folders + [prefix / "include" / name for name in names]


def newest_first(sources: Iterable[HeaderSource]) -> tuple[HeaderSource, ...]:
    """Sources by release, the newest first."""
    return tuple(sorted(sources, key=lambda source: release_order(source.release), reverse=True))


def release_order(release: str) -> tuple[object, ...]:
    """A key by which releases of CPython sort: `3.15.0a2` before `3.15.0b1`, `3.15.0`, `3.15.0+`."""
    found = re.match(r"(\d+)\.(\d+)\.?(\d*)(?:(a|b|rc)(\d+))?(\+?)", release, re.ASCII)
    if not found:
        return (0, 0, 0, "", 0, release)
    major, minor, micro, level, serial, after = found.groups()
    numbers = (int(major), int(minor), int(micro or 0))
    return (*numbers, level or "release", int(serial or 0), after)


def headers_of_prefixes(prefixes: Iterable[Path], origin: str) -> Installation:
    """The headers of several prefixes, in their order."""
    found = [headers_below(prefix, origin) for prefix in prefixes]
    return Installation(
        sources=tuple({s.include: s for one in found for s in one.sources}.values()),
        notes=tuple(note for one in found for note in one.notes),
    )


def prefixes_of(interpreter: Path) -> tuple[Path, ...]:
    """The prefixes that an interpreter may belong to: its own, its link's, its virtual environment's."""
    resolved = Path(os.path.realpath(interpreter))
    prefixes: list[Path] = []
    for path in (interpreter, resolved):
        folder = path.parent
        prefix = folder.parent if folder.name.lower() in {"bin", "scripts"} else folder
        try:
            text = (prefix / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        home = re.search(r"(?m)^home\s*=\s*(.+?)\s*$", text)
        if home:
            base = Path(home[1])
            prefixes.append(base.parent if base.name == "bin" else base)
        prefixes.append(prefix)
    return tuple(dict.fromkeys(prefixes))
