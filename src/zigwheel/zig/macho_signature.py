"""The ad-hoc signature without which arm64 macOS does not load a file.

Format: `cs_blobs.h` of Apple's XNU: a super blob that holds one code directory, whose hashes cover
the file page by page up to the signature. No certificate is involved; linkers sign in the same way.
"""

from __future__ import annotations

import hashlib
import struct

SUPER_BLOB = 0xFADE0CC0
CODE_DIRECTORY = 0xFADE0C02
WITH_EXECUTABLE_SEGMENT = 0x20400
"""Version of the code directory's form: it tells where the code is."""
AD_HOC, LINKER_SIGNED = 0x2, 0x20000
SHA256 = 2
MAIN_BINARY = 0x1
PAGE_BITS = 12
PAGE = 1 << PAGE_BITS

HEAD = struct.Struct(">IIIII")
"""Super blob: magic, length, one blob, its slot (0: the code directory) and its offset."""
DIRECTORY = struct.Struct(">IIIIIIIIIBBBBIIIIQQQQ")


def signature_size(size: int, identifier: str) -> int:
    """Bytes of a signature for a file that has `size` bytes in front of it."""
    pages = -(-size // PAGE)
    return HEAD.size + DIRECTORY.size + len(identifier.encode()) + 1 + 32 * pages


def signature(signed: bytes, identifier: str, *, code_size: int, program: bool) -> bytes:
    """The signature of `signed`, all that stands in front of it in the file.

    `code_size` is what the file holds of the segment `__TEXT`, from its beginning.
    """
    name = identifier.encode() + b"\0"
    hashes = [hashlib.sha256(signed[at : at + PAGE]).digest() for at in range(0, len(signed), PAGE)]
    before = DIRECTORY.size + len(name)
    directory = DIRECTORY.pack(
        CODE_DIRECTORY,
        before + 32 * len(hashes),
        WITH_EXECUTABLE_SEGMENT,
        AD_HOC | LINKER_SIGNED,
        before,  # where the hashes begin
        DIRECTORY.size,  # and the identifier
        0,  # hashes of other things than pages
        len(hashes),
        len(signed),
        32,  # bytes of a hash
        SHA256,
        0,
        PAGE_BITS,
        *(0, 0, 0, 0, 0),
        0,  # where the code begins
        code_size,
        MAIN_BINARY if program else 0,
    )
    whole = directory + name + b"".join(hashes)
    return HEAD.pack(SUPER_BLOB, HEAD.size + len(whole), 1, 0, HEAD.size) + whole
