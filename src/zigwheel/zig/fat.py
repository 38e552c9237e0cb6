"""Files for several architectures in one: `universal2`. Format: Apple's `mach-o/fat.h`."""

from __future__ import annotations

import struct
from collections.abc import Sequence

MAGIC = 0xCAFEBABE
ALIGN_BITS = 14
"""Slices begin at multiples of 16 KiB, the larger of the two architectures' pages."""


def joined(slices: Sequence[bytes]) -> bytes:
    """One file of these Mach-O files, in this order. Raises `ValueError` where two are for one CPU."""
    heads = [struct.unpack_from("<II", data, 4) for data in slices]
    if len(set(heads)) < len(heads):
        raise ValueError("two slices are for one architecture")
    align = 1 << ALIGN_BITS
    out = bytearray(struct.pack(">II", MAGIC, len(slices)))
    at = align
    for (cpu, kind), data in zip(heads, slices, strict=True):
        out += struct.pack(">5I", cpu, kind, at, len(data), ALIGN_BITS)
        at += -(-len(data) // align) * align
    for data in slices:
        out += bytes(-len(out) % align)
        out += data
    return bytes(out)
