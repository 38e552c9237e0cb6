"""A Mach-O file, thin or fat: the load commands that dyld follows, and the code signature.

Structures after Apple's `mach-o/loader.h`, `mach-o/fat.h`, `mach-o/nlist.h`, `mach-o/stab.h` and
`kern/cs_blobs.h`. Reads only; never trusts an offset beyond the file, nor a count: whatever a header
says, time and memory stay in proportion to the size of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, TypeAlias

from zigwheel.audit.export_trie import read_trie
from zigwheel.audit.signature import Signature, signature_of
from zigwheel.errors import AuditError

THIN = {b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce"}
FAT = {b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"}

ARCHIVE = b"!<arch>\n"
"""How a static library begins; fat ones hold them."""

MH_OBJECT = 1
LC_REQ_DYLD = 0x80000000
LC_SEGMENT, LC_SYMTAB, LC_SEGMENT_64, LC_CODE_SIGNATURE = 0x1, 0x2, 0x19, 0x1D
LC_ID_DYLIB, LC_RPATH = 0xD, 0x1C | LC_REQ_DYLD
LC_LOADS = {0xC, 0x20, 0x18 | LC_REQ_DYLD, 0x1F | LC_REQ_DYLD, 0x23 | LC_REQ_DYLD}
"""`LC_LOAD_DYLIB`, and those that load lazily, weakly, to export again, or upward."""
LC_VERSION_MIN = {0x24: 1, 0x25: 2, 0x2F: 3, 0x30: 4}
"""`LC_VERSION_MIN_MACOSX` and its siblings, with their `PLATFORM_` numbers."""
LC_BUILD_VERSION = 0x32
LC_DYLD_INFO = {0x22, 0x22 | LC_REQ_DYLD}
LC_DYLD_EXPORTS_TRIE = 0x33 | LC_REQ_DYLD
N_STAB, N_PEXT, N_TYPE, N_EXT, N_UNDF = 0xE0, 0x10, 0x0E, 0x01, 0x00
N_WEAK_REF = 0x40
NO_LIBRARY = {0x00, 0xFE, 0xFF}
"""Library ordinals that name none: self, which Zig writes for what is open, anywhere, the program."""
MH_TWOLEVEL = 0x80
VM_PROT_WRITE, VM_PROT_EXECUTE = 2, 4

PLATFORM_MACOS = 1

MACHINES: Mapping[int, str] = MappingProxyType(
    {7: "i386", 0x01000007: "x86_64", 0x0100000C: "arm64", 18: "ppc", 0x01000012: "ppc64"}
)
"""`cputype` in the words of wheel tags."""

PATH_COMMANDS = {*LC_LOADS, LC_ID_DYLIB, LC_RPATH}

Version: TypeAlias = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A symbol that the file wants from somewhere else."""

    name: str
    """As C knows it: without the underscore that Mach-O puts in front."""
    weak: bool
    """May stay open."""
    anywhere: bool
    """Of no library that it names: whoever has it when the file is loaded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MachO:
    """One architecture's part of a Mach-O file."""

    format: ClassVar = "Mach-O"
    kind: int
    """`filetype`: 1 is an object, 2 a program, 6 a library, 8 a bundle."""
    arch: str
    """Architecture in the words of wheel tags; empty where it is not known."""
    platform: int
    """`PLATFORM_` number, 1 being macOS; 0 where the file names none."""
    minos: Version
    """Oldest version of the system that it runs on; `(0, 0)` where the file names none."""
    libraries: tuple[str, ...]
    """Libraries that are loaded with it, as written: paths, `@rpath/...`, `@loader_path/...`."""
    install_name: str
    """Its own name, for those who link it; empty where it has none."""
    runpaths: tuple[str, ...]
    """`LC_RPATH`."""
    asked: tuple[Asked, ...]
    """Undefined symbols, in the order of the symbol table."""
    exported: frozenset[str]
    """Names that others can find in it, each without its underscore."""
    writable_code: bool
    """A segment can be written and run."""
    signature: Signature
    """Whether it is signed, and the signature fits what is in the file."""

    @property
    def imported(self) -> tuple[str, ...]:
        """Names that others have to define."""
        return tuple(asked.name for asked in self.asked)


@dataclass(kw_only=True, slots=True)
class Draft:
    """What the load commands have said so far."""

    platform: int = 0
    minos: Version = (0, 0)
    libraries: list[str] = field(default_factory=list)
    install_name: str = ""
    runpaths: list[str] = field(default_factory=list)
    writable_code: bool = False
    symtab: tuple[int, int, int, int] = (0, 0, 0, 0)
    trie: tuple[int, int] = (0, 0)
    signed: tuple[int, int] = (0, 0)


def read_macho(data: bytes, place: str) -> tuple[MachO, ...]:
    """Every architecture's part. Raises `AuditError` if it is no Mach-O file or is cut short."""
    try:
        return tuple(parse(part) for part in slices(data) if not part.startswith(ARCHIVE))
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise AuditError(f"{place!r} is no readable Mach-O file: {error}") from error


def is_macho(data: bytes) -> bool:
    """Whether it begins like a Mach-O file. Java classes share the mark of fat files."""
    if data[:4] in FAT and len(data) >= 8:
        return int.from_bytes(data[4:8], "big") < 0x20
    return data[:4] in THIN


