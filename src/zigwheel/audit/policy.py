"""What a wheel's tag promises, and what every system of a platform tag has. Pure but for the facts."""

from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias

from zigwheel.target.tags import LEGACY_MANYLINUX
from zigwheel.target.triple import ARCHITECTURES, WINDOWS_TAGS

Os: TypeAlias = Literal["linux", "macos", "windows", "any", ""]
Version: TypeAlias = tuple[int, ...]

MACHO_ARCHES: Mapping[str, tuple[str, ...]] = {
    "universal2": ("arm64", "x86_64"),
    "universal": ("i386", "ppc", "ppc64", "x86_64"),
    "intel": ("i386", "x86_64"),
    "fat": ("i386", "ppc"),
    "fat3": ("i386", "ppc", "x86_64"),
    "fat64": ("ppc64", "x86_64"),
}
"""Words of macOS tags for several architectures at once; any other word is an architecture."""

FIRST_ARM = (11, 0)
"""The first macOS for arm64: a tag that covers several architectures may name an older one."""

MUSL_ARCHES = {"i686": "x86", "armv7l": "armv7"}
"""Architectures that musl's distributions call something else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Platform:
    """What one platform tag promises."""

    tag: str
    """The tag."""
    os: Os
    """Operating system; `any` for what runs anywhere, empty where zigwheel does not know it."""
    arches: tuple[str, ...] = ()
    """Machines that each compiled file has to have code for, as `Image.arch` names them."""
    libc: Literal["gnu", "musl", ""] = ""
    """C library of a Linux tag; empty for `linux_*`, which promises nothing of it."""
    floor: Version | None = None
    """Oldest version of glibc, musl or macOS; None where the tag names none."""

    def floor_for(self, arch: str) -> Version | None:
        """The floor, raised to the oldest that exists for the architecture."""
        if self.os == "macos" and self.floor and arch == "arm64":
            return max(self.floor, FIRST_ARM)
        return self.floor


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """What the tags of a wheel promise together (PEP 425)."""

    pythons: tuple[str, ...]
    """Python tags."""
    abis: tuple[str, ...]
    """ABI tags."""
    platforms: tuple[Platform, ...]
    """Platform tags; a wheel has to keep all of them."""

    @property
    def stable(self) -> bool:
        """Whether it promises the stable ABI."""
        return not {"abi3", "abi3t"}.isdisjoint(self.abis)

    @property
    def oldest(self) -> Version:
        """The oldest CPython that it names; 3.2, the first with a stable ABI, where it names none."""
        found = [re.fullmatch(r"cp(\d)(\d+)", python, re.ASCII) for python in self.pythons]
        return min(((int(m[1]), int(m[2])) for m in found if m), default=(3, 2))


def promise(tag: str) -> Promise:
    """Read the last three parts of a wheel's name, such as `cp313-cp313-manylinux_2_28_aarch64`."""
    pythons, abis, platforms = (tuple(part.split(".")) for part in tag.split("-"))
    return Promise(
        pythons=pythons, abis=abis, platforms=tuple(platform_of(name) for name in platforms)
    )


def platform_of(tag: str) -> Platform:
    """Read a platform tag."""
    if tag == "any":
        return Platform(tag=tag, os="any")
    for arch, name in WINDOWS_TAGS.items():
        if tag == name:
            return Platform(tag=tag, os="windows", arches=(arch,))
    for name, (floor, _) in LEGACY_MANYLINUX.items():
        if tag.startswith(f"{name}_"):
            arch = tag.removeprefix(f"{name}_")
            return Platform(tag=tag, os="linux", arches=(arch,), libc="gnu", floor=floor)
    found = re.fullmatch(r"(manylinux|musllinux|macosx)_(\d+)_(\d+)_(\w+)", tag, re.ASCII)
    if not found:
        arch = tag.removeprefix("linux_")
        return Platform(tag=tag, os="linux" if arch != tag else "", arches=(arch,))
    floor, arch = (int(found[2]), int(found[3])), found[4]
    if found[1] == "macosx":
        arches = MACHO_ARCHES.get(arch, (arch,))
        return Platform(tag=tag, os="macos", arches=arches, floor=floor)
    libc: Literal["gnu", "musl"] = "gnu" if found[1] == "manylinux" else "musl"
    return Platform(tag=tag, os="linux", arches=(arch,), libc=libc, floor=floor)


