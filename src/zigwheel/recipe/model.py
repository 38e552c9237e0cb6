"""What a recipe says: all that went into the wheels of a release, and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

NONE: Mapping[str, str] = MappingProxyType({})

Settings: TypeAlias = "Mapping[str, str | tuple[str, ...]]"
"""PEP 517's `config_settings`: texts, or texts in a row under a repeated key."""

START = 64
"""How many of a wheel's first bytes are on record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file by what it is."""

    name: str
    """File name, without a folder."""
    size: int
    """Bytes."""
    sha256: str
    """Of the bytes, in lower-case hex digits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """A distribution that has a part in a build, at one version."""

    name: str
    """Its normalised name (PEP 503)."""
    version: str
    """Its version (PEP 440)."""
    hashes: tuple[str, ...] = ()
    """The sha256 of each file that the index has of this version, so that any machine finds its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Toolchain:
    """What builds."""

    zigwheel: str
    """Version of zigwheel."""
    code: str
    """Digest of zigwheel's own files: a version under development says less."""
    zig: str
    """Version of Zig."""
    compilers: Mapping[str, str] = field(default_factory=lambda: NONE)
    """The sha256 of the `zig` program, by the kind of machine that it runs on, such as `linux-x86_64`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Headers:
    """The headers of a target's Python that a wheel was compiled with, `pyconfig.h` included."""

    version: str
    """Of Python, such as `3.13.5`."""
    sha256: str
    """Digest of all of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """What a wheel is made from, beside the sdist, the toolchain and the requirements."""

    target: str
    """zigwheel's option `target`."""
    python: str
    """zigwheel's option `python`; empty where it does not matter."""
    settings: Settings = field(default_factory=lambda: NONE)
    """PEP 517's `config_settings`, but for these two."""
    environ: Mapping[str, str] = field(default_factory=lambda: NONE)
    """Variables that count."""
    withheld: Mapping[str, str] = field(default_factory=lambda: NONE)
    """Variables whose values may be secrets: each with the sha256 of the value."""
    headers: tuple[Headers, ...] = ()
    """One for each architecture of the wheel; none where nothing needs them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """What a build has to come to."""

    file: File
    """The wheel."""
    tags: tuple[str, ...]
    """Its tags, one by one (PEP 425)."""
    metadata: str
    """The sha256 of its METADATA, which an index serves by itself (PEP 658)."""
    members: Mapping[str, str]
    """The sha256 of each file in it, by its path."""
    start: str
    """Its first bytes, in hex digits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tested:
    """What became of a test of a wheel."""

    identifier: str
    """The Python and the platform, such as `cp313-manylinux_x86_64`."""
    state: str
    """`passed`, `failed` or `not tested`."""
    reason: str = ""
    """Why it did not pass."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What the first build of a wheel was like; none of it has to come out again."""

    seconds: float = 0.0
    """Wall time."""
    cpu_seconds: float = 0.0
    """Processor time, of its compilers included."""
    memory: int = 0
    """The most that one process of the build held, in bytes."""
    audit: tuple[str, ...] = ()
    """What the audit found; a wheel that it refuses is none."""
    tests: tuple[Tested, ...] = ()
    """What became of the tests, one for each identifier that was tested."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wheel:
    """A wheel, what makes it, and how that went the first time."""

    identifier: str
    """cibuildwheel's name of what it is for, such as `cp313-manylinux_x86_64`; may be empty."""
    inputs: Inputs
    """What it is made from."""
    output: Output
    """What has to come out."""
    record: Record = field(default_factory=Record)
    """What was measured and seen."""

    @property
    def name(self) -> str:
        """The wheel's file name."""
        return self.output.file.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """All of a release."""

    name: str
    """Name of the distribution."""
    version: str
    """Its version."""
    sdist: File
    """What every wheel is made from."""
    toolchain: Toolchain
    """What makes them."""
    python: str
    """Version of the Python that zigwheel ran on, such as `3.13`."""
    requirements: tuple[Requirement, ...]
    """What was installed for the builds, zigwheel's own requirements included; sorted by name."""
    wheels: tuple[Wheel, ...]
    """In the order of their file names."""
    builder: str = ""
    """Who has built, as a URI; empty where nobody said."""
