"""A Mach-O file against what a macOS tag promises, and what dyld and the kernel accept."""

from __future__ import annotations

from collections.abc import Iterator

from zigwheel.audit.macho import PLATFORM_MACOS, MachO
from zigwheel.audit.modules import PYTHON_LIBRARY, PYTHON_NAME
from zigwheel.audit.policy import Platform, Version
from zigwheel.audit.report import Finding, listed

SYSTEM = ("/usr/lib/", "/System/Library/")
"""Where the libraries of every macOS lie; since macOS 11 they are in a cache and not on the disk."""

RELATIVE = ("@rpath/", "@loader_path/", "@executable_path/")
LOCAL = {"@rpath", "@loader_path", "@executable_path", "/usr/lib/swift"}
"""Run paths that name the file's own surroundings, and the one of the system."""


def check_macho(
    path: str, image: MachO, system: Platform, own: frozenset[str], *, linked: bool
) -> Iterator[Finding]:
    """All that a macOS tag promises. `own` are the names of the wheel's files, in small letters.

    `linked` says that zigwheel linked the file, so that it knows where every symbol comes from.
    """
    if image.platform not in (0, PLATFORM_MACOS):
        yield Finding(
            code="format", place=path, message="is for another system of Apple's than macOS"
        )
        return
    floor = system.floor_for(image.arch)
    if floor and image.minos > floor:
        yield Finding(
            code="floor",
            place=path,
            message=f"runs on macOS {dotted(image.minos)} and newer, but the tag promises {dotted(floor)}",
            hint=f"set `MACOSX_DEPLOYMENT_TARGET={dotted(floor)}` for what it is made from, "
            "or promise a newer macOS",
        )
    for library in image.libraries:
        if foreign(library, own) and not PYTHON_LIBRARY.fullmatch(library):
            yield Finding(
                code="library",
                place=path,
                message=f"needs `{library}`, which is neither in the wheel nor part of macOS",
                hint="link it statically, as a `[[tool.zigwheel.library]]`",
            )
    yield from check_unresolved(path, image, linked=linked)
    if image.writable_code:
        yield Finding(
            code="writable-code", place=path, message="has a segment that can be written and run"
        )
    if image.signature == "broken" or (image.signature == "none" and image.arch == "arm64"):
        how = (
            "is not signed" if image.signature == "none" else "does not have its signature's hashes"
        )
        yield Finding(
            code="signature",
            place=path,
            message=f"{how}, so macOS would not run it",
            hint="sign it as the last step: `codesign --force --sign - FILE`",
        )


def foreign(library: str, own: frozenset[str]) -> bool:
    """Whether a library is neither of the wheel nor of the system."""
    if library.startswith(SYSTEM):
        return False
    inside = library.startswith(RELATIVE) or "/" not in library
    return not (inside and library.rpartition("/")[2].lower() in own)


def check_unresolved(path: str, image: MachO, *, linked: bool) -> Iterator[Finding]:
    """What is asked of no library in particular is Python's."""
    missing = tuple(
        sorted(
            a.name
            for a in image.asked
            if a.anywhere and not a.weak and not PYTHON_NAME.fullmatch(a.name)
        )
    )
    if missing:
        yield Finding(
            code="unresolved" if linked else "open",
            place=path,
            message=f"uses {listed(missing)}, which no source defines and no library brings",
            hint="is a file missing in `sources`, or a name in `link` or `libraries`?",
            symbols=missing,
        )


def dotted(version: Version) -> str:
    """A version as people write it."""
    return ".".join(str(part) for part in version)


def needs(image: MachO) -> tuple[str, ...]:
    """The oldest macOS that a file names."""
    return (f"macOS {dotted(image.minos)}",) if image.minos > (0, 0) else ()
