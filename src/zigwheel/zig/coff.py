"""Read the symbols of the COFF objects in an archive; Microsoft, "PE Format"."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ARCHIVE = b"!<arch>\n"
LINKER_MEMBERS = frozenset({"/", "//", "/<XFGHASHMAP>/", "/<ECSYMBOLS>/"})

MACHINES = frozenset({0x014C, 0x8664, 0xAA64})
"""What objects are for: 32-bit x86, x86-64, ARM64."""

MEMBER = struct.Struct("16s12s6s6s8s10s2s")
HEADER = struct.Struct("<HHIIIHH")
BIG_HEADER = struct.Struct("<HHHHI16sIIIIIII")
BIG_CLASS = bytes.fromhex("c7a1bad1eebaa94baf20faf66aa4dcb8")
"""What tells the header of an object with more than 65,279 sections from that of an import."""

SYMBOL = struct.Struct("<8sIhHBB")
BIG_SYMBOL = struct.Struct("<8sIiHBB")
EXTERNAL, WEAK = 2, 105
"""Storage classes of what one object offers to another, or wants from it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CoffObject:
    """An object file, as far as the linker looks at it from outside."""

    data: bytes
    """The file."""
    defined: frozenset[str]
    """Symbols that it brings, as they are spelt in the file; weak ones, which have a default, too."""
    undefined: frozenset[str]
    """Symbols that another has to bring."""


def read_archive(data: bytes) -> tuple[CoffObject, ...]:
    """The objects of an archive in their order. Raises `ValueError` for anything else in it."""
    return tuple(read_object(member) for member in members(data))


def members(data: bytes) -> Iterator[bytes]:
    """The files in an archive, without the tables for the linker."""
    if not data.startswith(ARCHIVE):
        raise ValueError("not an archive")
    at = len(ARCHIVE)
    while at < len(data):
        name, *_, size, end = unpacked(MEMBER, data, at)
        if end != b"`\n":
            raise ValueError(f"no member of an archive at {at}")
        at += MEMBER.size
        if name.decode("latin-1").rstrip() not in LINKER_MEMBERS:
            yield data[at : at + int(size)]
        at += int(size) + int(size) % 2


def read_object(data: bytes) -> CoffObject:
    """The symbols of one object."""
    machine, sections, _, at, count, _, _ = unpacked(HEADER, data, 0)
    form = SYMBOL
    if (machine, sections) == (0, 0xFFFF):
        _, _, _, machine, _, class_id, *_, at, count = unpacked(BIG_HEADER, data, 0)
        if class_id != BIG_CLASS:
            raise ValueError("an import, not an object")
        form = BIG_SYMBOL
    strings = at + count * form.size
    if machine not in MACHINES or strings > len(data):
        raise ValueError("not a COFF object")
    defined: set[str] = set()
    undefined: set[str] = set()
    index = 0
    while index < count:
        name, value, section, _, storage, auxiliary = unpacked(form, data, at + index * form.size)
        index += 1 + auxiliary
        if storage in (EXTERNAL, WEAK):
            # in no section, but with a value: a common symbol, and its size
            open_ = storage == EXTERNAL and section == 0 and value == 0
            (undefined if open_ else defined).add(text(name, data, strings))
    return CoffObject(data=data, defined=frozenset(defined), undefined=frozenset(undefined))


def text(name: bytes, data: bytes, strings: int) -> str:
    """A symbol's name: in place, or by an offset into the table of strings."""
    if name[:4] == b"\0\0\0\0":
        start = strings + int.from_bytes(name[4:], "little")
        name = data[start : data.index(b"\0", start)]
    return name.rstrip(b"\0").decode("utf-8", "replace")


def unpacked(form: struct.Struct, data: bytes, at: int) -> tuple[Any, ...]:
    """The fields of a structure; `ValueError` where the file ends before."""
    try:
        return form.unpack_from(data, at)
    except struct.error as error:
        raise ValueError(f"cut short at {at}") from error
