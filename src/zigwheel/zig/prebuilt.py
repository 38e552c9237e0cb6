"""The static libraries that Zig packages have become, and what is to be linked along with them. Pure.

What `std.Build` gives the linker for a library that is linked with others is repeated here in the
same order, so that both roads link the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PARTS = "parts.json"
"""What the build file writes of all that it has made."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A library of a package, or an object that lies in one."""

    file: str
    """Its archive, relative to the folder; empty for an object."""
    package: str
    """Hash of its package, or the folder of one that is not fetched."""
    name: str
    """The package's own name; empty where it has none."""
    version: str
    """The package's version; empty as `name` is."""
    cxx: bool
    """It needs libc++."""
    frameworks: tuple[str, ...]
    """Frameworks of macOS that it needs."""
    links: tuple[int | str, ...]
    """What it is linked with: other parts, and libraries of the system."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prebuilt:
    """All that the packages of a plan have become for one target."""

    folder: Path
    """A place in the cache, named after all that decides what is in it."""
    roots: dict[str, tuple[int, str]]
    """By `PACKAGE:LIBRARY`: the part, and the folder of its headers."""
    parts: tuple[Part, ...]
    """By number."""

    def includes(self, packages: Iterable[str]) -> list[Path]:
        """Folders of headers."""
        return [self.folder / self.roots[name][1] for name in packages]

    def files(self, packages: Iterable[str]) -> dict[str, Part]:
        """All parts that are archives, by the path that a linker is given."""
        return {str(self.folder / part.file): part for part in self.reached(packages) if part.file}

    def archives(self, packages: Iterable[str]) -> list[Path]:
        """The libraries themselves."""
        return [self.folder / self.parts[self.roots[name][0]].file for name in packages]

    def reached(self, packages: Iterable[str]) -> list[Part]:
        """The libraries and all that they are linked with, as `getCompileDependencies` lists them."""
        found = dict.fromkeys(self.roots[name][0] for name in packages)
        order = list(found)
        for number in order:
            for link in self.parts[number].links:
                if isinstance(link, int) and link not in found:
                    found[link] = None
                    order.append(link)
        return [self.parts[number] for number in order]

    def beside(self, packages: Iterable[str], libraries: Iterable[str]) -> list[Path | str]:
        """What follows the libraries on the linker's line: archives, and names of the system's.

        `libraries` are named there already.
        """
        seen = set(libraries)
        words: list[Path | str] = []
        for part in self.reached(packages):
            for link in part.links:
                if isinstance(link, str) and link not in seen:
                    seen.add(link)
                    words.append(link)
                elif isinstance(link, int) and self.parts[link].file:
                    words.append(self.folder / self.parts[link].file)
        return words

    def cxx(self, packages: Iterable[str]) -> bool:
        """Whether libc++ has to be linked in."""
        return any(part.cxx for part in self.reached(packages))

    def frameworks(self, packages: Iterable[str]) -> tuple[str, ...]:
        """Frameworks of macOS, each once."""
        parts = self.reached(packages)
        return tuple(dict.fromkeys(name for part in parts for name in part.frameworks))


def read_prebuilt(folder: Path) -> Prebuilt:
    """What the build file of the packages has installed into `folder`."""
    said = json.loads((folder / PARTS).read_bytes())
    return Prebuilt(
        folder=folder,
        roots={root["name"]: (root["part"], root["headers"]) for root in said["roots"]},
        parts=tuple(map(read_part, said["parts"])),
    )


def read_part(said: dict[str, Any]) -> Part:
    """One part as the build file describes it."""
    return Part(
        file=said["file"] or "",
        package=said["package"],
        name=said["name"],
        version=said["version"],
        cxx=said["cxx"],
        frameworks=tuple(said["frameworks"]),
        links=tuple(values(said["links"])),
    )


def values(links: Iterable[dict[str, int | str]]) -> Iterator[int | str]:
    """Tagged values without their tags."""
    for link in links:
        yield from link.values()
