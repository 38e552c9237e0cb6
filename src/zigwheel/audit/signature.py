"""The code signature of a Mach-O file: whether its page hashes fit the file (`kern/cs_blobs.h`).

What is not looked at is who signed: an ad-hoc signature has no certificate, and the kernel of Apple's
ARM machines asks for nothing more before it maps a page.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from typing import Literal, TypeAlias

Signature: TypeAlias = Literal["none", "valid", "broken"]

CSMAGIC_EMBEDDED_SIGNATURE, CSMAGIC_CODEDIRECTORY = 0xFADE0CC0, 0xFADE0C02
HASHES = {1: ("sha1", 20), 2: ("sha256", 32), 3: ("sha256", 20), 4: ("sha384", 48)}
"""`hashType`: the function, and how much of its result is kept."""

SMALLEST_PAGE = 12
"""Binary logarithm of the smallest page that is hashed by itself: 4096 bytes."""


def signature_of(data: bytes, offset: int, size: int) -> Signature:
    """Look at the signature that `LC_CODE_SIGNATURE` of a thin file points to."""
    if not size:
        return "none"
    try:
        found = list(directories(data[offset : offset + size]))
        return "valid" if found and all(fits(data, part, offset) for part in found) else "broken"
    except (struct.error, IndexError):
        return "broken"


def directories(blob: bytes) -> Iterator[bytes]:
    """The code directories of a signature, one for each hash function."""
    magic, length, count = struct.unpack_from(">III", blob)
    if magic != CSMAGIC_EMBEDDED_SIGNATURE or length > len(blob):
        return
    for index in range(min(count, 64)):
        _, at = struct.unpack_from(">II", blob, 12 + 8 * index)
        kind, size = struct.unpack_from(">II", blob, at)
        if kind == CSMAGIC_CODEDIRECTORY:
            yield blob[at : at + size]


def fits(data: bytes, directory: bytes, signature: int) -> bool:
    """Whether every page before the signature has the hash that a code directory says."""
    at, _, _, count, limit, size, kind, _, page = struct.unpack_from(">5I4B", directory, 16)
    if kind not in HASHES or HASHES[kind][1] != size or limit > signature:
        return False
    step = 1 << page if page else limit
    if (step < 1 << SMALLEST_PAGE and step < limit) or page > 31:
        return False
    starts = range(0, limit, step or 1)
    if len(starts) != count or at + count * size > len(directory):
        return False
    name, kept = HASHES[kind]
    return all(
        hashlib.new(name, data[start : min(start + step, limit)]).digest()[:kept]
        == directory[at + index * size : at + (index + 1) * size]
        for index, start in enumerate(starts)
    )