def slices(data: bytes) -> Iterator[bytes]:
    """The thin files of a fat one, or the thin file itself."""
    if data[:4] not in FAT:
        yield data
        return
    count = struct.unpack_from(">I", data, 4)[0]
    if not is_macho(data):
        raise ValueError(f"it claims to have {count} architectures")
    form = struct.Struct(">IIQQII" if data[3] == 0xBF else ">IIIII")
    taken = 0
    for index in range(count):
        _, _, offset, size, *_ = form.unpack_from(data, 8 + index * form.size)
        taken += size
        if offset + size > len(data) or taken > len(data):
            raise ValueError("an architecture's part lies outside the file")
        yield data[offset : offset + size]


def parse(data: bytes) -> MachO:
    """What a thin image tells dyld."""
    if data[:4] not in THIN:
        raise ValueError(f"it starts with {data[:4]!r}")
    order = "<" if data[3] == 0xFE else ">"
    wide = data[0 if order == "<" else 3] == 0xCF
    cpu, _, kind, count, size, flags = struct.unpack_from(order + "6I", data, 4)
    draft = Draft()
    for command, body in commands(data, order, 32 if wide else 28, count, size):
        note(draft, command, body, order)
    two_level = bool(flags & MH_TWOLEVEL)
    asked, defined = symbols(data, draft.symtab, order, wide=wide, two_level=two_level)
    offset, length = draft.trie
    exports = shown(slice_of(data, offset, length)) if length else defined
    return MachO(
        kind=kind,
        arch=MACHINES.get(cpu, ""),
        platform=draft.platform,
        minos=draft.minos,
        libraries=tuple(draft.libraries),
        install_name=draft.install_name,
        runpaths=tuple(draft.runpaths),
        asked=asked,
        exported=exports,
        writable_code=draft.writable_code,
        signature=signature_of(data, *draft.signed),
    )


def commands(
    data: bytes, order: str, start: int, count: int, size: int
) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of every load command."""
    if start + size > len(data):
        raise ValueError("its load commands are cut short")
    end = start + size
    for _ in range(count):
        command, length = struct.unpack_from(order + "II", data, start)
        if length < 8 or start + length > end:
            raise ValueError("a load command does not fit among the others")
        yield command, data[start : start + length]
        start += length


def note(draft: Draft, command: int, body: bytes, order: str) -> None:
    """Take down what a load command says."""
    if command in PATH_COMMANDS:
        (at,) = struct.unpack_from(order + "I", body, 8)
        text = body[at:].split(b"\0", 1)[0].decode("utf-8", "replace")
        if command == LC_ID_DYLIB:
            draft.install_name = text
        else:
            (draft.runpaths if command == LC_RPATH else draft.libraries).append(text)
    elif command in LC_VERSION_MIN:
        draft.platform = LC_VERSION_MIN[command]
        draft.minos = version(struct.unpack_from(order + "I", body, 8)[0])
    elif command == LC_BUILD_VERSION:
        draft.platform, minos = struct.unpack_from(order + "II", body, 8)
        draft.minos = version(minos)
    elif command in (LC_SEGMENT, LC_SEGMENT_64):
        at = 60 if command == LC_SEGMENT_64 else 44  # initprot
        (allowed,) = struct.unpack_from(order + "I", body, at)
        both = VM_PROT_WRITE | VM_PROT_EXECUTE
        draft.writable_code |= allowed & both == both
    elif command == LC_SYMTAB:
        draft.symtab = struct.unpack_from(order + "4I", body, 8)
    elif command in LC_DYLD_INFO:
        draft.trie = struct.unpack_from(order + "II", body, 40)
    elif command == LC_DYLD_EXPORTS_TRIE:
        draft.trie = struct.unpack_from(order + "II", body, 8)
    elif command == LC_CODE_SIGNATURE:
        draft.signed = struct.unpack_from(order + "II", body, 8)


def version(packed: int) -> Version:
    """`xxxx.yy.zz`, one nibble a letter, without its last part."""
    return (packed >> 16, packed >> 8 & 0xFF)


def slice_of(data: bytes, offset: int, size: int) -> bytes:
    """A stretch of the file, which has to be there in full."""
    if offset + size > len(data):
        raise ValueError("a table lies outside the file")
    return data[offset : offset + size]


def symbols(
    data: bytes, table: tuple[int, int, int, int], order: str, *, wide: bool, two_level: bool
) -> tuple[tuple[Asked, ...], frozenset[str]]:
    """Undefined symbols, and the names of those that the file defines for others."""
    start, count, text, length = table
    form = struct.Struct(order + ("IBBHQ" if wide else "IBBHI"))
    strings = slice_of(data, text, length)
    entries = slice_of(data, start, count * form.size)
    asked, defined = [], set()
    left = len(data) + 0x10000
    for at, kind, _, description, value in form.iter_unpack(entries):
        if kind & N_STAB or not kind & N_EXT or kind & N_PEXT:
            continue
        end = strings.index(b"\0", at)
        left -= end - at
        if left < 0:
            raise ValueError("its names overlap")
        name = strings[at:end].decode("utf-8", "replace").removeprefix("_")
        if kind & N_TYPE != N_UNDF or value:
            defined.add(name)
            continue
        asked.append(
            Asked(
                name=name,
                weak=bool(description & N_WEAK_REF),
                anywhere=not two_level or description >> 8 in NO_LIBRARY,
            )
        )
    return tuple(asked), frozenset(defined)


def shown(trie: bytes) -> frozenset[str]:
    """Names in an export trie, each without its underscore."""
    return frozenset(name.decode("utf-8", "replace").removeprefix("_") for name in read_trie(trie))
