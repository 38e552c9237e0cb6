"""Mach-O files as two other readers see them, LIEF and macholib; a Mac to load them is not at hand."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lief
from macholib.mach_o import (
    LC_BUILD_VERSION,
    LC_ID_DYLIB,
    LC_LOAD_DYLIB,
    LC_RPATH,
    LC_VERSION_MIN_MACOSX,
)
from macholib.MachO import MachO

lief.logging.disable()

CPUS = {0x01000007: "x86_64", 0x0100000C: "arm64"}


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One architecture's part of a file."""

    minos: tuple[int, int]
    """Oldest macOS."""
    dylibs: tuple[str, ...]
    """Libraries that are loaded."""
    rpaths: tuple[str, ...]
    install_name: str
    """Empty in a program."""
    exports: frozenset[str]
    """By the export trie."""
    symbols: frozenset[str]
    """Names in the symbol table that the file defines."""
    external: frozenset[str]
    """Those of them that are visible outside."""
    needed: frozenset[str]
    """Names that are needed from elsewhere."""
    looked_up: frozenset[str]
    """Those that the loader looks for in every library of the process."""
    weakly_bound: frozenset[str]
    """Names for which another library's definition would be taken."""
    signed: bool
    """It has a signature, whose hashes are those of its pages."""


def read(path: Path) -> dict[str, Slice]:
    """The slices of a file by architecture, on which both readers agree."""
    by_macholib = {CPUS[header.header.cputype]: header for header in MachO(str(path)).headers}
    fat = lief.MachO.parse(str(path))
    assert fat is not None
    found = {}
    for index in range(fat.size):
        binary = fat.at(index)
        arch = {"X86_64": "x86_64", "ARM64": "arm64"}[binary.header.cpu_type.name]
        start = binary.fat_offset
        data = path.read_bytes()[start:]
        found[arch] = one(binary, data)
        agreed(found[arch], by_macholib.pop(arch))
    assert not by_macholib
    return found


def one(binary: Any, data: bytes) -> Slice:
    """What LIEF says of a slice."""
    minimum = binary.build_version.minos if binary.has_build_version else binary.version_min.version
    dylibs = [lib for lib in binary.libraries if lib.command.name != "ID_DYLIB"]
    ids = [lib.name for lib in binary.libraries if lib.command.name == "ID_DYLIB"]
    info = binary.dyld_info
    defined = [s for s in binary.symbols if s.raw_type & 0x0E and not s.raw_type & 0xE0]
    return Slice(
        minos=(minimum[0], minimum[1]),
        dylibs=tuple(lib.name for lib in dylibs),
        rpaths=tuple(rpath.path for rpath in binary.rpaths),
        install_name="".join(ids),
        exports=frozenset(export.symbol.name for export in info.exports),
        symbols=frozenset(s.name for s in defined),
        external=frozenset(s.name for s in defined if s.raw_type & 1),
        needed=frozenset(s.name for s in binary.symbols if not s.raw_type & 0xEE),
        looked_up=frozenset(
            b.symbol.name for b in info.bindings if b.library_ordinal in (-2, 254) and b.symbol
        ),
        weakly_bound=frozenset(
            b.symbol.name for b in info.bindings if b.binding_class.name == "WEAK" and b.symbol
        ),
        signed=binary.has_code_signature
        and signature_holds(
            data, binary.code_signature.data_offset, binary.code_signature.data_size
        ),
    )


def agreed(said: Slice, header: Any) -> None:
    """macholib reads the same of a slice."""
    dylibs, ids, rpaths = [], [], []
    for load, command, rest in header.commands:
        text = rest.rstrip(b"\0").decode() if isinstance(rest, bytes) else ""
        if load.cmd == LC_LOAD_DYLIB:
            dylibs.append(text)
        elif load.cmd == LC_ID_DYLIB:
            ids.append(text)
        elif load.cmd == LC_RPATH:
            rpaths.append(text)
        elif load.cmd in (LC_BUILD_VERSION, LC_VERSION_MIN_MACOSX):
            number = int(command.minos if load.cmd == LC_BUILD_VERSION else command.version)
            assert said.minos == (number >> 16, number >> 8 & 0xFF)
    assert said.dylibs == tuple(dylibs)
    assert said.install_name == "".join(ids)
    assert said.rpaths == tuple(rpaths)


def signature_holds(data: bytes, offset: int, size: int) -> bool:
    """Whether the hashes of an ad-hoc signature are those of the pages in front of it."""
    blob = data[offset : offset + size]
    magic, length, count, _, start = struct.unpack_from(">5I", blob)
    directory = blob[start:]
    fields = struct.unpack_from(">9I4B", directory)
    hashes_at, _, _, pages, limit, hash_size, _, _, page_bits = fields[4:]
    page = 1 << page_bits
    hashes = directory[hashes_at : hashes_at + pages * hash_size]
    own = [
        hashlib.sha256(data[at : min(at + page, limit)]).digest() for at in range(0, limit, page)
    ]
    return (
        (magic, length, count, limit) == (0xFADE0CC0, size, 1, offset)
        and fields[0] == 0xFADE0C02
        and bool(fields[3] & 0x2)
        and b"".join(own) == hashes
    )
