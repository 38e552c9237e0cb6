"""The CPU of an artifact, and instruction sets of x86 beyond it, for single files and functions.

Zig tells clang of every feature of the CPU whether it is on, by `-target-feature` and after the
flags of a source. So `-mavx2` has no effect, and what clang turns on along with something else
stays off: `__attribute__((target("avx512f")))` lacks 512-bit registers (ziglang/zig 22046), and
`target("sse4.2")` its CRC instructions. Only `-Xclang` has a later word than Zig's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from zigwheel.target.triple import Triple

X86 = frozenset({"x86_64", "i686"})

FLAG = re.compile(
    r"-m(no-)?(3dnow|adx|aes|amx-\w+|avx[\w-]*|bmi2?|crc32|cx16|f16c|fma4?|fsgsbase|gfni|kl|lwp|lzcnt"
    r"|mmx|movbe|mwaitx|pclmul|popcnt|prfchw|rdpid|rdrnd|rdseed|rtm|sha|sha512|sm3|sm4"
    r"|sse[\d.a]*|ssse3|tbm|vaes|vpclmulqdq|waitpkg|widekl|xop|xsave\w*)"
)
"""GCC's and clang's flags for features; but for `sse4`, LLVM has the same names."""

WITH_SSE42 = re.compile(r"sse4\.2|avx.*|f16c|fma4?|vaes|vpclmulqdq|xop")
"""Features that bring SSE4.2, and so what GCC and clang turn on along with it."""

DISPATCH = re.compile(rb"avx512|avx10|sse4[._]?2|_mm_crc32_u|__builtin_ia32_crc32", re.IGNORECASE)
"""A trace of functions that are compiled for more than the baseline and chosen at run time."""

UNMASKED = ("+evex512", "+crc32")
"""Features that no instruction follows from by itself, but that must be on for such functions."""


def feature(word: str) -> tuple[str, ...]:
    """A feature of LLVM, on or off (`+avx2`, `-avx2`), as flags that Zig cannot override."""
    return ("-Xclang", "-target-feature", "-Xclang", word)


def x86_args(args: Iterable[str], *, dispatch: bool) -> tuple[str, ...]:
    """Flags of a source in words that are heard.

    With `dispatch`, functions may have what their `target` attribute asks for. The macro that would
    announce the CRC instructions to the rest of the file is taken back.
    """
    found: list[str] = []
    if dispatch:
        found += [word for name in UNMASKED for word in feature(name)] + ["-U__CRC32__"]
    for arg in args:
        match = FLAG.fullmatch(arg)
        if match is None:
            found.append(arg)
            continue
        name = {"sse4": "sse4.2"}.get(match[2], match[2])
        if match[1]:
            found += feature(f"-{'sse4.1' if match[2] == 'sse4' else name}")
            continue
        if WITH_SSE42.fullmatch(name):
            found += [*feature("+popcnt"), *feature("+crc32")]
        if name.startswith("avx512"):
            found += feature("+evex512")
        found += feature(f"+{name}")
        if name == "crc32" or WITH_SSE42.fullmatch(name):
            found.append("-D__CRC32__=1")
    return tuple(found)


def cpu(asked: str, triple: Triple) -> str:
    """Features in the config's `cpu`, with `baseline` meaning the architecture's own.

    What a system asks for beside the baseline stays, whatever the CPU.
    """
    own = triple.cpu.removeprefix("baseline")
    if asked.startswith("baseline"):
        return asked.replace("baseline", triple.cpu, 1)
    return f"{asked}{own}" if own.startswith("+") else asked
