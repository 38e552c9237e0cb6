"""What is taken from an installed distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The headers of a distribution, where it is installed."""

    name: str
    """Name of the distribution, as indexes spell it."""
    version: str
    """Its version."""
    files: Mapping[str, Path]
    """Files by the POSIX path that `#include` names them with."""
    parts: tuple[Found, ...] = ()
    """Other folders of it that are used beside its headers, each under a name of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """The headers of a distribution in zigwheel's cache, as they are for one target."""

    name: str
    """Name of the distribution, as indexes spell it."""
    version: str
    """Its version."""
    folder: Path
    """Include folder, named after its content."""
    sha256: str
    """Digest of what is in it."""
    requirement: str
    """The requirement that asked for it."""
    source: str
    """Digest of the headers and of all other parts as they are installed, which are the same for every
    target."""
