"""The few facts of an ELF file that tell which machine and C library a program runs on."""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

ARCHES: Mapping[tuple[int, int, str], str] = MappingProxyType(
    {
        (3, 32, "<"): "i686",
        (21, 64, "<"): "ppc64le",
        (21, 64, ">"): "ppc64",
        (22, 64, ">"): "s390x",
        (40, 32, "<"): "arm",
        (62, 32, "<"): "x32",
        (62, 64, "<"): "x86_64",
        (183, 64, "<"): "aarch64",
        (243, 32, "<"): "riscv32",
        (243, 64, "<"): "riscv64",
        (258, 64, "<"): "loongarch64",
    }
)
"""By `e_machine`, size of a pointer and byte order."""

ARM_HARD_FLOAT = 0x400
"""`EF_ARM_ABI_FLOAT_HARD` in `e_flags`."""

_PT_INTERP = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class ElfIdentity:
    """What an ELF file says about the machine that it runs on."""

    arch: str
    """Architecture in the words of wheel tags; `arm` for any 32-bit ARM; empty where it is not known."""
    hard_float: bool
    """On 32-bit ARM: floating point arguments are passed in registers (`EF_ARM_ABI_FLOAT_HARD`)."""
    interpreter: str
    """Path of the dynamic loader; empty in a static program."""


def read_elf(path: str | Path) -> ElfIdentity | None:
    """Read an ELF file's header and program headers; None where it is no ELF file or can't be read.

    Source: System V ABI, chapters 4 (ELF header) and 5 (program header).
    """
    try:
        with open(path, "rb") as file:
            return _read(file)
    except (OSError, struct.error):
        return None


def _read(file: BinaryIO) -> ElfIdentity | None:
    head = file.read(64)
    if len(head) < 52 or head[:4] != b"\x7fELF" or head[4] not in (1, 2):
        return None
    bits = 64 if head[4] == 2 else 32
    order = ">" if head[5] == 2 else "<"
    (machine,) = struct.unpack_from(f"{order}H", head, 18)
    # From e_phoff on: e_phoff, e_shoff, e_flags, e_ehsize, e_phentsize, e_phnum.
    layout, start = (f"{order}QQIHHH", 32) if bits == 64 else (f"{order}IIIHHH", 28)
    table, _, flags, _, size, count = struct.unpack_from(layout, head, start)
    file.seek(table)
    headers = file.read(size * count)
    # p_type, p_offset, p_filesz.
    fields = f"{order}I4xQ16xQ" if bits == 64 else f"{order}II8xI"
    interpreter = b""
    for number in range(count):
        kind, offset, length = struct.unpack_from(fields, headers, number * size)
        if kind == _PT_INTERP:
            file.seek(offset)
            interpreter = file.read(length)
            if len(interpreter) < length:
                return None
            break
    return ElfIdentity(
        arch=ARCHES.get((machine, bits, order), ""),
        hard_float=bool(flags & ARM_HARD_FLOAT),
        interpreter=os.fsdecode(interpreter.rstrip(b"\0")),
    )
