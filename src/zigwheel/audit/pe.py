"""A PE file: what Windows loads with it, what it offers, and how it wants to be protected.

Structures after Microsoft's "PE Format". Reads only; never trusts an offset beyond the file, nor a
count: whatever a header says, time and memory stay in proportion to the size of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from zigwheel.errors import AuditError

MACHINES: Mapping[int, str] = MappingProxyType(
    {0x14C: "i686", 0x8664: "x86_64", 0xAA64: "aarch64", 0x1C4: "armv7l"}
)
"""`Machine` of the COFF header by the architectures' names in `target.triple`."""

PE32, PE32_PLUS = 0x10B, 0x20B
EXPORTS, IMPORTS, DEBUG, DELAYED = 0, 1, 6, 13
IMAGE_FILE_DLL = 0x2000
HIGH_ENTROPY, DYNAMIC_BASE, NX_COMPAT = 0x20, 0x40, 0x100
SECTION_EXECUTE, SECTION_WRITE = 0x20000000, 0x80000000


@dataclass(frozen=True, kw_only=True, slots=True)
class Imports:
    """What a file wants of one DLL."""

    library: str
    """The DLL's name, as written."""
    names: tuple[str, ...]
    """Functions and data, in the file's order; those that it wants by number are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pe:
    """What a PE file tells the loader."""

    format: ClassVar = "PE"
    arch: str
    """Architecture by its name in `target.triple`; empty where it is not known."""
    is_dll: bool
    """A library; a program otherwise."""
    imports: tuple[Imports, ...]
    """What is loaded with it, in the file's order, and then what is loaded on its first use."""
    exported: frozenset[str]
    """Names that others can find in it."""
    timestamp: int
    """`TimeDateStamp`, in seconds since 1970, or a number made from the content."""
    stripped: bool
    """No symbol table, and no place named where debug information lies."""
    relocatable: bool
    """May lie anywhere (ASLR)."""
    no_execute: bool
    """Data is not run (NX)."""
    writable_code: bool
    """A section can be written and run."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """DLLs that are loaded with it."""
        return tuple(dict.fromkeys(group.library for group in self.imports))

    @property
    def imported(self) -> tuple[str, ...]:
        """Names that others have to define."""
        return tuple(name for group in self.imports for name in group.names)

    @property
    def runpaths(self) -> tuple[str, ...]:
        """Windows has no such thing."""
        return ()


def read_pe(data: bytes, place: str) -> Pe:
    """Read an image. Raises `AuditError` if it is no PE file or is cut short."""
    try:
        return parse(data)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise AuditError(f"{place!r} is no readable PE file: {error}") from error


def is_pe(data: bytes) -> bool:
    """Whether it begins like a PE file, and not like a program for DOS."""
    if data[:2] != b"MZ" or len(data) < 64:
        return False
    (at,) = struct.unpack_from("<I", data, 60)
    return data[at : at + 4] == b"PE\0\0"


def parse(data: bytes) -> Pe:
    """What a PE image tells the loader."""
    if not is_pe(data):
        raise ValueError(f"it starts with {data[:2]!r}")
    (at,) = struct.unpack_from("<I", data, 60)
    machine, count, timestamp, symbols, _, size, flags = struct.unpack_from(
        "<HHIIIHH", data, at + 4
    )
    head = at + 24
    (magic,) = struct.unpack_from("<H", data, head)
    if magic not in (PE32, PE32_PLUS):
        raise ValueError(f"its optional header has the mark {magic:#x}")
    wide = magic == PE32_PLUS
    (wanted,) = struct.unpack_from("<H", data, head + 70)
    (base,) = struct.unpack_from("<Q" if wide else "<I", data, head + (24 if wide else 28))
    (number,) = struct.unpack_from("<I", data, head + (108 if wide else 92))
    start = head + (112 if wide else 96)
    folders = [struct.unpack_from("<II", data, start + 8 * i) for i in range(min(number, 16))]
    folders += [(0, 0)] * (16 - len(folders))
    image = Image(data, [section(data, head + size + 40 * i) for i in range(count)])
    imports = [*imported(image, folders[IMPORTS][0], wide=wide)]
    imports += delayed(image, folders[DELAYED][0], base, wide=wide)
    return Pe(
        arch=MACHINES.get(machine, ""),
        is_dll=bool(flags & IMAGE_FILE_DLL),
        imports=tuple(imports),
        exported=frozenset(exported(image, folders[EXPORTS][0])),
        timestamp=timestamp,
        stripped=not symbols and not folders[DEBUG][0],
        relocatable=bool(wanted & DYNAMIC_BASE),
        no_execute=bool(wanted & NX_COMPAT),
        writable_code=any(
            s.flags & SECTION_EXECUTE and s.flags & SECTION_WRITE for s in image.sections
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Where a stretch of memory comes from."""

    address: int
    size: int
    offset: int
    flags: int


