"""A target: a triple and a Python; and the machine that builds for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zigwheel.target.python import PythonTarget
from zigwheel.target.triple import Libc, Triple


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What one wheel is for."""

    triple: Triple
    """Machine, operating system, C library."""
    python: PythonTarget
    """The Python that loads the extensions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """The machine and the Python that build. A target's facts never come from here, unless it is this machine."""

    arch: str
    """Architecture of this process in the words of wheel tags; another word where zigwheel does not know it."""
    os: str
    """`linux`, `macos` or `windows`; `sys.platform` where zigwheel does not know it."""
    libc: Libc
    """C library of this process; `none` on macOS, or where it is not known."""
    libc_version: tuple[int, int] | None
    """Version of glibc or musl; None where it has none or is not known."""
    implementation: str
    """`cpython`, `pypy`, ... as in `sys.implementation.name`."""
    python: PythonTarget
    """The running Python."""
    include: Path | None
    """Folder of the running Python's `Python.h`; None where it has none."""
    executable: str
    """The running interpreter; empty where it is not known."""
    prefix_globs: tuple[str, ...] = ()
    """Globs of the prefixes where this operating system usually has Pythons."""
