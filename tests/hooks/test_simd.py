"""Code for more than the oldest processor: flags of single files, and what asks for features."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.hooks.rig import CONFIG, CORE, TINY, Maker, evaluated

X86 = """
#include <immintrin.h>
int wide(const int *a) { __m256i v = _mm256_abs_epi32(_mm256_loadu_si256((const void *)a));
  return _mm256_extract_epi32(v, 7); }
"""
DOT = """
#include <arm_neon.h>
int wide(const int *a) { int8x16_t v = vld1q_s8((const void *)a);
  return vaddvq_s32(vdotq_s32(vdupq_n_s32(0), v, v)); }
"""
MATRIX = """
#include <arm_neon.h>
int wide(const int *a) { int8x16_t v = vld1q_s8((const void *)a);
  return vaddvq_s32(vmmlaq_s32(vdupq_n_s32(0), v, v)); }
"""
SVE2 = """
#include <arm_sve.h>
int wide(const int *a) { svint32_t v = svld1_s32(svptrue_b32(), a);
  return (int)svaddv_s32(svptrue_b32(), svaba_s32(v, v, v)); }
"""
CRC = """
#include <arm_acle.h>
int wide(const int *a) { return (int)__crc32cw(1, (unsigned)a[0]); }
"""
NEON = """
#include <arm_neon.h>
int wide(const int *a) { return vgetq_lane_s32(vld1q_s32(a), 3); }
"""
POWER9 = """
#include <altivec.h>
int wide(const int *a) { vector unsigned char v = vec_xl(0, (const unsigned char *)a);
  return vec_absd(v, v)[0]; }
"""
Z13 = """
#include <vecintrin.h>
int wide(const int *a) { vector signed int v = vec_xl(0, a); return (v + v)[1]; }
"""
RVV = """
#include <riscv_vector.h>
int wide(const int *a) { size_t n = __riscv_vsetvl_e32m1(4);
  return __riscv_vmv_x_s_i32m1_i32(__riscv_vle32_v_i32m1(a, n)); }
"""
LASX = """
#include <lasxintrin.h>
int wide(const int *a) { __m256i v = __lasx_xvld(a, 0); return __lasx_xvpickve2gr_w(v, 1); }
"""

CASES = [
    ("x86_64-linux-gnu.2.17", ["-mavx2"], X86),
    ("x86_64-linux-gnu.2.17", ["-march=haswell"], X86),
    ("x86_64-windows-gnu", ["-march=x86-64-v3"], X86),
    ("x86_64-macos.11.0", ["-march=core-avx2"], X86),
    ("x86-linux-gnu.2.17", ["-mavx2"], X86),
    ("aarch64-linux-gnu.2.17", ["-march=armv8.2-a+dotprod"], DOT),
    ("aarch64-macos.11.0", ["-mcpu=apple-m4"], MATRIX),
    ("aarch64-linux-gnu.2.17", ["-march=armv9-a"], SVE2),
    ("aarch64-linux-musl", ["-march=armv8.5-a+sve2"], SVE2),
    ("aarch64-linux-gnu.2.17", ["-march=armv8-a+crc"], CRC),
    ("aarch64-windows-gnu", ["-march=armv8-a+crc+crypto"], CRC),
    ("arm-linux-gnueabihf.2.17", ["-mfpu=neon", "-mfloat-abi=hard"], NEON),
    ("arm-linux-musleabihf", ["-march=armv8-a+crc"], CRC),
    ("powerpc64le-linux-gnu.2.19", ["-mcpu=power9"], POWER9),
    ("powerpc64le-linux-gnu.2.19", ["-mpower9-vector"], POWER9),
    ("s390x-linux-gnu.2.17", ["-march=z13", "-mzvector"], Z13),
    ("riscv64-linux-gnu.2.31", ["-march=rv64gcv"], RVV),
    ("loongarch64-linux-gnu.2.36", ["-mlasx"], LASX),
]
ALL_FLAGS = sorted({flag for _, flags, _ in CASES for flag in flags})

WIDE = CORE.replace("PyLong_FromLong(VALUE)", "PyLong_FromLong(wide((const int[8]){VALUE}))")
WIDE = WIDE.replace('#include "value.h"', '#include "value.h"\nint wide(const int *a);')


@pytest.mark.parametrize(("target", "flags", "code"), CASES)
def test_a_file_has_more_than_the_others(
    make: Maker, target: str, flags: list[str], code: str
) -> None:
    """The intrinsics of each case compile in no file that lacks the feature; flags of others do no harm."""
    foreign = [flag for flag in ALL_FLAGS if flag not in flags]
    files = {**TINY, "src/tiny/_core.c": WIDE, "src/tiny/wide.c": code}
    project = make(config=f"{CONFIG}c-standard = 'gnu11'\n", files=files)
    refused = project.refusal(settings={"target": target})
    assert "wide.c" in refused
    assert any(word in refused for word in ("feature", "always_inline", "error: ")), refused
    table = f'{CONFIG}file-args = {{ "src/tiny/wide.c" = {others(target, foreign) + flags} }}\n'
    project.config(table).wheel(settings={"target": target})


def others(target: str, flags: list[str]) -> list[str]:
    """Flags of processors that are not the target's."""
    family = {"arm": "march=armv mfpu mfloat", "aarch64": "march=armv mcpu=apple"}
    family |= {"x86_64": "mavx march=haswell march=x86 march=core", "x86": "mavx march=haswell"}
    family |= {"x86": "mavx march=haswell march=x86 march=core", "powerpc64le": "mcpu=power mpower"}
    family |= {"s390x": "march=z", "riscv64": "march=rv", "loongarch64": "mlasx"}
    own = family[target.partition("-")[0]].split()
    return [flag for flag in flags if not flag[1:].startswith(tuple(own))]


