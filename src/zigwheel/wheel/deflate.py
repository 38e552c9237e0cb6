"""Deflate with one answer: the bytes of classic zlib, whatever zlib the interpreter has.

zlib by Gailly and Adler makes the same bytes of the same input in all its versions; zlib-ng and
the forks of Chromium, Cloudflare and Intel make others, and interpreters are linked with any of
them. An archive that is to be the same everywhere can't leave the choice to the interpreter.
So its zlib is put to the test and used where it passes. Elsewhere the bytes are made here, by
`zigwheel.wheel.matches` and `zigwheel.wheel.huffman`.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Hashable
from typing import Protocol

from zigwheel.wheel.huffman import encode
from zigwheel.wheel.matches import tokens

_CLASSIC = "7d3006df07c684d8e6fa23781ecee2d0aea7684437932166de30e048d83e5380"
"""The sha256 of what classic zlib makes of the probe."""


class Compression(Protocol):
    """What `zlib.compressobj` returns."""

    def compress(self, data: bytes, /) -> bytes:
        """Take in data; return what is ready of the stream."""

    def flush(self) -> bytes:
        """Return the rest of the stream."""


class Compressor(Hashable, Protocol):
    """A module with the interface of the standard library's `zlib`."""

    def compressobj(
        self, level: int, method: int, wbits: int, memLevel: int, strategy: int, /
    ) -> Compression:
        """Begin a stream."""


def deflate(data: bytes, *, compressor: Compressor = zlib) -> bytes:
    """Compress `data` into a raw deflate stream (RFC 1951).

    The stream is, byte for byte, that of classic zlib with level 6, memLevel 8, windowBits -15
    and the default strategy, given all data at once. `compressor` makes it where `is_classic` says
    that it can, which is fast; otherwise `deflate_pure` does.
    """
    if is_classic(compressor):
        return _compressed(compressor, data)
    return deflate_pure(data)


def deflate_pure(data: bytes) -> bytes:
    """Compress `data` as `deflate` does, in Python alone: one or two seconds for 1 MB."""
    return encode(tokens(data), data)


def is_classic(compressor: Compressor) -> bool:
    """Whether `compressor` makes the bytes that classic zlib makes.

    It is given a probe that brings the differences out, some milliseconds long; version strings
    tell nothing, as forks keep them. The answer is remembered for the life of the process.
    """
    return _passes(compressor)


class Deflater:
    """A stand-in for the compressor object of `zipfile` that makes the bytes of `deflate`."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        """Begin with no data."""
        self._parts: list[bytes] = []

    def compress(self, data: bytes | bytearray | memoryview, /) -> bytes:
        """Take in data; nothing is ready before `flush`."""
        self._parts.append(bytes(data))
        return b""

    def flush(self) -> bytes:
        """Return the stream of all data taken in, and begin anew."""
        data = b"".join(self._parts)
        self._parts.clear()
        return deflate(data)


def gzip_bytes(data: bytes) -> bytes:
    """Compress `data` into a gzip member (RFC 1952) with no name and no time.

    The extra flags are 0, for neither the fastest nor the slowest level, and the system is 255,
    for unknown.
    """
    header = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    check = zlib.crc32(data).to_bytes(4, "little")
    return header + deflate(data) + check + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")


def _compressed(compressor: Compressor, data: bytes) -> bytes:
    stream = compressor.compressobj(6, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY)
    return stream.compress(data) + stream.flush()


@functools.cache
def _passes(compressor: Compressor) -> bool:
    from hashlib import sha256

    return sha256(_compressed(compressor, _probe())).hexdigest() == _CLASSIC


def _probe() -> bytes:
    """About 130 kB that come out otherwise where an encoder searches or decides otherwise.

    Text and records give long chains and matches of all lengths, noise longer than a block is
    stored, edges lie one to each side of zlib's limits, and what is left after three full blocks
    is little enough for the fixed codes.
    """
    import io
    from hashlib import shake_128

    noise = shake_128(b"zigwheel").digest(1 << 16)
    letters = bytes(97 + byte % 20 for byte in noise[:256])
    words = [letters[start : start + 2 + start % 7] for start in range(0, 256, 2)]
    data = bytearray(b" ".join(words[byte * byte >> 9] for byte in noise[:7000]))
    for byte in noise[:1600]:
        data += b"@id:%d;%s" % (byte, words[byte >> 1][byte % 9 :])
    data += noise[:32900]
    _add_edges(data, io.BytesIO(noise[32900:]).read)
    for byte in range(30):
        data += bytes([byte]) * byte**2
    data += data[-9000::3]
    skewed = bytes(byte & -byte for byte in range(256))
    data += noise[-17200:].translate(skewed) + noise[:8] * 3
    return bytes(data)


def _add_edges(data: bytearray, fresh: Callable[[int], bytes]) -> None:
    """Add what lies around zlib's limits; `fresh` gives bytes that were not there before."""
    # Distances: a shortest match is dropped beyond 4096, and none reaches beyond 32506.
    for distance in (*range(4094, 4099), *range(32504, 32509)):
        for length in (3, 4, 9):
            start = len(data) - distance
            data += data[start : start + length] + fresh(2)
    # Lengths in hand: from 8 a better match is searched for less, from 16 not at all; 128 will do.
    for length in (3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 126, 127, 128, 258):
        piece = fresh(length + 40)
        data += piece[1:] + fresh(1) + piece[:length] + fresh(1) + piece + fresh(1)
        data += piece[:length] + fresh(1) + piece
    # Chains: the best match lies behind others, 32 or 128 of which are looked at.
    for others in (7, 8, 30, 31, 32, 126, 127, 128):
        for length in (1, 7, 8):
            piece = fresh(20)
            data += piece[1:]
            for _ in range(others):
                data += piece[1:4] + fresh(1)
            data += piece[:length] + fresh(1) + piece
