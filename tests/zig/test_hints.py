from __future__ import annotations

import pytest

from zigwheel.zig.hints import hint_for


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("src/a.c:1:10: error: 'numpy/arrayobject.h' file not found", '`include-from = ["numpy"]`'),
        ("src/a.cpp:1:10: error: 'nanobind/nanobind.h' file not found", "`nanobind = true`"),
        ("error: 'zlib.h' file not found", "zlib.h belongs to zlib"),
        ("error: 'my.h' file not found", "name the folder that holds my.h"),
        ("error: 'IOKit/IOKitLib.h' file not found", '`extra-link-args = ["-framework", "IOKit"]`'),
        ("fatal error: 'windows.h' file not found", "`if.os`"),
        ("error: undefined symbol: foo\n", "no source defines foo"),
        ("error: unable to find dynamic system library 'x'", "`library-dirs`"),
        ("error: zig terminated with signal BUS and stderr:", "the disk is full"),
        ("error: x [-Wint-conversion]", "`-Wno-error=int-conversion`"),
        ("error: expected ';'", ""),
    ],
)
def test_hints(said: str, hint: str) -> None:
    assert hint in hint_for(said)
    assert bool(hint) == bool(hint_for(said))
