"""An ELF file: what it needs, what it defines, what it leaves open, and how it is loaded.

Structures after the System V ABI, edition 4.1, chapters 4 and 5, and the GNU symbol versioning
of the Linux Standard Base, chapter 10.7. Reads only; never trusts an offset beyond the file, nor a
count: whatever a header says, time and memory stay in proportion to the size of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from zigwheel.errors import AuditError
from zigwheel.target.elf import ARCHES, ARM_HARD_FLOAT

ET_REL = 1
SHT_SYMTAB, SHT_DYNAMIC, SHT_DYNSYM = 2, 6, 11
SHT_GNU_VERNEED, SHT_GNU_VERSYM = 0x6FFFFFFE, 0x6FFFFFFF
DT_NEEDED, DT_SONAME, DT_RPATH, DT_RUNPATH = 1, 14, 15, 29
DT_TEXTREL, DT_BIND_NOW, DT_FLAGS, DT_FLAGS_1 = 22, 24, 30, 0x6FFFFFFB
DF_TEXTREL, DF_BIND_NOW, DF_1_NOW = 4, 8, 1
PT_LOAD, PT_DYNAMIC, PT_GNU_STACK, PT_GNU_RELRO = 1, 2, 0x6474E551, 0x6474E552
PF_X, PF_W = 1, 2
STB_LOCAL, STB_WEAK = 0, 2

ONCE = (SHT_SYMTAB, SHT_DYNAMIC, SHT_DYNSYM, SHT_GNU_VERNEED, SHT_GNU_VERSYM)
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

    format: ClassVar = "ELF"
    kind: int
    """`e_type`: 1 is an object, 2 a program, 3 a library or a program that may lie anywhere."""
    machine: int
    """`e_machine`, such as 62 for x86-64."""
    arch: str
    """Architecture in the words of wheel tags; empty where it is not known."""
    needed: tuple[str, ...] = ()
    """Libraries that are loaded with it."""
    soname: str = ""
    """Its own name; empty where it has none."""
    runpaths: tuple[str, ...] = ()
    """`DT_RPATH` and `DT_RUNPATH`."""
    symbols: tuple[Symbol, ...] = ()
    """The dynamic symbol table (an object's: its only one), in its order, local symbols left out."""
    versions: tuple[tuple[str, str], ...] = ()
    """Versions that have to be there, whether a symbol asks for them or not, each with its library."""
    dynamic: bool = True
    """The dynamic linker has something to do; not so in an object and in a static program."""
    stripped: bool = True
    """There is no symbol table for debuggers, and so most likely no debug information."""
    exec_stack: bool = False
    """Asks for a stack from which code can run; so does a file that says nothing of its stack."""
    relro: bool = True
    """What the loader has relocated is read-only from then on."""
    bind_now: bool = False
    """Every function is bound when the file is loaded."""
    textrel: bool = False
    """The loader has to write into its code."""
    writable_code: bool = False
    """A segment can be written and run."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """Libraries that are loaded with it."""
        return self.needed

    @property
    def imported(self) -> tuple[str, ...]:
        """Names that others have to define."""
        return tuple(s.name for s in self.symbols if not s.defined and s.name)

    @property
    def exported(self) -> frozenset[str]:
        """Names that others can find in it."""
        return frozenset(s.name for s in self.symbols if s.defined)

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
    return parse_elf(path.read_bytes(), path.name)


def parse_elf(data: bytes, place: str) -> Elf:
    """Read an image; raises `AuditError` that names `place` if it is no ELF file or is cut short."""
    try:
        return parse(data)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise AuditError(f"{place!r} is no readable ELF file: {error}") from error


def parse(data: bytes) -> Elf:
    """What an ELF image tells the dynamic linker."""
    if data[:4] != b"\x7fELF":
        raise ValueError(f"it starts with {data[:4]!r}")
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    kind, machine = struct.unpack_from(order + "HH", data, 16)
    flags = struct.unpack_from(order + "I", data, 48 if wide else 36)[0]
    arch = ARCHES.get((machine, 64 if wide else 32, order), "")
    if arch == "arm" and flags & ARM_HARD_FLOAT:
        arch = "armv7l"
    sections = section_table(data, wide, order)
    stripped = not any(section.kind == SHT_SYMTAB for section in sections)
    elf = Elf(kind=kind, machine=machine, arch=arch, dynamic=False, stripped=stripped)
    names = Names(data)
    for section in sections:
        if section.kind == SHT_DYNAMIC:
            elf = with_dynamic(elf, data, names, section, sections[section.link], wide, order)
        elif section.kind == (SHT_SYMTAB if kind == ET_REL else SHT_DYNSYM):
            versions = wanted_versions(data, names, sections, order)
            symbols = dynamic_symbols(data, names, section, sections, versions, wide, order)
            elf = replace(elf, symbols=symbols, versions=tuple(dict.fromkeys(versions.values())))
    return elf if kind == ET_REL else with_segments(elf, data, wide, order)


def with_dynamic(
    elf: Elf, data: bytes, names: Names, section: Section, strings: Section, wide: bool, order: str
) -> Elf:
    """`elf` with what its dynamic section says."""
    needed: list[str] = []
    runpaths: list[str] = []
    soname = elf.soname
    bind_now, textrel = False, False
    for tag, value in records(data, section, order + ("qQ" if wide else "iI")):
        if tag == DT_NEEDED:
            needed.append(names(strings, value))
        elif tag == DT_SONAME:
            soname = names(strings, value)
        elif tag in (DT_RPATH, DT_RUNPATH):
            runpaths.append(names(strings, value))
        textrel |= tag == DT_TEXTREL or (tag == DT_FLAGS and bool(value & DF_TEXTREL))
        bind_now |= tag == DT_BIND_NOW or (tag == DT_FLAGS and bool(value & DF_BIND_NOW))
        bind_now |= tag == DT_FLAGS_1 and bool(value & DF_1_NOW)
    return replace(
        elf,
        needed=tuple(needed),
        soname=soname,
        runpaths=tuple(runpaths),
        dynamic=True,
        textrel=textrel,
        bind_now=bind_now,
    )


def with_segments(elf: Elf, data: bytes, wide: bool, order: str) -> Elf:
    """`elf` with what its program headers say."""
    found = list(segments(data, wide, order))
    if any(kind == PT_DYNAMIC for kind, _ in found) and not elf.dynamic:
        raise ValueError("it has no section headers, so nobody can see what it needs")
    stack = [flags for kind, flags in found if kind == PT_GNU_STACK]
    return replace(
        elf,
        exec_stack=not stack or any(flags & PF_X for flags in stack),
        relro=any(kind == PT_GNU_RELRO for kind, _ in found),
        writable_code=any(
            kind == PT_LOAD and flags & PF_X and flags & PF_W for kind, flags in found
        ),
    )


def segments(data: bytes, wide: bool, order: str) -> Iterator[tuple[int, int]]:
    """`p_type` and `p_flags` of every program header."""
    start = struct.unpack_from(order + ("Q" if wide else "I"), data, 32 if wide else 28)[0]
    size, count = struct.unpack_from(order + "HH", data, 54 if wide else 42)
    for index in range(count):
        at = start + index * size
        kind, flags = struct.unpack_from(order + ("II" if wide else "I20xI"), data, at)
        yield kind, flags


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


def wanted_versions(
    data: bytes, names: Names, sections: list[Section], order: str
) -> dict[int, tuple[str, str]]:
    """Version index to the version's name and the library that has to bring it; empty without versions."""
    for section in sections:
        if section.kind == SHT_GNU_VERNEED:
            return needed_versions(data, names, section, sections[section.link], order)
    return {}


def dynamic_symbols(
    data: bytes,
    names: Names,
    section: Section,
    sections: list[Section],
    wanted: dict[int, tuple[str, str]],
    wide: bool,
    order: str,
) -> tuple[Symbol, ...]:
    """A symbol table with the version that each symbol asks for."""
    strings = sections[section.link]
    indices: list[int] = []
    for other in sections:
        if other.kind == SHT_GNU_VERSYM:
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
    """The section of a file's version needs."""
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
