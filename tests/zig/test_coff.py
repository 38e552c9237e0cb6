from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.zig.coff import BIG_CLASS, CoffObject, read_archive, read_object
from zigwheel.zig.toolchain import Zig

SOURCE = """\
__declspec(dllimport) extern int in_dll;
__declspec(dllimport) int called_in_dll(void);
extern int open_data;
int open_function(void);
__attribute__((weak)) int weak_function(void);
int common_or_zero;
static int hidden(void) { return open_function(); }
int a_name_that_does_not_fit_into_eight_bytes(void)
{
    return in_dll + called_in_dll() + open_data + hidden() + (weak_function ? weak_function() : 0);
}
"""

DEFINED = {"a_name_that_does_not_fit_into_eight_bytes", "common_or_zero", "weak_function"}
OPEN = {"open_data", "open_function"}
POINTERS = {"in_dll", "called_in_dll"}


@pytest.mark.parametrize("arch", ["x86_64", "x86", "aarch64"])
@pytest.mark.parametrize("common", ["-fcommon", "-fno-common"])
def test_symbols_of_real_objects(arch: str, common: str, zig: Zig, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(SOURCE)
    (tmp_path / "b.c").write_text("int of_the_second(void) { return 2; }\n")
    words = [str(zig.executable), "build-lib", "-static", "-target", f"{arch}-windows-gnu", "-lc"]
    words += [
        "-OReleaseSmall",
        "-fstrip",
        "-cflags",
        common,
        "--",
        "a.c",
        "b.c",
        "-femit-bin=x.lib",
    ]
    subprocess.run(words, check=True, cwd=tmp_path)
    first, second = read_archive((tmp_path / "x.lib").read_bytes())
    mark = "_" if arch == "x86" else ""
    assert {mark + name for name in DEFINED} <= first.defined
    assert not any("hidden" in name for name in first.defined | first.undefined)
    wanted = {mark + name for name in OPEN} | {f"__imp_{mark}{name}" for name in POINTERS}
    assert first.undefined == wanted
    assert f".refptr.{mark}open_data" in first.defined
    assert f".refptr.{mark}open_function" not in first.defined
    assert second.defined == {f"{mark}of_the_second"}
    assert second.undefined == frozenset()


def coff(symbols: list[tuple[str, int, int, int]], *, big: bool = False) -> bytes:
    """An object of nothing but symbols: name, value, section, storage class; one auxiliary each."""
    strings = b""
    table = b""
    for name, value, section, storage in symbols:
        raw = name.encode()
        if len(raw) > 8:
            raw, strings = struct.pack("<II", 0, 4 + len(strings)), strings + raw + b"\0"
        form = "<8sIiHBB" if big else "<8sIhHBB"
        table += struct.pack(form, raw, value, section, 0, storage, 1)
        table += bytes(struct.calcsize(form))
    if big:
        head = struct.pack("<HHHHI16sII", 0, 0xFFFF, 2, 0x8664, 0, BIG_CLASS, 0, 0)
        head += struct.pack("<IIIII", 0, 0, 0, 56, 2 * len(symbols))
    else:
        head = struct.pack("<HHIIIHH", 0x8664, 0, 0, 20, 2 * len(symbols), 0, 0)
    return head + table + struct.pack("<I", 4 + len(strings)) + strings


@pytest.mark.parametrize("big", [False, True])
def test_an_object_by_hand(big: bool) -> None:
    symbols = [
        ("short", 0, 1, 2),
        ("exactly8", 16, 1, 2),
        ("longer than eight", 0, 0, 2),
        ("common", 4, 0, 2),
        ("weak", 0, 0, 105),
        ("static", 0, 1, 3),
    ]
    found = read_object(coff(symbols, big=big))
    assert found.defined == {"short", "exactly8", "common", "weak"}
    assert found.undefined == {"longer than eight"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"BC\xc0\xde" + bytes(60),  # LLVM's bitcode
        b"\x7fELF" + bytes(60),
        struct.pack("<HHHHI16sIIIIIII", 0, 0xFFFF, 0, 0x8664, 0, bytes(16), *[0] * 7),  # an import
        coff([("cut", 0, 1, 2)])[:40],
    ],
)
def test_what_is_no_object(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"object|cut short"):
        read_object(data)


def test_what_is_no_archive() -> None:
    with pytest.raises(ValueError, match="not an archive"):
        read_archive(coff([]))
    with pytest.raises(ValueError, match="no member"):
        read_archive(b"!<arch>\n" + b"x" * 60)


@given(st.binary(max_size=200), st.integers(0, 60), st.binary(max_size=8))
def test_broken_files_are_refused_in_one_way(data: bytes, at: int, patch: bytes) -> None:
    whole = coff([("name", 0, 1, 2), ("longer than eight", 0, 0, 2)])
    for broken in (data, whole[:at] + patch + whole[at + len(patch) :]):
        try:
            assert isinstance(read_object(broken), CoffObject)
        except ValueError:
            continue
