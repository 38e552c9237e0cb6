"""PackBits compression, as in TIFF and MacPaint files."""

from __future__ import annotations

from packbits._native import ffi, lib

__all__ = ["BUILT_FOR", "pack", "runs", "unpack"]

BUILT_FOR: str = ffi.string(lib.built_for).decode()
"""`sys.platform`, as the build script saw it."""


def pack(data: bytes) -> bytes:
    """Compress."""
    out = ffi.new("unsigned char[]", lib.packbits_bound(len(data)))
    counts = ffi.new("packbits_counts *")
    written = lib.packbits_pack(ffi.from_buffer(data), len(data), out, counts)
    return bytes(ffi.buffer(out, written))


def unpack(packed: bytes, room: int) -> bytes:
    """Decompress into at most `room` bytes."""
    out = ffi.new("unsigned char[]", room)
    written = lib.packbits_unpack(ffi.from_buffer(packed), len(packed), out, room)
    if written == lib.PACKBITS_TRUNCATED:
        raise ValueError("the data ends in the middle")
    if written == lib.PACKBITS_TOO_SMALL:
        raise ValueError(f"it has more than {room} bytes")
    return bytes(ffi.buffer(out, written))


def runs(data: bytes) -> list[tuple[int, int]]:
    """Each byte and how often it follows itself."""
    found: list[tuple[int, int]] = []
    handle = ffi.new_handle(found)  # has to live as long as C knows it
    lib.packbits_each_run(ffi.from_buffer(data), len(data), lib.on_run, handle)
    return found


@ffi.def_extern()  # type: ignore[untyped-decorator]
def on_run(byte: int, length: int, data: object) -> None:
    """Called from C for each run."""
    ffi.from_handle(data).append((byte, length))
