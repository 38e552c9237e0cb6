"""What an index knows: projects, files, and who may upload."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["active", "archived", "deprecated", "quarantined"]
"""PEP 792, "Project status markers"."""

STATUSES: tuple[Status, ...] = ("active", "archived", "deprecated", "quarantined")

LARGEST = 2**31
"""Bytes that a file has at the most, unless the configuration says otherwise."""

FILENAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,250}\.(?:whl|tar\.gz)")
"""What a file may be called: PEP 427 and PEP 625, and nothing that a path could be made of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A project."""

    name: str
    """Its normalised name (PEP 503)."""
    shown: str
    """The name as its first upload wrote it."""
    status: Status = "active"
    """What the operator or its owners say of it."""
    reason: str = ""
    """Why."""
    serial: int = 0
    """Grows with each change to the project."""


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """An sdist or a wheel. Its bytes may or may not be in the store."""

    project: str
    """Normalised name of the project."""
    version: str
    """Version, as its metadata say it."""
    filename: str
    """Name, under which there is never any other content."""
    size: int
    """Bytes."""
    sha256: str
    """Of the bytes, in lower-case hex digits."""
    uploaded: str
    """When, in UTC, such as `2026-11-27T12:34:56.000000Z` (PEP 700)."""
    requires_python: str = ""
    """`Requires-Python` of its metadata."""
    metadata: str = ""
    """The sha256 of its METADATA, which are in the store as well; empty where none are served."""
    yanked: str | None = None
    """Why it was yanked (PEP 592), or an empty text; None if it was not."""
    recipe: str = ""
    """The sha256 of a recipe that makes it; empty if none does."""
    start: bytes = b""
    """Its first bytes."""
    caches: str = ""
    """URLs of the secondary caches that an sdist declares for its project, one in a line."""
    trouble: str = ""
    """Why it is not offered, though it was not deleted; empty if it is."""

    @property
    def is_wheel(self) -> bool:
        """Whether it is a wheel, not an sdist."""
        return self.filename.endswith(".whl")


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """Who may upload. What is kept is the sha256 of the secret, which has 256 random bits."""

    digest: str
    """The sha256 of the secret."""
    label: str
    """What the operator calls it."""
    projects: tuple[str, ...] = ()
    """Normalised names of the projects that it is for; of all if empty."""
    created: str = ""
    """When, in UTC."""
    expires: str = ""
    """Until when, in UTC; for ever if empty."""

    def may(self, project: str, now: str) -> bool:
        """Whether it allows a change of a project at a time."""
        return (not self.expires or now < self.expires) and (
            not self.projects or project in self.projects
        )
