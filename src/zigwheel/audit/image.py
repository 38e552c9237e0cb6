"""Any file that a machine runs or loads, read by what it begins with."""

from __future__ import annotations

from typing import TypeAlias

from zigwheel.audit.elf import Elf, parse_elf
from zigwheel.audit.macho import MachO, is_macho, read_macho
from zigwheel.audit.pe import Pe, is_pe, read_pe

Image: TypeAlias = Elf | MachO | Pe
"""One architecture's code. All have `format`, `arch`, `libraries`, `runpaths`, `imported`, `exported`."""


def read_images(data: bytes, place: str) -> tuple[Image, ...]:
    """The images of a file, one for each architecture; none if it is something else.

    Raises `AuditError` that names `place` for one that is damaged.
    """
    if data[:4] == b"\x7fELF":
        return (parse_elf(data, place),)
    if is_macho(data):
        return read_macho(data, place)
    return (read_pe(data, place),) if is_pe(data) else ()
