"""A triple: the machine, operating system and C library that a wheel is for, and its oldest version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, TypeAlias

Os: TypeAlias = Literal["linux", "macos", "windows"]
Libc: TypeAlias = Literal["gnu", "musl", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Architecture:
    """What is fixed for one machine architecture."""

    zig: str
    """First part of Zig's triple."""
    multiarch: str
    """First part of CPython's platform triplet (`Misc/platform_triplet.c`), which is Debian's multiarch name."""
    glibc_minimum: tuple[int, int]
    """Oldest glibc that can be built for and that installers accept.

    Measured with Zig 0.16.0 and 0.17.1: the first version of the architecture's port (2.17 on aarch64,
    2.19 on ppc64le, 2.27 on riscv64, 2.36 on loongarch64; anything older is refused) or older ones.
    Where Zig knows older ones, it is the oldest that pip and uv accept in a tag (PEP 600 and
    `packaging.tags`): 2.5 on x86, 2.17 elsewhere.
    """
    cpu: str = "baseline"
    """Zig's `-mcpu` for what ships on Linux."""
    bits: Literal[32, 64] = 64
    """Size of a pointer."""
    big_endian: bool = False
    """Most significant byte first."""
    eabi: str = ""
    """Suffix of the C library's name in triples: `eabihf` on 32-bit ARM with hardware floating point."""


# armv7l: Zig's baseline is ARMv7-A with NEON and 32 double registers. A wheel tag promises no more
#   than the hard-float ABI (PEP 599, `packaging.tags`), and the systems behind it, Debian armhf and
#   Alpine armv7, promise VFPv3-D16 without NEON; chips such as Tegra 2 and Armada XP have no more.
#   Measured: with these words the object's attributes say `Tag_FP_arch: VFPv3-D16` and no SIMD.
# i686: Zig's baseline is `pentium4`, with SSE2, and is kept. No PEP names a CPU; plain i686 would
#   also reach chips from before 2001 but compute `double` in x87 registers with excess precision, so
#   that the same package gives other digits than on all other targets. Fedora, Alpine and Debian 13
#   ask for SSE2 in their own 32-bit x86 systems. Who needs the older chips sets `cpu = "i686"`.
# The other baselines are what the distributions of the architecture ask for: x86-64-v1, ARMv8.0-A,
#   POWER8, z10, RV64GC, LA64 v1.0.
ARCHITECTURES: Mapping[str, Architecture] = MappingProxyType(
    {
        "x86_64": Architecture(zig="x86_64", multiarch="x86_64", glibc_minimum=(2, 5)),
        "i686": Architecture(zig="x86", multiarch="i386", glibc_minimum=(2, 5), bits=32),
        "aarch64": Architecture(zig="aarch64", multiarch="aarch64", glibc_minimum=(2, 17)),
        "armv7l": Architecture(
            zig="arm",
            multiarch="arm",
            glibc_minimum=(2, 17),
            cpu="baseline-neon-d32",
            bits=32,
            eabi="eabihf",
        ),
        "ppc64le": Architecture(zig="powerpc64le", multiarch="powerpc64le", glibc_minimum=(2, 19)),
        "s390x": Architecture(
            zig="s390x", multiarch="s390x", glibc_minimum=(2, 17), big_endian=True
        ),
        "riscv64": Architecture(zig="riscv64", multiarch="riscv64", glibc_minimum=(2, 27)),
        "loongarch64": Architecture(
            zig="loongarch64", multiarch="loongarch64", glibc_minimum=(2, 36)
        ),
    }
)
"""By the name that wheel tags use on Linux."""

MUSL_MINIMUM = (1, 2)
"""The musl that Zig ships is 1.2; what is built with it may need symbols that 1.1 lacks."""

UNIVERSAL2 = ("x86_64", "aarch64")
"""The architectures that a `universal2` file holds, in their order."""

MACOS_MINIMUM: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"aarch64": (11, 0), "x86_64": (10, 13), "universal2": (10, 13)}
)
"""Oldest macOS for each architecture: the first for arm64, and what CPython 3.13 runs on for x86_64."""

WINDOWS_TAGS: Mapping[str, str] = MappingProxyType(
    {"x86_64": "win_amd64", "i686": "win32", "aarch64": "win_arm64"}
)
"""Platform tag of each architecture that Windows runs on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Triple:
    """A Zig target. Names of architectures are those of wheel tags (`i686`, not `x86`)."""

    arch: str
    """`x86_64`, `i686`, `aarch64`, `armv7l`, `ppc64le`, `s390x`, `riscv64` or `loongarch64`; on
    macOS also `universal2`, which is compiled slice by slice."""
    os: Os
    """Operating system."""
    libc: Libc
    """C library: `gnu` (glibc, or MinGW on Windows), `musl`, or `none` (macOS)."""
    floor: tuple[int, int] | None = None
    """Oldest version that the result runs on: of glibc, of musl, or of macOS."""

    @property
    def slices(self) -> tuple[Triple, ...]:
        """The triples whose files are joined into those for this one: itself, but for `universal2`."""
        if self.arch != "universal2":
            return (self,)
        floor = self.floor or (0, 0)
        return tuple(
            replace(self, arch=arch, floor=max(floor, MACOS_MINIMUM[arch])) for arch in UNIVERSAL2
        )

    @property
    def facts(self) -> Architecture:
        """What is fixed for the architecture, or for all that `slices` names."""
        return ARCHITECTURES[self.slices[0].arch]

    @property
    def zig(self) -> str:
        """The triple as `zig -target` reads it, such as `aarch64-linux-gnu.2.17`.

        `universal2-macos.10.13` is only a name: Zig builds for the `slices`.
        """
        version = f".{self.floor[0]}.{self.floor[1]}" if self.floor else ""
        if self.os == "macos":
            arch = self.facts.zig if len(self.slices) == 1 else self.arch
            return f"{arch}-macos{version}"
        if self.os == "windows":
            return f"{self.facts.zig}-windows-gnu"
        return f"{self.facts.zig}-linux-{self._abi}{version if self.libc == 'gnu' else ''}"

    @property
    def cpu(self) -> str:
        """The CPU as `zig -mcpu` reads it: the oldest that a wheel of this platform has to run on.

        Windows for x86-64 has not started without `cmpxchg16b` since 8.1, and CPython 3.9 asks for that.
        It is used here: for atomics of 16 bytes clang otherwise calls functions that it gives two
        registers, whereas Zig's compiler_rt expects a pointer (and crashes).
        """
        if self.os == "windows" and self.arch == "x86_64":
            return "baseline+cx16"
        return self.facts.cpu if self.os == "linux" else "baseline"

    @property
    def multiarch(self) -> str:
        """CPython's platform triplet, such as `arm-linux-gnueabihf`; `darwin`, or empty on Windows."""
        if self.os == "linux":
            return f"{self.facts.multiarch}-linux-{self._abi}"
        return "darwin" if self.os == "macos" else ""

    @property
    def is_32bit(self) -> bool:
        """A pointer has 32 bits."""
        return self.facts.bits == 32

    @property
    def is_big_endian(self) -> bool:
        """The most significant byte comes first."""
        return self.facts.big_endian

    @property
    def _abi(self) -> str:
        return f"{self.libc}{self.facts.eabi}"
