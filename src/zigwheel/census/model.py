"""Files of distributions, wherever they lie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from packaging.tags import Tag
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

Kind: TypeAlias = Literal["sdist", "pure", "prebuilt", "other"]
"""An sdist, a wheel for every platform, a wheel for some, or something else (eggs, installers)."""

KINDS: tuple[Kind, ...] = ("sdist", "pure", "prebuilt", "other")


@dataclass(frozen=True, kw_only=True)
class Item:
    """A file of a distribution."""

    project: NormalizedName
    """Its project (PEP 503)."""
    version: Version | None
    """Its version; None where the name does not tell it."""
    file: str
    """File name."""
    kind: Kind
    """What it is."""
    size: int
    """Bytes."""
    sha256: str
    """Of its bytes, in hex digits; empty where nobody says it."""
    tags: frozenset[Tag] = frozenset()
    """Of a wheel (PEP 425)."""
    yanked: bool = False
    """Whether it was withdrawn (PEP 592): it is kept, and installed only where it is asked for."""

    @cached_property
    def order(self) -> tuple[bool, bool, Version]:
        """Newer versions come later; what has none, and what is no final release, before all others."""
        version = self.version or Version("0")
        return (self.version is not None, not version.is_prerelease, version)


def item(file: str, size: int, sha256: str, *, project: str = "", yanked: bool = False) -> Item:
    """An item, by what the name of the file says. `project`: whose it is, if that is known."""
    name, version, kind, tags = canonicalize_name(project), None, "other", frozenset[Tag]()
    try:
        if file.endswith(".whl"):
            own, version, _, tags = parse_wheel_filename(file)
            kind = "pure" if all(tag.platform == "any" for tag in tags) else "prebuilt"
            name = name or own
        elif file.endswith((".tar.gz", ".zip")):
            own, version = parse_sdist_filename(file)
            kind = "sdist"
            name = name or own
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        kind = "other"
    return Item(
        project=name,
        version=version,
        file=file,
        kind=kind,  # type: ignore[arg-type]
        size=size,
        sha256=sha256,
        tags=tags,
        yanked=yanked,
    )


def latest(items: Iterable[Item]) -> list[Item]:
    """The files of the newest release, by PEP 440; final ones go before others, as for pip."""
    those = [one for one in items if not one.yanked and one.version is not None]
    newest = max((one.order for one in those), default=None)
    return [one for one in those if one.order == newest]
