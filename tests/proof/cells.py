"""Which cells the table has, and who can run them. Pure: knows interpreters by their names alone.

To add a platform, add a line to `PLATFORMS`; to add a Python, one to `FLAVOURS`. A cell is run as
soon as `tests/foreign` has an interpreter of its name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """A row of the table."""

    name: str
    """As in the names of interpreters, such as `manylinux_aarch64`."""
    target: str = ""
    """What `zigwheel build --target` is told, where it is not the name."""
    why: str = ""
    """Why nothing of this platform can be run on Linux; empty where something can."""
    cxx: bool = True
    """C++ is compiled, too. libc++ takes a minute for each target that has not met it yet."""

    @property
    def system(self) -> str:
        """`linux`, `windows` or `macos`."""
        starts = {"win": "windows", "mac": "macos"}
        return starts.get(self.name[:3], "linux")


@dataclass(frozen=True, kw_only=True, slots=True)
class Flavour:
    """A column of the table: what one wheel is built for."""

    name: str
    """Heading, such as `3.13t` or `abi3`."""
    python: str
    """What `zigwheel build --python` is told, such as `cp313t`."""
    py_api: str = ""
    """The option `py-api`, for a wheel of a stable ABI."""
    loaders: tuple[str, ...] = ()
    """The Pythons that load the wheel, where it is not the one that it is built for."""

    @property
    def pythons(self) -> tuple[str, ...]:
        """The Pythons that load the wheel."""
        return self.loaders or (self.python,)

    @property
    def threaded(self) -> bool:
        """Whether only free-threaded Pythons load the wheel."""
        return all(python.endswith("t") for python in self.pythons)

    @property
    def header_version(self) -> str:
        """The Python whose headers it is built with: those with and without the GIL are the same."""
        return self.python.rstrip("t")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One wheel."""

    platform: Platform
    """What it runs on."""
    flavour: Flavour
    """What loads it."""

    @property
    def name(self) -> str:
        """Such as `3.13t on musllinux_aarch64`."""
        return f"{self.flavour.name} on {self.platform.name}"

    def interpreters(self, known: Collection[str]) -> tuple[str, ...]:
        """Names of the interpreters among those `known` that load this wheel."""
        names = (f"{python}-{self.platform.name}" for python in self.flavour.pythons)
        return tuple(name for name in names if name in known)

    def why_not(self, known: Collection[str]) -> str:
        """Why no interpreter among those `known` loads this wheel; empty if one does."""
        if self.interpreters(known):
            return ""
        if self.platform.why:
            return self.platform.why
        if self.flavour.python.startswith("pp"):
            return NO_PYPY
        return NO_VERSION.get(self.flavour.name) or NO_FOREIGN[self.flavour.threaded]


NO_MUSL = (
    "No registry has a CPython for musl: the one for x86-64 is built from source, for this machine."
)
NO_MACOS = "macOS programs do not run on Linux."
NO_WINE = "Wine on x86-64 is what runs here: it knows programs for amd64 only."
NO_PYPY = "Debian's PyPy is taken for x86-64 with glibc only."
NO_VERSION = {
    "3.10": "CPython 3.10 is not at hand: Debian never had a release with it.",
    "3.12": "CPython 3.12 is not at hand: Debian never had a release with it.",
}
NO_FOREIGN = {
    False: "But for x86-64 Linux with glibc, only some versions of CPython are at hand.",
    True: "Free-threaded are a CPython 3.13 for x86-64 Linux with glibc, 3.13 and 3.14 for Windows.",
}
"""Reasons for what is not run, whatever platform it is; the last ones by whether it is free-threaded."""

FLOORS = {
    "ppc64le": "manylinux_2_24_ppc64le",
    "riscv64": "manylinux_2_31_riscv64",
}
"""Targets where auditwheel wants more than Zig: `thread_local` objects of C++ need glibc 2.24 in its eyes
on machines that have no 2.17, and riscv64 begins with 2.31."""

ARCHES = "x86_64 i686 aarch64 armv7l ppc64le s390x riscv64 loongarch64".split()

PLATFORMS = (
    *(
        Platform(
            name=f"manylinux_{arch}",
            target=FLOORS.get(arch, ""),
        )
        for arch in ARCHES
    ),
    *(
        Platform(
            name=f"musllinux_{arch}",
            why="" if arch == "x86_64" else NO_MUSL,
            cxx=arch == "x86_64",
        )
        for arch in ARCHES
    ),
    Platform(name="win_amd64"),
    Platform(name="win32", why=NO_WINE),
    Platform(name="win_arm64", why=NO_WINE),
    Platform(name="macosx_x86_64", why=NO_MACOS),
    Platform(name="macosx_arm64", why=NO_MACOS),
    Platform(name="macosx_universal2", why=NO_MACOS),
)

WITH_GIL = "cp39 cp310 cp311 cp312 cp313 cp314 cp315".split()
WITHOUT_GIL = "cp313t cp314t cp315t".split()


def heading(python: str) -> str:
    """`3.13t` for `cp313t`."""
    return f"{python[2]}.{python[3:]}"


FLAVOURS = (
    *(Flavour(name=heading(python), python=python) for python in (*WITH_GIL, *WITHOUT_GIL)),
    # with headers that are newer than what loads it, as happens wherever one Python is installed
    Flavour(name="abi3", python="cp313", py_api="cp39", loaders=tuple(WITH_GIL)),
    Flavour(name="abi3t", python="cp315t", py_api="cp315t", loaders=("cp315", "cp315t")),
    Flavour(name="PyPy 3.11", python="pp311"),
)


def cells() -> Iterator[Cell]:
    """All cells, so that two in a row are of different platforms: these compile beside each other.

    PyPy's headers are in no package but its own, and tell the sizes of the system that it is for.
    """
    for flavour in FLAVOURS:
        for platform in PLATFORMS:
            if flavour.python != "pp311" or platform.name == "manylinux_x86_64":
                yield Cell(platform=platform, flavour=flavour)
