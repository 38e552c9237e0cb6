"""Versions of what Zig brings, held against the files of the pinned Zig."""

from __future__ import annotations

import re

import pytest
from packaging.licenses import canonicalize_license_expression

from zigwheel.zig import bundled
from zigwheel.zig.bundled import LIBC, PARTS, STANDARD_LIBRARY
from zigwheel.zig.toolchain import Zig


def numbers(zig: Zig, file: str, pattern: str) -> list[str]:
    return re.findall(pattern, (zig.lib / file).read_text(encoding="utf-8"))


def test_llvm(zig: Zig) -> None:
    (number,) = numbers(zig, "libcxx/include/__config", r"define _LIBCPP_VERSION (\d+)")
    major, minor, patch = int(number) // 10000, int(number) // 100 % 100, int(number) % 100
    assert f"{major}.{minor}.{patch}" == bundled.LLVM_VERSION


def test_musl(zig: Zig) -> None:
    file = "libc/musl/src/internal/version.h"
    assert numbers(zig, file, r'VERSION "(.*)"') == [bundled.MUSL_VERSION]


def test_mingw(zig: Zig) -> None:
    file = "libc/include/any-windows-any/_mingw_mac.h"
    pattern = r"define __MINGW64_VERSION_(?:MAJOR|MINOR|BUGFIX) (\d+)"
    assert ".".join(numbers(zig, file, pattern)) == bundled.MINGW_VERSION


def test_glibc(zig: Zig) -> None:
    """`abilists` begins with the libraries' names and then all versions, the newest last."""
    data = (zig.lib / "libc/glibc/abilists").read_bytes()
    at = 1
    for _ in range(data[0]):
        at = data.index(b"\0", at) + 1
    end = at + 1 + 3 * data[at]
    assert f"{data[end - 3]}.{data[end - 2]}" == bundled.GLIBC_VERSION


@pytest.mark.parametrize(
    ("file", "triple", "name"),
    [
        ("/z/o/1/libc++.a", "x86_64-linux-musl", "libc++"),
        ("/z/o/1/libc++abi.a", "x86_64-linux-gnu.2.17", "libc++abi"),
        ("/z/o/1/libunwind.a", "aarch64-macos.11.0", "libunwind"),
        ("/z/o/1/libcompiler_rt.a", "x86_64-linux-gnu.2.17", "compiler_rt"),
        ("C:\\z\\o\\1\\compiler_rt.lib", "x86_64-windows-gnu", "compiler_rt"),
        ("/z/o/1/libc_nonshared.a", "x86_64-linux-gnu.2.17", "glibc"),
        ("/z/o/1/crt1.o", "x86_64-linux-gnu.2.17", "glibc"),
        ("/z/o/1/crt1.o", "arm-linux-musleabihf", "musl"),
        ("C:\\z\\o\\1\\dllcrt2.obj", "x86_64-windows-gnu", "mingw-w64"),
        ("/z/o/1/libmingw32.lib", "x86-windows-gnu", "mingw-w64"),
    ],
)
def test_names(file: str, triple: str, name: str) -> None:
    assert bundled.bundled(file, triple).name == name


def test_licences_are_spdx() -> None:
    for part in (*PARTS.values(), *LIBC.values(), STANDARD_LIBRARY):
        assert canonicalize_license_expression(part.license) == part.license
