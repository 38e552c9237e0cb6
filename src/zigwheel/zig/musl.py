"""The name by which musl's C library is asked for.

Zig links against a stub that calls itself `libc.so`. musl's loader takes that name for itself, but
distributions and auditwheel's policies know the library as `libc.musl-ARCH.so.1`, and a wheel that
asks for another one does not count as musllinux (PEP 656). A longer name does not fit where the
short one stands, so the linker is asked for a run path of that name, whose string lands in the same
table: the entry for the library is pointed there, and the run path is taken away.
"""

from __future__ import annotations

import struct
from pathlib import Path

from zigwheel.audit.elf import DT_NEEDED, DT_RPATH, DT_RUNPATH, SHT_DYNAMIC, Names, section_table
from zigwheel.errors import AuditError

ARCHES = {"x86": "x86", "arm": "armv7", "powerpc64le": "ppc64le"}
"""Zig's name of an architecture and that of musl's distributions, where they differ."""

ZIG_NAME = "libc.so"


def libc_name(triple: str) -> str:
    """Name of the C library for a Zig triple; empty where it is not musl."""
    arch, _, rest = triple.partition("-")
    return f"libc.musl-{ARCHES.get(arch, arch)}.so.1" if rest.startswith("linux-musl") else ""


def rename_libc(file: Path, name: str) -> None:
    """Let `file`, linked with `name` as its last run path, ask for its C library by that name.

    Raises `AuditError` if it is not such a file.
    """
    data = bytearray(file.read_bytes())
    try:
        renamed(data, name)
    except (struct.error, IndexError, ValueError, StopIteration) as error:
        raise AuditError(f"{file.name!r} cannot be made to ask for {name!r}: {error}") from error
    file.write_bytes(data)


def renamed(data: bytearray, name: str) -> None:
    """Change an ELF image in place; System V ABI, chapter 5, Dynamic Section."""
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    form = struct.Struct(order + ("qQ" if wide else "iI"))
    sections = section_table(bytes(data), wide, order)
    dynamic = next(s for s in sections if s.kind == SHT_DYNAMIC)
    strings = sections[dynamic.link]
    names = Names(bytes(data))
    entries = [
        form.unpack_from(data, dynamic.offset + at) for at in range(0, dynamic.size, form.size)
    ]
    (path,) = (value for tag, value in entries if tag in (DT_RPATH, DT_RUNPATH))
    text = names(strings, path)
    before, mark, rest = text.rpartition(name)
    if rest or not mark:
        raise ValueError(f"its run path is {text!r}")
    if before:  # the user's own run path ends where the name begins
        data[strings.offset + path + len(before.encode()) - 1] = 0
    target = path + len(before.encode())
    kept = []
    for tag, value in entries:
        if tag == DT_NEEDED and names(strings, value) == ZIG_NAME:
            kept.append((tag, target))
        elif before or tag not in (DT_RPATH, DT_RUNPATH):
            kept.append((tag, value))
    kept += [(0, 0)] * (len(entries) - len(kept))
    for index, entry in enumerate(kept):
        form.pack_into(data, dynamic.offset + index * form.size, *entry)
