"""Every wheel that has a name: a Python and a platform, in cibuildwheel's words; and its selectors.

Pure. To add a Python, see `NEWEST` in `target/python.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from itertools import islice

from zigwheel.config.globs import closing
from zigwheel.errors import MatrixError
from zigwheel.target.python import (
    NEWEST,
    NEWEST_PYPY,
    OLDEST,
    OLDEST_FREE_THREADED,
    OLDEST_PYPY,
    PythonTarget,
    pypy,
)
from zigwheel.target.tags import MACOS_ARCHES
from zigwheel.target.triple import ARCHITECTURES, WINDOWS_TAGS, Os

PRERELEASES: frozenset[tuple[int, int]] = frozenset()
"""CPythons that zigwheel knows and whose ABI may still change. Between the first beta of a version and
its release it stands here, so that nobody publishes wheels for it unasked: 3.16, when `NEWEST` says so,
until its final release in October 2027. 3.15 is final."""

PYPY_EOL = frozenset({(3, 9), (3, 10)})
"""Pythons of which PyPy has no releases any more."""

PYPY_PLATFORMS = frozenset(
    "manylinux_x86_64 manylinux_i686 manylinux_aarch64 macosx_x86_64 macosx_arm64 win_amd64".split()
)
"""Platforms that PyPy has releases for. zigwheel builds for those with glibc."""

RARE = frozenset({"loongarch64", "universal2"})
"""Architectures that are built for only where they are named: cibuildwheel has no wheels for the one, and
the other's hold what two wheels hold."""

MOST_ALTERNATIVES = 1000
"""A selector with braces that stands for more is refused."""


LINUX_TAG = re.compile(r"(manylinux|musllinux)(?:\d+|_\d+_\d+)_(\w+)")
MACOS_TAG = re.compile(r"macosx_\d+_\d+_(\w+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """What comes after the dash of an identifier."""

    name: str
    """Such as `manylinux_x86_64`, `macosx_arm64` or `win32`."""
    family: str
    """`manylinux`, `musllinux`, `macosx` or `win`."""
    os: Os
    """Operating system."""
    arch: str
    """Architecture in the words of Linux's tags, or `universal2`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifier:
    """One wheel that could be built."""

    python: PythonTarget
    """What loads it."""
    platform: Platform
    """What it runs on."""

    @property
    def name(self) -> str:
        """cibuildwheel's name, such as `cp313t-musllinux_aarch64`."""
        return f"{self.python.name}-{self.platform.name}"


@cache
def platforms() -> dict[str, Platform]:
    """Every platform by its name, in the order in which they are built and shown."""
    found = [
        Platform(name=f"{family}_{arch}", family=family, os="linux", arch=arch)
        for family in ("manylinux", "musllinux")
        for arch in ARCHITECTURES
    ]
    found += [
        Platform(name=f"macosx_{MACOS_ARCHES[arch]}", family="macosx", os="macos", arch=arch)
        for arch in ("x86_64", "aarch64", "universal2")
    ]
    found += [
        Platform(name=name, family="win", os="windows", arch=arch)
        for arch, name in WINDOWS_TAGS.items()
    ]
    return {platform.name: platform for platform in found}


@cache
def pythons() -> tuple[PythonTarget, ...]:
    """Every Python, CPython first, from old to new."""
    found = []
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        found.append(PythonTarget(version=(3, minor)))
        if (3, minor) >= OLDEST_FREE_THREADED:
            found.append(PythonTarget(version=(3, minor), free_threaded=True))
    found += [pypy((3, minor)) for minor in range(OLDEST_PYPY[1], NEWEST_PYPY[1] + 1)]
    return tuple(found)


@cache
def identifiers() -> dict[str, Identifier]:
    """Every identifier by its name: by platform, then by Python."""
    found = [
        Identifier(python=python, platform=platform)
        for platform in platforms().values()
        for python in pythons()
        if not python.is_pypy or platform.name in PYPY_PLATFORMS
    ]
    return {identifier.name: identifier for identifier in found}


def platform_name(tag: str) -> str:
    """The platform of a wheel's tag as identifiers have it, without a version; others as they are."""
    if found := LINUX_TAG.fullmatch(tag):
        return f"{found[1]}_{found[2]}"
    if found := MACOS_TAG.fullmatch(tag):
        return f"macosx_{found[1]}"
    return tag


def group_of(python: PythonTarget) -> str:
    """The group of `enable` that a Python needs; empty if it is built by default.

    CPython 3.13t was an experiment; from 3.14 on free-threaded Pythons are supported, and built.
    """
    if python.is_pypy:
        return "pypy-eol" if python.version in PYPY_EOL else "pypy"
    if python.version in PRERELEASES:
        return "cpython-prerelease"
    if python.free_threaded and python.version == (3, 13):
        return "cpython-freethreading"
    return ""


def selects(patterns: Iterable[str], name: str) -> bool:
    """Whether one of the globs, of which an item may hold several, matches a whole name.

    They have `*`, `?`, `[...]`, `[!...]`, and braces: `{a,b}`, `{9..12}`.
    """
    return any(
        fnmatchcase(name, glob)
        for item in patterns
        for pattern in item.split()
        for glob in expansion(pattern)
    )


@cache
def expansion(pattern: str) -> tuple[str, ...]:
    """The globs that a pattern with braces stands for."""
    found = tuple(islice(alternatives(pattern), MOST_ALTERNATIVES + 1))
    if len(found) > MOST_ALTERNATIVES:
        raise MatrixError(
            f"the selector `{pattern[:60]}` stands for more than {MOST_ALTERNATIVES} globs",
            hint="write it with `*`",
        )
    return found


def alternatives(pattern: str) -> Iterator[str]:
    """The globs that a pattern stands for, as shells have it; braces without a choice are literal."""
    start = pattern.find("{")
    if start < 0:
        yield pattern
        return
    head, ends = pattern[:start], closing(pattern, start)
    edges = [start, *ends]
    inner = [pattern[a + 1 : b] for a, b in zip(edges, ends, strict=False)]
    choices: Iterable[str] = inner if len(inner) > 1 else numbers(inner[0]) if inner else ()
    tail = pattern[ends[-1] + 1 :] if ends else ""
    if not choices:
        for rest in alternatives(pattern[start + 1 :]):
            yield f"{head}{{{rest}"
        return
    for choice in choices:
        for first in alternatives(choice):
            for rest in alternatives(tail):
                yield head + first + rest


def numbers(text: str) -> list[str]:
    """The numbers of a range, `9..12`; none if it is no range."""
    found = re.fullmatch(r"(\d{1,3})\.\.(\d{1,3})", text, re.ASCII)
    if not found:
        return []
    first, last = int(found[1]), int(found[2])
    step = 1 if first <= last else -1
    return [str(number) for number in range(first, last + step, step)]
