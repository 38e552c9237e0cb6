"""Functions that a compiler calls behind the programmer's back, and that compiler_rt brings.

Few extensions need one (128-bit division, 64-bit division on 32-bit machines, `long double` where
it is emulated), and compiling compiler_rt is most of the cold seconds of a build, so it is linked
only where one of them stays open. The names are those of GCC's "Low-level Runtime Library", of
the ARM run-time ABI, and of out-of-line atomics; Zig's compiler_rt defines each family in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

MODE = "(?:hf|sf|df|xf|tf|kf|hc|sc|dc|xc|tc|kc|si|di|ti|ei)"
"""Machine modes of GCC: half, single, double, extended, quad floats; complex; integers."""

BUILTIN = re.compile(
    rf"""__(?: [a-z]+?{MODE}{{1,2}}[234]?
        | aeabi_\w+
        | aarch64_(?:cas|swp|ldadd|ldclr|ldeor|ldset)\d+_\w+
        | atomic_\w+
        | clear_cache
        | emutls_get_address
        | gnu_(?:f2h|h2f)_ieee
        | is(?:OS|Platform)VersionAtLeast
        | zig_probe_stack )""",
    re.VERBOSE,
)


def asks_for_builtins(names: Iterable[str]) -> bool:
    """Whether one of these undefined symbols is compiler_rt's to define."""
    return any(BUILTIN.fullmatch(name) for name in names)


def undefined_in(file: Path) -> list[str]:
    """Symbols that no library promises to a linked file: undefined, and in ELF without a version."""
    from zigwheel.audit.elf import read_elf
    from zigwheel.zig.macho import is_macho, unpromised

    if is_macho(file):
        return unpromised(file.read_bytes())
    return [s.name for s in read_elf(file).undefined if not s.version]
