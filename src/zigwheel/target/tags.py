"""Wheel tags (PEP 425, 600, 656) of a target, and the names by which tools call it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from zigwheel.target.model import Target
from zigwheel.target.stable import StableAbi
from zigwheel.target.triple import WINDOWS_TAGS, Triple

WheelKind: TypeAlias = Literal["pure", "platform", "extension"]

_X86 = frozenset({"x86_64", "i686"})

LEGACY_MANYLINUX: Mapping[str, tuple[tuple[int, int], frozenset[str]]] = MappingProxyType(
    {
        "manylinux1": ((2, 5), _X86),
        "manylinux2010": ((2, 12), _X86),
        "manylinux2014": ((2, 17), _X86 | {"aarch64", "armv7l", "ppc64le", "s390x"}),
    }
)
"""Names from before PEP 600: the glibc each stands for, and the architectures that it exists for."""

MACOS_ARCHES: Mapping[str, str] = MappingProxyType(
    {"aarch64": "arm64", "x86_64": "x86_64", "universal2": "universal2"}
)
"""Architectures in the words of macOS tags."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelTag:
    """The compatibility tag of one wheel, as a compressed set (PEP 425)."""

    python: str
    """Python tag, such as `cp313` or `py3`."""
    abi: str
    """ABI tag, such as `cp313t`, `abi3` or `none`; two with a dot between them, as `abi3.abi3t`."""
    platforms: tuple[str, ...]
    """Platform tags in the order in which the file name holds them."""

    @property
    def filename_part(self) -> str:
        """The last three parts of the wheel's file name, such as `cp313-cp313-manylinux_2_28_aarch64`."""
        return f"{self.python}-{self.abi}-{'.'.join(self.platforms)}"

    @property
    def expanded(self) -> tuple[str, ...]:
        """The single tags, sorted: the `Tag` lines of the `WHEEL` file (PEP 427)."""
        abis = self.abi.split(".")
        return tuple(sorted(f"{self.python}-{abi}-{p}" for abi in abis for p in self.platforms))


def platform_tags(triple: Triple) -> tuple[str, ...]:
    """The platform tags of a triple, legacy names included, sorted: the order of file names."""
    if triple.os == "windows":
        return (WINDOWS_TAGS[triple.arch],)
    if triple.floor is None:
        raise ValueError(f"{triple.zig}: a platform tag needs a floor")
    major, minor = triple.floor
    if triple.os == "macos":
        # From macOS 11 on, installers know x.0 only; the next one is what 12.3 can promise.
        if major >= 11 and minor:
            major, minor = major + 1, 0
        return (f"macosx_{major}_{minor}_{MACOS_ARCHES[triple.arch]}",)
    if triple.libc == "musl":
        return (f"musllinux_{major}_{minor}_{triple.arch}",)
    legacy = [
        f"{name}_{triple.arch}"
        for name, (floor, arches) in LEGACY_MANYLINUX.items()
        if floor == triple.floor and triple.arch in arches
    ]
    return tuple(sorted([f"manylinux_{major}_{minor}_{triple.arch}", *legacy]))


def identifier(target: Target) -> str:
    """cibuildwheel's name of a target, such as `cp313t-musllinux_x86_64`. It does not tell the floor."""
    triple = target.triple
    if triple.os == "windows":
        platform = WINDOWS_TAGS[triple.arch]
    elif triple.os == "macos":
        platform = f"macosx_{MACOS_ARCHES[triple.arch]}"
    else:
        platform = f"{'musllinux' if triple.libc == 'musl' else 'manylinux'}_{triple.arch}"
    return f"{target.python.name}-{platform}"


def wheel_tag(
    target: Target | None, *, kind: WheelKind, stable: StableAbi | None = None
) -> WheelTag:
    """The tag of a wheel.

    `kind` is `pure` (no file depends on the platform; `target` may be None), `platform`
    (executables, but no extension: any Python 3 will do) or `extension`. `stable` is the ABI that
    all extensions are built against; None if one of them is for the target's Python alone.
    """
    if kind == "pure":
        return WheelTag(python="py3", abi="none", platforms=("any",))
    if target is None:
        raise ValueError(f"a {kind} wheel needs a target")
    platforms = platform_tags(target.triple)
    if kind == "platform":
        return WheelTag(python="py3", abi="none", platforms=platforms)
    one = stable or target.python
    return WheelTag(python=one.tag, abi=one.abi, platforms=platforms)
