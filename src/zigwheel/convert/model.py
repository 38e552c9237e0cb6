"""What a project's own build asked for on one platform, as the recorder saw it.

Paths are POSIX and relative to the project's root. A folder of an installed package is written as
`{package:NAME}/rest`, such as `{package:numpy}/_core/include`; Python's own include folder, and
folders that are not there, are left out. Files that setuptools makes on the way are written below
`{build}`, whatever the platform. Where the build works in a copy of the project, or of a part of it,
the paths are those of the original. What lies outside all of these stays absolute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Tool: TypeAlias = Literal["cython", "cffi", "swig", "command", "python"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """A system on which the build is made to believe itself."""

    os: Literal["linux", "macos", "windows"]
    """Operating system, as in `if.os`."""
    arch: str
    """Architecture, as in `if.arch`."""
    libc: Literal["gnu", "musl", "none"] = "gnu"
    """C library, as in `if.libc`."""
    implementation: Literal["cpython", "pypy"] = "cpython"
    """What `platform.python_implementation` says, in lower case."""
    free_threaded: bool = False
    """Whether `sysconfig` says `Py_GIL_DISABLED`."""


def name_of(where: Platform) -> str:
    """A platform in words."""
    words = [where.os, where.arch]
    words += [where.libc] * (where.libc == "musl")
    words += [where.implementation] * (where.implementation != "cpython")
    words += ["free-threaded"] * where.free_threaded
    return " ".join(words)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedSource:
    """One file that was given to the compiler."""

    path: str
    """The file; what a generator made stands in `RecordedFile` of the same path."""
    macros: tuple[tuple[str, str | None], ...] = ()
    """Defined macros; None where no value was given."""
    undef_macros: tuple[str, ...] = ()
    """Macros taken back."""
    include_dirs: tuple[str, ...] = ()
    """Folders searched for headers, in order."""
    args: tuple[str, ...] = ()
    """Other flags that the build gave, before and after, in order; none of the interpreter's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedExtension:
    """One extension module that was linked."""

    name: str
    """Dotted name, with `ext_package` in front."""
    sources: tuple[RecordedSource, ...]
    """What was compiled for it, in order."""
    written_sources: tuple[str, ...] = ()
    """`Extension.sources` as written: `.pyx` where Cython made the C file."""
    libraries: tuple[str, ...] = ()
    """`-l`; names of `RecordedLibrary` among them."""
    library_dirs: tuple[str, ...] = ()
    """`-L`."""
    runtime_library_dirs: tuple[str, ...] = ()
    """Run paths."""
    extra_objects: tuple[str, ...] = ()
    """Objects and archives that were linked and that no recorded compilation made."""
    link_args: tuple[str, ...] = ()
    """Other options for the linker."""
    export_symbols: tuple[str, ...] = ()
    """As written."""
    depends: tuple[str, ...] = ()
    """As written."""
    language: str = ""
    """As written: `c`, `c++`, or nothing."""
    optional: bool = False
    """Whether the build goes on without it; also where the build's own `build_ext` says so."""
    limited_api: bool = False
    """Built against the stable ABI."""
    py_api: str = ""
    """`cp311` where `bdist_wheel` was told so."""
    place: str = ""
    """Where it was made, such as `setup.py:33`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedLibrary:
    """One static library (`libraries=` of `setup`)."""

    name: str
    """Its name."""
    sources: tuple[RecordedSource, ...]
    """What was compiled for it."""
    place: str = ""
    """Where it was made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedFile:
    """A file of the project's tree that the build wrote, or wrote anew."""

    path: str
    """Where."""
    tool: Tool
    """What made it; `python` is the build's own code, such as a template that is filled in."""
    inputs: tuple[str, ...] = ()
    """What it was made from, as far as that was seen."""
    options: Mapping[str, str]
    """What the tool was told: for Cython, its directives as `directive.NAME`, and `language`."""
    place: str = ""
    """Line of the build that asked for it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedCommand:
    """A program that the build ran, or would have run."""

    words: tuple[str, ...]
    """Its arguments."""
    place: str
    """Line of the build that ran it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One run of a project's own build."""

    platform: Platform
    """What it believed itself on."""
    failure: str = ""
    """Why it ended without a wheel; the rest is what was seen until then."""
    extensions: tuple[RecordedExtension, ...] = ()
    """In the order of linking."""
    libraries: tuple[RecordedLibrary, ...] = ()
    """In the order of building."""
    written: tuple[RecordedFile, ...] = ()
    """Files that the build made or changed in the project's tree, sorted by path."""
    commands: tuple[RecordedCommand, ...] = ()
    """Other programs, such as `configure` and `pkg-config`."""
    wheel: Mapping[str, str]
    """Files of the wheel, by path: the file of the project that has the same content, or nothing.
    The dist-info folder is written `{dist-info}`, the data folder `{data}`, extension modules by
    their dotted name as `{module:NAME}`.
    """
    metadata: str = ""
    """The wheel's METADATA."""
    entry_points: str = ""
    """The wheel's `entry_points.txt`."""
    tag: str = ""
    """Tag of the wheel, such as `cp311-abi3-linux_x86_64`."""
    requires: tuple[str, ...] = ()
    """Build requirements: of `[build-system]`, and what the backend's hook asked for."""
