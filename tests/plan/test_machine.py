from __future__ import annotations

from pathlib import Path

import pytest

from zigwheel.plan.includes import scan
from zigwheel.plan.machine import cpu, x86_args
from zigwheel.plan.tree import Tree
from zigwheel.target.triple import Os, Triple


def said(*words: str) -> tuple[str, ...]:
    return tuple(part for word in words for part in ("-Xclang", "-target-feature", "-Xclang", word))


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("-maes", said("+aes")),
        ("-mno-avx2", said("-avx2")),
        ("-mssse3", said("+ssse3")),
        ("-msse4.1", said("+sse4.1")),
        ("-mbmi2", said("+bmi2")),
        ("-mcrc32", (*said("+crc32"), "-D__CRC32__=1")),
        ("-msse4", (*said("+popcnt", "+crc32", "+sse4.2"), "-D__CRC32__=1")),
        ("-mno-sse4", said("-sse4.1")),
        ("-mavx2", (*said("+popcnt", "+crc32", "+avx2"), "-D__CRC32__=1")),
        ("-mavx512bw", (*said("+popcnt", "+crc32", "+evex512", "+avx512bw"), "-D__CRC32__=1")),
        ("-m64", ("-m64",)),
        ("-mcmodel=large", ("-mcmodel=large",)),
        ("-mstackrealign", ("-mstackrealign",)),
        ("-Wall", ("-Wall",)),
    ],
)
def test_flags_in_words_that_are_heard(flag: str, expected: tuple[str, ...]) -> None:
    assert x86_args([flag], dispatch=False) == expected


def test_functions_for_newer_processors() -> None:
    args = x86_args(["-O3"], dispatch=True)
    assert args == (*said("+evex512", "+crc32"), "-U__CRC32__", "-O3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('#define V __attribute__((__target__("avx512f")))\n', True),
        ('__attribute__((target("sse4.2"))) int f(void);\n', True),
        ('#pragma GCC target("avx512vl,avx512bw")\n', True),
        ("int crc32(void);\n", False),
    ],
)
def test_their_trace_is_seen_in_a_header(tmp_path: Path, text: str, expected: bool) -> None:
    (tmp_path / "x.c").write_text('#include "y.h"\n')
    (tmp_path / "y.h").write_text(text)
    assert scan(Tree(root=tmp_path), ["x.c"], []).dispatch is expected


@pytest.mark.parametrize(
    ("os", "arch", "asked", "expected"),
    [
        ("linux", "x86_64", "x86_64_v2", "x86_64_v2"),
        ("linux", "armv7l", "baseline+neon", "baseline-neon-d32+neon"),
        ("linux", "armv7l", "cortex_a7", "cortex_a7"),
        ("windows", "x86_64", "baseline+avx2", "baseline+cx16+avx2"),
        ("windows", "x86_64", "x86_64", "x86_64+cx16"),
        ("windows", "aarch64", "baseline+crc", "baseline+crc"),
    ],
)
def test_a_cpu_has_what_the_system_asks_for(os: Os, arch: str, asked: str, expected: str) -> None:
    assert cpu(asked, Triple(arch=arch, os=os, libc="gnu")) == expected
