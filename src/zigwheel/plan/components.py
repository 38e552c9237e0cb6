"""What gets linked into a file and has a life of its own: a name, a version, a licence."""

from __future__ import annotations

from dataclasses import dataclass

from zigwheel.config.model import Library


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """One part of a software bill of materials."""

    ref: str
    """Name within the bill: `library:` or `zig:` and the component's own."""
    name: str
    """Name for people and scanners."""
    version: str = ""
    """Version; empty where none is known."""
    license: str = ""
    """SPDX expression; empty where none is known."""
    purl: str = ""
    """Package URL; empty where there is none."""
    cpe: str = ""
    """Common Platform Enumeration; empty where there is none."""


def library_component(library: Library) -> Component:
    """A static library of the project, as its table describes it; the licence as SPDX spells it."""
    from packaging.licenses import canonicalize_license_expression

    return Component(
        ref=f"library:{library.name}",
        name=library.name,
        version=library.version,
        license=canonicalize_license_expression(library.license) if library.license else "",
        purl=library.purl,
        cpe=library.cpe,
    )
