from __future__ import annotations

import pytest

from zigwheel.zig.builtins import asks_for_builtins


@pytest.mark.parametrize(
    "name",
    "__udivti3 __muloti4 __divdi3 __aeabi_uldivmod __addtf3 __trunctfdf2 __mulsc3 __powidf2 "
    "__aarch64_cas8_acq_rel __atomic_load_8 __clear_cache __popcountdi2 __floatuntidf "
    "__gnu_h2f_ieee __extendhfsf2 __fixunsxfti __emutls_get_address __udivmodti4".split(),
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
