"""What is done to a Mach-O file after Zig has linked it: it shows no more than it should.

Zig's linker for macOS takes no list of exports (it passes over a version script), so that a C++
extension would show `operator new` of its own libc++. More than that, it would ask the loader to put
the first definition that any library of the process shows in the place of its own, for each name
that C++ may define more than once: those of Apple's libc++, which is another one. So the last part
of the file, `__LINKEDIT`, is written anew: exports are those of the plan, every definition is the
file's own, and the symbol table holds what is exported and what is needed from elsewhere.

Formats: Apple's `mach-o/loader.h` and `mach-o/nlist.h`.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zigwheel.audit.export_trie import read_trie, read_uleb
from zigwheel.errors import AuditError
from zigwheel.zig.macho_signature import signature, signature_size
from zigwheel.zig.macho_trie import uleb, write_trie

MAGIC_64 = 0xFEEDFACF
HEADER_SIZE = 32
FLAGS_AT = 24
CPU_ARM64 = 0x0100000C
EXECUTE = 2
WEAK_DEFINES, BINDS_TO_WEAK = 0x8000, 0x10000

SYMTAB, DYSYMTAB, SEGMENT_64, UUID = 0x2, 0xB, 0x19, 0x1B
CODE_SIGNATURE, FUNCTION_STARTS, DATA_IN_CODE = 0x1D, 0x26, 0x29
DYLD_INFO_ONLY = 0x80000022
WANTED = (SYMTAB, DYSYMTAB, UUID, FUNCTION_STARTS, DATA_IN_CODE, DYLD_INFO_ONLY)
"""Load commands that every file of Zig's linker has once."""

SYMBOL = struct.Struct("<IBBHQ")
STAB, PRIVATE, TYPE, EXTERNAL = 0xE0, 0x10, 0x0E, 0x01
WEAK_DEFINITION = 0x80
EXPORT_IS_WEAK = 0x4
LOOKED_UP = 0xFE00
"""In a symbol's description: the loader looks for it in every library of the process."""
INDIRECT_LOCAL = 0x80000000


@dataclass(frozen=True, kw_only=True, slots=True)
class Symbol:
    """An entry of the symbol table."""

    name: bytes
    """With the underscore that C puts in front."""
    kind: int
    """Type and visibility."""
    section: int
    """Number of the section that defines it; 0 if none does."""
    description: int
    """Flags, and the library that a symbol is needed from."""
    value: int
    """Address."""

    @property
    def defined(self) -> bool:
        """Whether the file itself defines it."""
        return bool(self.kind & TYPE)

    @property
    def looked_up(self) -> bool:
        """Whether any library may bring it, Python's own above all.

        Zig writes it as if the file were to find it in itself.
        """
        return not self.defined and self.description < 0x100


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A segment, as far as is needed."""

    at: int
    """Where its load command is."""
    offset: int
    """Where it begins in the file."""
    size: int
    """What the file holds of it."""


def restrict(
    file: Path, exported: Callable[[str], bool], *, strip: bool, identifier: str = ""
) -> None:
    """Let `file`, as Zig has linked it, export what `exported` chooses, and sign it if it is signed.

    `exported` is asked for names as C has them. With `strip`, names that nothing needs are dropped.
    `identifier` is the name that the signature tells; empty for the file's own.
    Raises `AuditError` if it is no such file.
    """
    try:
        data = restricted(
            file.read_bytes(), exported, strip=strip, identifier=identifier or file.name
        )
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise AuditError(f"{file.name!r} is not linked as Zig links for macOS: {error}") from error
    file.write_bytes(data)


def restricted(
    data: bytes, exported: Callable[[str], bool], *, strip: bool, identifier: str
) -> bytes:
    """As `restrict`, for a file's content; `identifier` is the name that its signature tells."""
    out = bytearray(data)
    commands = dict(load_commands(data))
    segments = dict(segments_of(data))
    info, symtab, dysymtab = (commands[c] for c in (DYLD_INFO_ONLY, SYMTAB, DYSYMTAB))
    rebase, bind, _, lazy, trie = (piece(data, info + 8 * number) for number in range(1, 6))
    exports = {n: own(said) for n, said in read_trie(trie).items() if exported(as_in_c(n))}
    old = list(symbols_of(data, symtab))
    groups = sorted_symbols(old, exports.keys(), strip=strip)
    kept = [index for group in groups for index, _ in group]
    table, names = symbol_table([symbol for group in groups for _, symbol in group])
    indirect = renumbered(data, dysymtab, {index: new for new, index in enumerate(kept)})
    del out[segments[b"__LINKEDIT"].offset :]
    for number, content in enumerate((rebase, bind, b"", lazy, write_trie(exports)), start=1):
        struct.pack_into("<II", out, info + 8 * number, *put(out, content))
    for command in (FUNCTION_STARTS, DATA_IN_CODE):
        place = commands[command] + 8
        struct.pack_into("<II", out, place, *put(out, piece(data, place)))
    struct.pack_into("<II", out, symtab + 8, put(out, table)[0], len(kept))
    struct.pack_into("<I", out, dysymtab + 56, put(out, indirect)[0])
    struct.pack_into("<II", out, symtab + 16, *put(out, names))
    struct.pack_into("<6I", out, dysymtab + 8, *ranges(groups))
    (flags,) = struct.unpack_from("<I", data, FLAGS_AT)
    struct.pack_into("<I", out, FLAGS_AT, flags & ~(WEAK_DEFINES | BINDS_TO_WEAK))
    return closed(out, commands, segments, identifier)


