"""What an ELF file says about the machine it is for, from files written here."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.target.elf import ElfIdentity, read_elf


def elf(
    machine: int, *, bits: int = 64, order: str = "<", interpreter: str = "", flags: int = 0
) -> bytes:
    """An ELF program of a header, two program headers and the name of its loader."""
    wide = bits == 64
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    size = 64 if wide else 52
    each = 56 if wide else 32
    name = interpreter.encode() + b"\0"
    header = struct.pack(
        order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"),
        *(3, machine, 1, 0x1000, size, 0, flags, size, each, 2, 0, 0, 0),
    )
    where = size + 2 * each
    layout = order + ("IIQQQQQQ" if wide else "IIIIIIII")

    def segment(kind: int) -> bytes:
        if wide:
            return struct.pack(layout, kind, 4, where, 0, 0, len(name), len(name), 1)
        return struct.pack(layout, kind, where, 0, 0, len(name), len(name), 4, 1)

    return ident + header + segment(6) + segment(3 if interpreter else 1) + name


@pytest.mark.parametrize(
    ("machine", "bits", "order", "arch"),
    [
        (62, 64, "<", "x86_64"),
        (62, 32, "<", "x32"),
        (3, 32, "<", "i686"),
        (183, 64, "<", "aarch64"),
        (40, 32, "<", "arm"),
        (21, 64, "<", "ppc64le"),
        (21, 64, ">", "ppc64"),
        (22, 64, ">", "s390x"),
        (243, 64, "<", "riscv64"),
        (258, 64, "<", "loongarch64"),
        (8, 32, ">", ""),
    ],
)
def test_machines(tmp_path: Path, machine: int, bits: int, order: str, arch: str) -> None:
    file = tmp_path / "program"
    file.write_bytes(elf(machine, bits=bits, order=order, interpreter="/lib/ld-musl.so.1"))
    assert read_elf(file) == ElfIdentity(
        arch=arch, hard_float=False, interpreter="/lib/ld-musl.so.1"
    )


def test_static_and_hard_float(tmp_path: Path) -> None:
    file = tmp_path / "program"
    file.write_bytes(elf(40, bits=32, flags=0x5000400))
    assert read_elf(file) == ElfIdentity(arch="arm", hard_float=True, interpreter="")


def test_what_is_no_elf_file(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n", encoding="utf-8")
    empty = tmp_path / "empty"
    empty.touch()
    assert read_elf(script) is None
    assert read_elf(empty) is None
    assert read_elf(tmp_path) is None
    assert read_elf(tmp_path / "missing") is None


@given(cut=st.integers(0, 200))
def test_a_truncated_file_is_no_error(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    whole = elf(62, interpreter="/lib64/ld-linux-x86-64.so.2")
    file = tmp_path_factory.getbasetemp() / "truncated"
    file.write_bytes(whole[:cut])
    found = read_elf(file)
    assert (found.interpreter if found else "") == (
        "/lib64/ld-linux-x86-64.so.2" if cut >= len(whole) else ""
    )
    assert (found is None) == (cut < len(whole))