FEATURES = (
    "cmov mmx popcnt sse sse2 sse3 ssse3 sse4.1 sse4.2 avx avx2 sse4a fma4 xop fma avx512f bmi bmi2 aes "
    "pclmul avx512vl avx512bw avx512dq avx512cd avx512vbmi avx512ifma avx512vpopcntdq avx512vbmi2 gfni "
    "vpclmulqdq avx512vnni avx512bitalg avx512bf16 avx512vp2intersect adx cldemote clflushopt clwb "
    "clzero enqcmd f16c fsgsbase lwp lzcnt movbe movdir64b movdiri mwaitx pconfig pku prfchw ptwrite "
    "rdpid rdrnd rdseed rtm serialize sgx sha shstk tbm tsxldtrk vaes waitpkg wbnoinvd xsave xsavec "
    "xsaveopt xsaves amx-tile amx-int8 amx-bf16 uintr hreset avxvnni x86-64 x86-64-v2 x86-64-v3 "
    "x86-64-v4"
).split()
"""What GCC 12 and clang both know of."""


def table_of(features: list[str]) -> str:
    """A C function that prints nothing and tells of each feature as a letter."""
    rows = "\n".join(
        f"  out[{i}] = __builtin_cpu_supports(\"{name}\") ? '1' : '0';"
        for i, name in enumerate(features)
    )
    start = "  __builtin_cpu_init();\n  out[0] = 0;\n"
    end = "  out[{n}] = __builtin_cpu_is(\"intel\") ? 'i' : __builtin_cpu_is(\"amd\") ? 'a' : 'o';"
    return (
        "static void ask(char *out) {\n"
        + start
        + rows
        + "\n"
        + end.format(n=len(features))
        + "\n}\n"
    )


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no GCC to compare with")
@pytest.mark.parametrize("road", ["direct", "zig-build"])
def test_the_processor_is_asked_as_gcc_asks_it(make: Maker, road: str, tmp_path: Path) -> None:
    ask = table_of(FEATURES)
    size = len(FEATURES) + 2
    main = (
        f"{ask}#include <stdio.h>\nint main(void) {{ static char s[{size}]; ask(s); puts(s); }}\n"
    )
    (tmp_path / "truth.c").write_text(main)
    subprocess.run(["gcc", "truth.c", "-o", "truth"], cwd=tmp_path, check=True)
    truth = subprocess.run([tmp_path / "truth"], capture_output=True, text=True, check=True)
    core = CORE.replace('#include "value.h"', ask).replace(
        "return PyLong_FromLong(VALUE)",
        f"static char s[{size}]; ask(s); return PyUnicode_FromString(s)",
    )
    project = make(files={**TINY, "src/tiny/_core.c": core})
    wheel = project.wheel(settings={"lowering": road})
    said = evaluated(wheel, "tiny.value()", tmp_path / "unpacked")
    ours = dict(zip([*FEATURES, "vendor"], said, strict=True))
    theirs = dict(zip([*FEATURES, "vendor"], truth.stdout.strip(), strict=True))
    assert ours == theirs
    assert ours["sse2"] == "1"


@pytest.mark.parametrize("target", ["x86_64-windows-gnu", "x86_64-macos.11.0", "x86_64-linux-musl"])
@pytest.mark.parametrize("road", ["direct", "zig-build"])
def test_the_processor_can_be_asked_elsewhere(make: Maker, target: str, road: str) -> None:
    core = CORE.replace("(VALUE)", '(__builtin_cpu_supports("avx2") + VALUE)')
    project = make(files={**TINY, "src/tiny/_core.c": core})
    project.wheel(settings={"target": target, "lowering": road})


def test_functions_are_cloned_for_processors(make: Maker, tmp_path: Path) -> None:
    """GCC's `target_clones`, which the loader of glibc chooses from."""
    clones = '__attribute__((target_clones("avx512f", "avx2", "default")))\n'
    clones += "int sum(const int *a, int n) { int s = 0; while (n--) s += a[n]; return s; }\n"
    core = CORE.replace('#include "value.h"', clones).replace("VALUE", "sum((int[]){1, 2, 3}, 3)")
    wheel = make(files={**TINY, "src/tiny/_core.c": core}).wheel()
    assert evaluated(wheel, "tiny.value()", tmp_path / "unpacked") == "6"


def test_a_cpu_that_nobody_has(make: Maker) -> None:
    table = 'file-args = { "src/tiny/_core.c" = ["-march=hasswell", "-mcpu=powr9"] }\n'
    said = make(config=CONFIG + table).refusal(settings={"target": "x86_64-linux-gnu.2.17"})
    assert "'-march=hasswell' names nothing that x86_64 has" in said
    assert "did you mean -march=haswell?" in said
    assert "'-mcpu=powr9' names nothing that x86_64 has" in said
