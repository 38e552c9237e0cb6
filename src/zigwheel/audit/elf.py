"""The dynamic section of an ELF file: what it needs, what it defines, what it leaves open.

Structures after the System V ABI, edition 4.1, chapters 4 and 5, and the GNU symbol versioning
of the Linux Standard Base, chapter 10.7. Reads only; never trusts an offset beyond the file, nor a
count: whatever a header says, time and memory stay in proportion to the size of the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from zigwheel.errors import AuditError

SHT_DYNAMIC, SHT_DYNSYM = 6, 11
SHT_GNU_VERNEED, SHT_GNU_VERSYM = 0x6FFFFFFE, 0x6FFFFFFF
DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH = 1, 14, 15, 29
STB_LOCAL, STB_WEAK = 0, 2

ONCE = (SHT_DYNAMIC, SHT_DYNSYM, SHT_GNU_VERNEED, SHT_GNU_VERSYM)
"""Sections of which a file has at most one (System V ABI, chapter 4, "Sections")."""

VERSIONS = 0x7FFF
"""As many versions as the 15 bits of an index can tell apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Symbol:
    """A symbol of the dynamic symbol table."""

    name: str
    """As the linker sees it; C++ names are mangled."""
    defined: bool
    """Defined here, not asked for."""
    weak: bool
    """May stay open, or be overridden."""
    version: str
    """Version that is asked for, such as `GLIBC_2.14`; empty where there is none."""
    library: str
    """Library that has to bring that version, such as `libc.so.6`; empty where none is named."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Elf:
    """What the dynamic linker is told."""

    machine: int
    """`e_machine`, such as 62 for x86-64."""
    needed: tuple[str, ...]
    """Libraries that are loaded with it."""
    soname: str
    """Its own name; empty where it has none."""
    runpaths: tuple[str, ...]
    """`DT_RPATH` and `DT_RUNPATH`."""
    symbols: tuple[Symbol, ...]
    """The dynamic symbol table, in its order, local symbols left out."""

    @property
    def undefined(self) -> tuple[Symbol, ...]:
        """What it asks others for."""
        return tuple(s for s in self.symbols if not s.defined)


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    kind: int
    offset: int
    size: int
    link: int
    info: int


def read_elf(path: Path) -> Elf:
    """Read `path`; raises `AuditError` if it is no ELF file or is cut short."""
    data = path.read_bytes()
    try:
        return parse(data)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise AuditError(f"{path.name!r} is no readable ELF file: {error}") from error


def parse(data: bytes) -> Elf:
    """The dynamic section of an ELF image."""
    if data[:4] != b"\x7fELF":
        raise ValueError(f"it starts with {data[:4]!r}")
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    sections = section_table(data, wide, order)
    names = Names(data)
    needed: list[str] = []
    runpaths: list[str] = []
    soname = ""
    symbols: tuple[Symbol, ...] = ()
    for section in sections:
        if section.kind == SHT_DYNAMIC:
            strings = sections[section.link]
            for tag, value in records(data, section, order + ("qQ" if wide else "iI")):
                if tag == DT_NEEDED:
                    needed.append(names(strings, value))
                elif tag == DT_SONAME:
                    soname = names(strings, value)
                elif tag in (DT_RPATH, DT_RUNPATH):
                    runpaths.append(names(strings, value))
        elif section.kind == SHT_DYNSYM:
            symbols = dynamic_symbols(data, names, section, sections, wide, order)
    machine = struct.unpack_from(order + "H", data, 18)[0]
    return Elf(
        machine=machine,
        needed=tuple(needed),
        soname=soname,
        runpaths=tuple(runpaths),
        symbols=symbols,
    )


def section_table(data: bytes, wide: bool, order: str) -> list[Section]:
    """All section headers."""
    start = struct.unpack_from(order + ("Q" if wide else "I"), data, 40 if wide else 32)[0]
    size, count = struct.unpack_from(order + "HH", data, 58 if wide else 46)
    form = order + ("IIQQQQIIQQ" if wide else "IIIIIIIIII")
    table = []
    for index in range(count):
        fields = struct.unpack_from(form, data, start + index * size)
        table.append(
            Section(
                kind=fields[1], offset=fields[4], size=fields[5], link=fields[6], info=fields[7]
            )
        )
    for kind in ONCE:
        if sum(section.kind == kind for section in table) > 1:
            raise ValueError(f"it has several sections of type {kind:#x}")
    return table


def records(data: bytes, section: Section, form: str) -> list[tuple[int, ...]]:
    """A section that is an array of one structure."""
    size = struct.calcsize(form)
    count = section.size // size
    return list(struct.iter_unpack(form, data[section.offset : section.offset + count * size]))


class Names:
    """Reads the zero-ended strings of a file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left = len(data) + 0x10000
        """Bytes that may still be read: in a damaged file many names can mean one long stretch."""

    def __call__(self, table: Section, offset: int) -> str:
        """The string at `offset` in a string table."""
        start = table.offset + offset
        end = self.data.index(b"\0", start, table.offset + table.size)
        self.left -= end - start
        if self.left < 0:
            raise ValueError("its names overlap")
        return self.data[start:end].decode("utf-8", "replace")


def dynamic_symbols(
    data: bytes, names: Names, section: Section, sections: list[Section], wide: bool, order: str
) -> tuple[Symbol, ...]:
    """The dynamic symbol table with the version that each symbol asks for."""
    strings = sections[section.link]
    wanted: dict[int, tuple[str, str]] = {}
    indices: list[int] = []
    for other in sections:
        if other.kind == SHT_GNU_VERNEED:
            wanted = needed_versions(data, names, other, sections[other.link], order)
        elif other.kind == SHT_GNU_VERSYM:
            indices = [value & VERSIONS for (value,) in records(data, other, order + "H")]
    found = []
    for number, fields in enumerate(
        records(data, section, order + ("IBBHQQ" if wide else "IIIBBH"))
    ):
        name, info, shndx = (
            (fields[0], fields[1], fields[3]) if wide else (fields[0], fields[3], fields[5])
        )
        if info >> 4 == STB_LOCAL:
            continue
        version, library = wanted.get(indices[number], ("", "")) if indices else ("", "")
        found.append(
            Symbol(
                name=names(strings, name),
                defined=shndx != 0,
                weak=info >> 4 == STB_WEAK,
                version=version,
                library=library,
            )
        )
    return tuple(found)


def needed_versions(
    data: bytes, names: Names, section: Section, strings: Section, order: str
) -> dict[int, tuple[str, str]]:
    """Version index to the version's name and the library that has to bring it."""
    found = {}
    left = VERSIONS
    at = section.offset
    for _ in range(min(section.info, VERSIONS)):
        _, count, file, aux, following = struct.unpack_from(order + "HHIII", data, at)
        library = names(strings, file)
        left -= count
        if left < 0:
            raise ValueError("it asks for more versions than there can be")
        entry = at + aux
        for _ in range(count):
            _, _, index, name, step = struct.unpack_from(order + "IHHII", data, entry)
            found[index & VERSIONS] = (names(strings, name), library)
            entry += step
        at += following
    return found