def closed(
    out: bytearray, commands: dict[int, int], segments: dict[bytes, Segment], identifier: str
) -> bytes:
    """The file with what follows from all that it holds: sizes, its UUID, its signature."""
    signed = CODE_SIGNATURE in commands
    end = len(out)
    if signed:
        out += bytes(-len(out) % 16)
        end = len(out) + signature_size(len(out), identifier)
        struct.pack_into("<II", out, commands[CODE_SIGNATURE] + 8, len(out), end - len(out))
    linkedit = segments[b"__LINKEDIT"]
    cpu, _, kind = struct.unpack_from("<III", out, 4)
    page = 0x4000 if cpu == CPU_ARM64 else 0x1000
    size = end - linkedit.offset
    struct.pack_into("<Q", out, linkedit.at + 32, -(-size // page) * page)
    struct.pack_into("<Q", out, linkedit.at + 48, size)
    place = commands[UUID] + 8
    out[place : place + 16] = bytes(16)
    out[place : place + 16] = uuid(hashlib.sha256(out).digest())
    if signed:
        code = segments[b"__TEXT"].size
        out += signature(bytes(out), identifier, code_size=code, program=kind == EXECUTE)
    return bytes(out)


def load_commands(data: bytes) -> Iterator[tuple[int, int]]:
    """Each load command and its offset."""
    magic, count = struct.unpack_from("<I12xI", data)
    if magic != MAGIC_64:
        raise ValueError("it is no 64-bit Mach-O file")
    at = HEADER_SIZE
    for _ in range(count):
        command, size = struct.unpack_from("<II", data, at)
        yield command, at
        if size < 8:
            raise ValueError("a load command has no end")
        at += size


def segments_of(data: bytes) -> Iterator[tuple[bytes, Segment]]:
    """Each segment by its name."""
    for command, at in load_commands(data):
        if command == SEGMENT_64:
            name, offset, size = struct.unpack_from("<16s16xQQ", data, at + 8)
            yield name.rstrip(b"\0"), Segment(at=at, offset=offset, size=size)


def piece(data: bytes, at: int) -> bytes:
    """The part of the file whose offset and size stand at `at`."""
    offset, size = struct.unpack_from("<II", data, at)
    return data[offset : offset + size]


def put(out: bytearray, content: bytes) -> tuple[int, int]:
    """Append `content` where a table may begin; its offset and size."""
    out += bytes(-len(out) % 8)
    offset = len(out)
    out += content
    return offset, len(content)


def as_in_c(name: bytes) -> str:
    """A symbol's name without the underscore of the object format."""
    return name.decode("utf-8", "surrogateescape").removeprefix("_")


def own(said: bytes) -> bytes:
    """What the export trie says of a name, without the leave to take another definition for it."""
    flags, at = read_uleb(said, 0)
    return uleb(flags & ~EXPORT_IS_WEAK) + said[at:]


def symbols_of(data: bytes, symtab: int) -> Iterator[Symbol]:
    """The symbol table's entries."""
    table, count, names, size = struct.unpack_from("<IIII", data, symtab + 8)
    strings = data[names : names + size]
    for index in range(count):
        name, kind, section, description, value = SYMBOL.unpack_from(
            data, table + index * SYMBOL.size
        )
        yield Symbol(
            name=strings[name : strings.index(0, name)],
            kind=kind,
            section=section,
            description=description,
            value=value,
        )


Group = list[tuple[int, Symbol]]
"""Symbols with their old places in the table."""


def sorted_symbols(
    symbols: Sequence[Symbol], exported: Iterable[bytes], *, strip: bool
) -> tuple[Group, Group, Group]:
    """Private, exported and undefined symbols, as they are from now on.

    What names object files for a debugger is dropped: they lie in a cache, and are soon gone.
    """
    private: Group = []
    shown: Group = []
    undefined: Group = []
    for index, symbol in enumerate(symbols):
        if symbol.kind & STAB:
            continue
        if not symbol.defined:
            found = symbol.description | (LOOKED_UP if symbol.looked_up else 0)
            undefined.append((index, replace(symbol, description=found)))
            continue
        symbol = replace(symbol, description=symbol.description & ~WEAK_DEFINITION)
        if symbol.kind & EXTERNAL and symbol.name in exported:
            shown.append((index, symbol))
        elif not strip:
            hidden = symbol.kind & ~EXTERNAL | (PRIVATE if symbol.kind & EXTERNAL else 0)
            private.append((index, replace(symbol, kind=hidden)))
    return private, by_name(shown), by_name(undefined)


def by_name(group: Group) -> Group:
    """Sorted as linkers sort what is visible outside."""
    return sorted(group, key=lambda item: item[1].name)


def ranges(groups: Sequence[Group]) -> Iterator[int]:
    """First index and number of each group of symbols."""
    first = 0
    for group in groups:
        yield first
        yield len(group)
        first += len(group)


def symbol_table(symbols: Sequence[Symbol]) -> tuple[bytes, bytes]:
    """The table of these symbols, and the table of their names."""
    table, names = bytearray(), bytearray(b"\0")  # offset 0 stands for no name
    for symbol in symbols:
        place = len(names) if symbol.name else 0
        table += SYMBOL.pack(place, symbol.kind, symbol.section, symbol.description, symbol.value)
        names += symbol.name + b"\0" if symbol.name else b""
    return bytes(table), bytes(names)


def renumbered(data: bytes, dysymtab: int, new: dict[int, int]) -> bytes:
    """The table of the symbols behind stubs and pointers, with their new numbers."""
    offset, count = struct.unpack_from("<II", data, dysymtab + 56)
    old = struct.unpack_from(f"<{count}I", data, offset)
    found = (index if index & INDIRECT_LOCAL else new.get(index, INDIRECT_LOCAL) for index in old)
    return struct.pack(f"<{count}I", *found)


def uuid(digest: bytes) -> bytes:
    """A UUID made of a digest (RFC 9562, version 8)."""
    found = bytearray(digest[:16])
    found[6] = found[6] & 0x0F | 0x80
    found[8] = found[8] & 0x3F | 0x80
    return bytes(found)
