"""Functions that a compiler calls behind the programmer's back, and that compiler_rt brings.

Few extensions need one (128-bit division, 64-bit division on 32-bit machines, `long double` where
it is emulated), and compiling compiler_rt is most of the cold seconds of a build, so it is linked
only where one of them stays open. The names are those of GCC's "Low-level Runtime Library", of
the ARM run-time ABI, of out-of-line atomics, and of what asks for the processor's features. What Zig's compiler_rt lacks of them on one
machine or the other is in `templates/builtins/`, beside what its libc++ needs of a C library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from zigwheel.target.triple import ARCHITECTURES
from zigwheel.zig.windows import for_windows

MODE = "(?:hf|sf|df|xf|tf|kf|hc|sc|dc|xc|tc|kc|si|di|ti|ei)"
"""Machine modes of GCC: half, single, double, extended, quad floats; complex; integers."""

BUILTIN = re.compile(
    rf"""__(?: [a-z]+?{MODE}{{1,2}}[234]?
        | aeabi_\w+
        | aarch64_(?:cas|swp|ldadd|ldclr|ldeor|ldset)\d+_\w+
        | atomic_\w+
        | clear_cache
        | cpu_(?:model|features2|indicator_init)
        | gcc_q[a-z]+
        | emutls_get_address
        | gnu_(?:f2h|h2f)_ieee
        | is(?:OS|Platform)VersionAtLeast
        | zig_probe_stack )""",
    re.VERBOSE,
)


RUNTIME_DATA = re.compile(r"\b_{2,3}cpu_(?:model|features2)\b")
"""Variables among them: clang reads them as its own, so that a linker does not leave them open."""

LACKING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        r"arm-linux-.+": ("atomic.c",),
        r"powerpc64le-linux-gnu\b.*": ("ibm128.c",),
        r"s390x-.+": ("complex.c",),
        r"x86-.+|x86_64-(?:linux|macos)\b.*": ("complex.c", "cpu_model.c"),
        r"x86_64-windows-.+": ("cpu_model.c",),
    }
)
"""Patterns of Zig's triples, and the templates with what compiler_rt lacks there, or returns amiss."""


def lacking(triple: str) -> tuple[str, ...]:
    """Names of the templates with what compiler_rt lacks on a target."""
    return next((names for known, names in LACKING.items() if re.fullmatch(known, triple)), ())


def lacking_in_cxx(triple: str) -> tuple[str, ...]:
    """The same of libc++."""
    return ("printf.c",) if for_windows(triple) else ()


def cpu_of(triple: str) -> str:
    """The oldest CPU of the architecture that a Zig triple begins with."""
    arch = triple.partition("-")[0]
    return next(facts.cpu for facts in ARCHITECTURES.values() if facts.zig == arch)


def lacking_command(triple: str, *, zig: Path, sources: Sequence[Path], file: Path) -> list[str]:
    """The command that makes a static library of templates, from which a linker takes what is needed."""
    words = [str(zig), "build-lib", "-static", "-cflags", "-g0", "-w", "-fvisibility=hidden"]
    words += ["-fno-builtin", "-ffunction-sections"]
    words += [f"-ffile-prefix-map={sources[0].parent}=builtins", "--", *map(str, sources)]
    words += ["-fstrip", "-fPIC", "-fno-sanitize-c", "-fno-compiler-rt", "-OReleaseFast"]
    words += ["-target", triple, "-mcpu", cpu_of(triple), "-Mroot", "--name", file.stem]
    return [*words, f"-femit-bin={file}"]


def asks_for_builtins(names: Iterable[str]) -> bool:
    """Whether one of these undefined symbols is compiler_rt's to define."""
    return any(BUILTIN.fullmatch(name) for name in names)


def undefined_in(file: Path) -> list[str]:
    """Symbols that no library promises to a linked ELF or Mach-O file. Raises `AuditError`.

    In ELF they are those without a version, in Mach-O those that any library may bring.
    """
    from zigwheel.audit.elf import parse_elf
    from zigwheel.audit.macho import is_macho, read_macho

    data = file.read_bytes()
    if is_macho(data):
        return [a.name for image in read_macho(data, file.name) for a in image.asked if a.anywhere]
    return [s.name for s in parse_elf(data, file.name).undefined if not s.version]
