"""What gets linked into a file and has a life of its own: a name, a version, a licence."""

from __future__ import annotations

from dataclasses import dataclass

from zigwheel.config.dependency import Dependency
from zigwheel.config.model import Library


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """One part of a software bill of materials."""

    ref: str
    """Name within the bill: `library:`, `package:`, `pypi:` or `zig:` and the component's own."""
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


def package_component(
    package: str, name: str, version: str, settings: Dependency | None
) -> Component:
    """A Zig package: its hash or folder, what it says of itself, and what the config says of it.

    A package that another one uses is not in the config.
    """
    import re
    from urllib.parse import quote

    from packaging.licenses import canonicalize_license_expression

    settings = settings or Dependency()
    known = name or package
    qualifiers = {
        "download_url": settings.url,
        "zig_hash": package if re.search("-[A-Za-z0-9_-]{44}$", package) else "",
    }
    words = [f"{key}={quote(value, safe='')}" for key, value in qualifiers.items() if value]
    purl = f"pkg:generic/{quote(known, safe='')}{f'@{quote(version)}' if version else ''}"
    return Component(
        ref=f"package:{package}",
        name=known,
        version=version,
        license=canonicalize_license_expression(settings.license) if settings.license else "",
        purl=settings.purl or (f"{purl}?{'&'.join(words)}" if words else purl),
        cpe=settings.cpe,
    )
