from __future__ import annotations

from pathlib import Path

import pytest

from zigwheel import templates
from zigwheel.zig.builtins import (
    LACKING,
    asks_for_builtins,
    lacking,
    lacking_command,
    lacking_in_cxx,
)


@pytest.mark.parametrize(
    "name",
    "__udivti3 __muloti4 __divdi3 __aeabi_uldivmod __addtf3 __trunctfdf2 __mulsc3 __powidf2 "
    "__aarch64_cas8_acq_rel __atomic_load_8 __clear_cache __popcountdi2 __floatuntidf "
    "__gnu_h2f_ieee __extendhfsf2 __fixunsxfti __emutls_get_address __udivmodti4 "
    "__gcc_qadd __atomic_compare_exchange "
    "__cpu_model __cpu_indicator_init __cpu_features2".split(),
)
def test_compiler_rt_defines(name: str) -> None:
    assert asks_for_builtins([name])


@pytest.mark.parametrize(
    "name",
    "memcpy PyLong_FromLong _Py_NoneStruct __cxa_finalize __gmon_start__ __stack_chk_fail "
    "__tls_get_addr __assert_fail _ITM_registerTMCloneTable __errno_location my__udivti3 "
    "__memcpy_chk __isoc99_sscanf __ctype_b_loc".split(),
)
def test_compiler_rt_does_not_define(name: str) -> None:
    assert not asks_for_builtins([name])


@pytest.mark.parametrize(
    ("triple", "names"),
    [
        ("arm-linux-gnueabihf.2.17", "atomic.c"),
        ("arm-linux-musleabihf", "atomic.c"),
        ("powerpc64le-linux-gnu.2.19", "ibm128.c"),
        ("powerpc64le-linux-musl", ""),
        ("s390x-linux-gnu.2.17", "complex.c"),
        ("x86_64-linux-gnu.2.17", "complex.c cpu_model.c"),
        ("x86-windows-gnu", "complex.c cpu_model.c"),
        ("x86_64-windows-gnu", "cpu_model.c"),
        ("aarch64-linux-gnu.2.17", ""),
        ("aarch64-macos.11.0", ""),
    ],
)
def test_what_compiler_rt_lacks(triple: str, names: str) -> None:
    assert lacking(triple) == tuple(names.split())


def test_each_template_is_there() -> None:
    folder = templates.folder() / "builtins"
    groups = [*LACKING.values(), lacking_in_cxx("x86_64-windows-gnu")]
    names = {name for group in groups for name in group}
    assert sorted(names) == sorted(file.name for file in folder.iterdir())


def test_it_is_compiled_for_the_oldest_cpu() -> None:
    words = lacking_command(
        "arm-linux-musleabihf", zig=Path("/zig"), sources=[Path("/t/a.c")], file=Path("/o/a.a")
    )
    assert words[words.index("-mcpu") + 1] == "baseline-neon-d32"
    assert "-ffile-prefix-map=/t=builtins" in words