@cache
def facts(name: str) -> Any:
    """A file of facts that is shipped beside this module."""
    data = pkgutil.get_data("zigwheel.audit", name)
    if data is None:
        raise FileNotFoundError(f"{name} is missing from zigwheel's own files")
    return json.loads(data)


def words(lines: Iterable[str]) -> frozenset[str]:
    """Names that are written with spaces between, in lines."""
    return frozenset(" ".join(lines).split())


def version(text: str) -> Version:
    """A version to compare: `2.17` as `(2, 17)`."""
    return tuple(int(part) for part in text.split("."))


@cache
def manylinux(floor: Version) -> Mapping[str, Any]:
    """Libraries and symbol versions of the systems with this glibc: the newest policy that is as old."""
    rows = facts("policy_linux.json")["manylinux"]
    return next((r for r in reversed(rows) if version(r["glibc"]) <= floor), rows[0])


def newest(system: Platform, name: str) -> Version | None:
    """The newest version of a symbol set, such as `GLIBCXX`, that a manylinux tag promises.

    None for a set that PEP 600's policies do not speak of.
    """
    row = manylinux(system.floor or (0,))["newest"].get(name)
    arch = system.arches[0]
    found = version(row.get(arch) or row.get("*", "0")) if row else None
    if name == "GLIBC":
        return max(system.floor or (0,), found or (0,))
    return found


def system_libraries(system: Platform) -> frozenset[str]:
    """Libraries that every system of a Linux tag has, the dynamic loader left out."""
    arch = system.arches[0]
    if system.libc == "gnu":
        return frozenset(manylinux(system.floor or (0,))["libraries"])
    name = f"libc.musl-{MUSL_ARCHES.get(arch, arch)}.so.1"
    return frozenset({name, *facts("policy_linux.json")["musllinux"]})


def is_loader(library: str) -> bool:
    """Whether it is the name of a dynamic loader, which every program of its C library has."""
    return bool(re.fullmatch(r"ld(?:-linux|64|-musl)?[\w.-]*\.so\.\d+", library))


def private_symbols(library: str, floor: Version) -> frozenset[str]:
    """Symbols of a system library that only some of the systems with this glibc have."""
    found: set[str] = set()
    for until, names in facts("policy_linux.json")["private"].get(library, {}).items():
        if not until or floor < version(until):
            found |= words(names)
    return frozenset(found)


@cache
def windows_libraries(arch: str) -> frozenset[str]:
    """DLLs, in small letters, that every Windows from 7 on has for an architecture."""
    found: set[str] = set()
    for arches, names in facts("policy_windows.json").items():
        if arch in arches.split():
            found |= words(names)
    return frozenset(found)


@cache
def stable_abi() -> Mapping[str, Version]:
    """Every symbol of the stable ABI, with the version of CPython that added it."""
    return {
        name: version(added)
        for added, lines in facts("stable_abi.json").items()
        for name in words(lines)
    }


def multiarches(system: Platform, python: Version) -> tuple[str, ...]:
    """What CPython may write behind its version in a file name: `x86_64-linux-gnu`, `darwin`, `win_amd64`.

    Before 3.11, upstream's CPython on musl calls itself `linux-gnu` (python/cpython issue 87278).
    Empty where it is not known.
    """
    if system.os == "windows":
        return (system.tag,)
    if system.os == "macos":
        return ("darwin",)
    known = ARCHITECTURES.get(system.arches[0]) if system.os == "linux" else None
    if known is None:
        return ()
    libcs = [system.libc] if system.libc else ["gnu", "musl"]
    if system.libc == "musl" and python < (3, 11):
        libcs.append("gnu")
    return tuple(f"{known.multiarch}-linux-{libc}{known.eabi}" for libc in libcs)
