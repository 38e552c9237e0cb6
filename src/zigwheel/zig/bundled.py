"""What Zig brings in source and links statically, with versions and licences.

The facts are about the pinned release. A test reads the versions out of Zig's own files; the licences
are those that stand in the sources there.
"""

from __future__ import annotations

from zigwheel.plan.components import Component
from zigwheel.zig.toolchain import ZIG_VERSION
from zigwheel.zig.windows import for_windows

LLVM_VERSION = "21.1.0"
MUSL_VERSION = "1.2.5"
MINGW_VERSION = "13.0.0"
GLIBC_VERSION = "2.43"


def _llvm(name: str, folder: str) -> Component:
    return Component(
        ref=f"zig:{name}",
        name=name,
        version=LLVM_VERSION,
        license="Apache-2.0 WITH LLVM-exception",
        purl=f"pkg:github/llvm/llvm-project@llvmorg-{LLVM_VERSION}#{folder}",
    )


def _zig(name: str, path: str) -> Component:
    return Component(
        ref=f"zig:{name}",
        name=name,
        version=ZIG_VERSION,
        license="MIT",
        purl=f"pkg:github/ziglang/zig@{ZIG_VERSION}#{path}",
    )


LIBC = {
    "gnu": Component(
        ref="zig:glibc",
        name="glibc",
        version=GLIBC_VERSION,
        license="LGPL-2.1-or-later WITH GCC-exception-2.0-note",
        purl=f"pkg:generic/glibc@{GLIBC_VERSION}",
        cpe=f"cpe:2.3:a:gnu:glibc:{GLIBC_VERSION}:*:*:*:*:*:*:*",
    ),
    "musl": Component(
        ref="zig:musl",
        name="musl",
        version=MUSL_VERSION,
        license="MIT",
        purl=f"pkg:generic/musl@{MUSL_VERSION}",
        cpe=f"cpe:2.3:a:musl-libc:musl:{MUSL_VERSION}:*:*:*:*:*:*:*",
    ),
    "mingw": Component(
        ref="zig:mingw-w64",
        name="mingw-w64",
        version=MINGW_VERSION,
        license="ZPL-2.1",
        purl=f"pkg:generic/mingw-w64@{MINGW_VERSION}",
        cpe=f"cpe:2.3:a:mingw-w64:mingw-w64:{MINGW_VERSION}:*:*:*:*:*:*:*",
    ),
}
"""The static parts of C libraries: what begins a program, and a few functions."""

PARTS = {
    "c++": _llvm("libc++", "libcxx"),
    "c++abi": _llvm("libc++abi", "libcxxabi"),
    "unwind": _llvm("libunwind", "libunwind"),
    "compiler_rt": _zig("compiler_rt", "lib/compiler_rt"),
    "ubsan_rt": _zig("ubsan_rt", "lib/ubsan_rt.zig"),
    "zigc": _zig("zigc", "lib/c"),
}
"""By the name of the archive, without `lib` and the ending."""

STANDARD_LIBRARY = _zig("zig-std", "lib/std")
"""What Zig sources are compiled together with."""


def bundled(file: str, triple: str) -> Component:
    """The part that an archive or object of Zig's belongs to, for a Zig triple."""
    stem = file.replace("\\", "/").rpartition("/")[2].partition(".")[0].removeprefix("lib")
    if stem in PARTS:
        return PARTS[stem]
    if for_windows(triple):
        return LIBC["mingw"]
    return LIBC["musl" if "-musl" in triple else "gnu"]