def section(data: bytes, at: int) -> Section:
    """A section header; what lies in memory beyond the file's own bytes is zero."""
    _, address, size, offset = struct.unpack_from("<IIII", data, at + 8)
    (flags,) = struct.unpack_from("<I", data, at + 36)
    return Section(address=address, size=size, offset=offset, flags=flags)


class Image:
    """The file as it will lie in memory."""

    def __init__(self, data: bytes, sections: list[Section]) -> None:
        self.data = data
        self.sections = sections
        self.left = 2 * len(data) + 0x10000
        """Bytes that may still be read: in a damaged file many tables can mean one long stretch."""
        self.here: Section | None = None
        """Where the last address was found; the next is most often there as well."""

    def offset(self, address: int) -> int:
        """Where in the file an address comes from."""
        if self.here is None or not 0 <= address - self.here.address < self.here.size:
            self.here = next((s for s in self.sections if 0 <= address - s.address < s.size), None)
        if self.here is None:
            raise ValueError(f"nothing of the file lies at address {address:#x}")
        return address - self.here.address + self.here.offset

    def unpack(self, form: str, address: int) -> tuple[int, ...]:
        """Numbers at an address."""
        self.spend(struct.calcsize(form))
        return struct.unpack_from(form, self.data, self.offset(address))

    def name(self, address: int) -> str:
        """The zero-ended string at an address."""
        start = self.offset(address)
        end = self.data.index(b"\0", start)
        self.spend(end - start + 1)
        return self.data[start:end].decode("utf-8", "replace")

    def spend(self, size: int) -> None:
        """Count what is read."""
        self.left -= size
        if self.left < 0:
            raise ValueError("its tables overlap")


def imported(image: Image, address: int, *, wide: bool) -> Iterator[Imports]:
    """The import directory."""
    while address:
        lookup, _, _, name, bound = image.unpack("<5I", address)
        if not name:
            return
        thunks = thunk_names(image, lookup or bound, 0, wide=wide)
        yield Imports(library=image.name(name), names=tuple(thunks))
        address += 20


def delayed(image: Image, address: int, base: int, *, wide: bool) -> Iterator[Imports]:
    """The directory of imports that are loaded on their first use."""
    while address:
        attributes, name, _, _, lookup, *_ = image.unpack("<8I", address)
        if not name:
            return
        shift = 0 if attributes & 1 else base  # old linkers wrote addresses that are not relative
        thunks = thunk_names(image, lookup - shift, shift, wide=wide)
        yield Imports(library=image.name(name - shift), names=tuple(thunks))
        address += 32


def thunk_names(image: Image, address: int, shift: int, *, wide: bool) -> Iterator[str]:
    """Names of an import lookup table; an entry with its highest bit set is a number."""
    form, size, number = ("<Q", 8, 1 << 63) if wide else ("<I", 4, 1 << 31)
    while True:
        (entry,) = image.unpack(form, address)
        if not entry:
            return
        if not entry & number:
            yield image.name(entry - shift + 2)  # a hint of two bytes stands before it
        address += size


def exported(image: Image, address: int) -> Iterator[str]:
    """Names of the export directory."""
    if not address:
        return
    count, _, names = image.unpack("<III", address + 24)
    for index in range(count):
        yield image.name(image.unpack("<I", names + 4 * index)[0])
