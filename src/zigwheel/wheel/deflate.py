"""Deflate with one answer: the bytes of classic zlib, whatever zlib the interpreter has.

zlib by Gailly and Adler makes the same bytes of the same input in all its versions; zlib-ng and
the forks of Chromium, Cloudflare and Intel make others, and interpreters are linked with any of
them. An archive that is to be the same everywhere can't leave the choice to the interpreter.
So its zlib is put to the test and used where it passes. Elsewhere the bytes are made here.

The first half of deflate, in which data become tokens (literal bytes and matches), is in this
module, the second half in `zigwheel.wheel.huffman`.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterator
from itertools import repeat
from typing import NamedTuple, Protocol

from zigwheel.wheel.huffman import encode

_WINDOW = 1 << 15
_AHEAD = 262
"""The bytes that zlib wants to see ahead: a longest match, a shortest match and one more."""
_REACH = _WINDOW - _AHEAD
"""The farthest that a match reaches back."""
_SHORTEST = 3
_LONGEST = 258

# What zlib calls the configuration of level 6.
_GOOD = 8
"""From this length of the match in hand on, a quarter of the chain is searched for a better one."""
_LAZY = 16
"""From this length of the match in hand on, no better one is searched for."""
_NICE = 128
"""A match of this length ends the search."""
_CHAIN = 128
"""The number of earlier positions that are looked at."""
_TOO_FAR = 4096
"""A shortest match farther back than this costs more than its literals."""

_SEGMENT = 1 << 18
"""How many bytes are linked at once, a multiple of the window: a bound on memory."""

_PROBE_DIGEST = ""


_Follow = Callable[[list[int], int, int, int, int, int], tuple[int, int]]


class Compression(Protocol):
    """What `zlib.compressobj` returns, and what `zipfile` asks of a compressor."""

    def compress(self, data: bytes, /) -> bytes:
        """Take in data; return what is ready of the stream."""

    def flush(self) -> bytes:
        """Return the rest of the stream."""


class Compressor(Protocol):
    """A module with the interface of the standard library's `zlib`."""

    def compressobj(
        self, level: int, method: int, wbits: int, memLevel: int, strategy: int, /
    ) -> Compression:
        """Begin a stream."""


def deflate(data: bytes, *, compressor: Compressor = zlib) -> bytes:
    """Compress `data` into a raw deflate stream (RFC 1951).

    The stream is, byte for byte, that of classic zlib with level 6, memLevel 8, windowBits -15
    and the default strategy, given all data at once. `compressor` makes it where `is_classic` says
    so, which is fast; otherwise `deflate_pure` does.
    """
    if is_classic(compressor):
        return _compressed(compressor, data)
    return deflate_pure(data)


def deflate_pure(data: bytes) -> bytes:
    """Compress `data` as `deflate` does, in Python alone: about 1 s for 1 MB."""
    return encode(_tokens(data), data)


def is_classic(compressor: Compressor) -> bool:
    """Whether `compressor` makes the bytes that classic zlib makes.

    It is given a probe that takes every road through the algorithm; version strings tell nothing,
    as forks keep them. The answer is remembered for the life of the process.
    """
    return _passes(compressor)


class Deflater:
    """A stand-in for the compressor object of `zipfile` that makes the bytes of `deflate`."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def compress(self, data: bytes, /) -> bytes:
        """Take in data; nothing is ready before `flush`."""
        self._parts.append(bytes(data))
        return b""

    def flush(self) -> bytes:
        """Return the stream of all data taken in since the beginning or the last `flush`."""
        data = b"".join(self._parts)
        self._parts.clear()
        return deflate(data)


def gzip_bytes(data: bytes) -> bytes:
    """Compress `data` into a gzip member (RFC 1952) with no name, no time and no system.

    The extra flags are 0, as for neither the fastest nor the slowest level; the system is 255,
    unknown.
    """
    header = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    check = zlib.crc32(data).to_bytes(4, "little")
    return header + deflate(data) + check + (len(data) & 0xFFFFFFFF).to_bytes(4, "little")


def _compressed(compressor: Compressor, data: bytes) -> bytes:
    stream = compressor.compressobj(6, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY)
    return stream.compress(data) + stream.flush()


class _Links(NamedTuple):
    """For each position the last one before it whose next bytes look the same; 0 is none.

    `threes` is zlib's own: collisions of its hash and all. The others skip what could not be
    better; their hashes may collide too, so that whoever follows them has to compare.
    """

    threes: list[int]
    """The last position with the same hash of 3 bytes."""
    fours: list[int]
    """The last position with the same hash of 4 bytes."""
    sixes: list[int]
    """The last position with the same hash of 6 bytes."""
    ranks: list[int]
    """How many positions have had the same hash of 3 bytes, this one included."""


def _hashes(buffer: bytes) -> tuple[list[int], list[int], list[int]]:
    """The hashes of the 3, 4 and 6 bytes from each position on; the last few mean nothing.

    Each byte gets a lane of 16 bits in one large number, and all hashes come of a few operations
    on that number. The first hash has to be zlib's for memLevel 8, of 15 bits; of the others any
    will do.
    """
    size = len(buffer)
    lanes = bytearray(2 * size)
    lanes[::2] = buffer
    number = int.from_bytes(lanes, "little")
    low = int.from_bytes(b"\x1f\0" * size, "little")
    three = (number & low) << 10 ^ number >> 16 << 5 ^ number >> 32
    four = number * 251 ^ (number >> 16) * 167 ^ (number >> 32) * 109 ^ (number >> 48) * 59
    six = four ^ (number >> 64) * 211 ^ (number >> 80) * 83

    def values(hashes: int) -> list[int]:
        return memoryview(hashes.to_bytes(2 * size + 2, "little")).cast("H").tolist()

    return values(three), values(four), values(six)


def _linked(buffer: bytes, positions: list[int], count: int) -> _Links:
    """Link the first `count` positions in `buffer`; two more have no links.

    `positions` counts up from 0. It is passed so that all lists share its numbers: objects made
    anew for each loop lie scattered in memory, and the loop then waits for memory.
    """
    threes, fours, sixes, ranks = ([0] * (count + 2) for _ in range(4))
    newest_three, newest_four, newest_six = ([0] * (1 << 16) for _ in range(3))
    steps = zip(positions[:count], *_hashes(buffer))
    # As in zlib, where 0 ends a chain, nothing ever matches the very first bytes.
    next(steps, None)
    for position, three, four, six in steps:
        before = newest_three[three]
        newest_three[three] = position
        threes[position] = before
        ranks[position] = ranks[before] + 1
        fours[position] = newest_four[four]
        newest_four[four] = position
        sixes[position] = newest_six[six]
        newest_six[six] = position
    return _Links(threes, fours, sixes, ranks)


def _follower(buffer: bytes, links: _Links) -> _Follow:
    """A function that follows a chain from a position for a match that is long enough.

    Given the chain, the position, the length to exceed, the length that can't be exceeded, the
    position behind which to stay and how far down zlib's own chain to go, it returns the length
    of the match and where it begins, or anything and 0.
    """
    threes, ranks = links.threes, links.ranks

    def follow(
        chain: list[int], position: int, length: int, most: int, stop: int, depth: int
    ) -> tuple[int, int]:
        candidate = chain[position]
        found = 0
        start = buffer[position : position + length]
        after = buffer[position + length]
        for _ in repeat(None, depth):
            if (
                buffer[candidate + length] == after
                and buffer[candidate : candidate + length] == start
            ):
                if ranks[position] - ranks[candidate] > depth:
                    return length, found
                found = candidate
                length += 1
                while length < most and buffer[candidate + length] == buffer[position + length]:
                    length += 1
                if length >= _NICE or length == most:
                    return length, found
                start = buffer[position : position + length]
                after = buffer[position + length]
            candidate = chain[candidate]
            if candidate <= stop:
                return length, found
        sure = buffer[candidate : candidate + 3] == start[:3]
        if chain is threes or (sure and ranks[position] - ranks[candidate] > depth):
            return length, found
        # Too many collisions: zlib's own chain is followed, which its depth bounds.
        better = follow(threes, position, length, most, stop, depth)
        return better if better[1] else (length, found)

    return follow


def _finder(buffer: bytes, links: _Links, end: int) -> Callable[[int, int], tuple[int, int]]:
    """A function that finds the match that zlib would find in `buffer`, whose data stop at `end`.

    Given a position and the length of the match in hand (2 for none), it returns the length of a
    longer match and where that one begins, or anything and 0.

    zlib looks at the last 128 positions of its chain, newest first, and takes each that matches
    further than the ones before it. Positions that share 6 bytes, if there are any, beat those
    that share 4, so those are followed first, in a chain of their own that leaves the others out;
    how far down zlib's chain a position is can be told from its rank.
    """
    threes, fours, sixes, _ = links
    follow = _follower(buffer, links)

    def longest(position: int, best: int) -> tuple[int, int]:
        stop = position - _REACH if position > _REACH else 0
        most = end - position if position > end - _LONGEST else _LONGEST
        depth = _CHAIN if best < _GOOD else _CHAIN >> 2
        if threes[position] == stop:
            # zlib takes the head of a chain at a distance at which it takes nothing else; but not
            # where its window begins, and with all data read the window moves on that early.
            if end - position < _AHEAD and not stop % _WINDOW:
                return best, 0
            stop -= 1
        length = best if best > 5 else 5
        if length < most and sixes[position] > stop:
            length, found = follow(sixes, position, length, most, stop, depth)
            if found:
                return length, found
        length = best if best > 3 else 3
        if length < 5 and length < most and fours[position] > stop:
            most = most if most < 5 else 5
            length, found = follow(fours, position, length, most, stop, depth)
            if found:
                return length, found
        if best < 3 and position - threes[position] <= _TOO_FAR:
            return follow(threes, position, 2, 3, max(stop, position - _TOO_FAR - 1), depth)
        return best, 0

    return longest


def _tokens(data: bytes) -> Iterator[list[int]]:
    """Turn data into tokens as zlib does: a match is held back until the next byte has its try.

    If a longer match begins there, the first byte of the one in hand becomes a literal.
    """
    size = len(data)
    positions = list(range(min(size, _SEGMENT + _WINDOW)))
    position = found = 0
    best = _SHORTEST - 1
    waiting = False
    for start in range(0, size, _SEGMENT):
        base = max(start - _WINDOW, 0)
        stop = min(start + _SEGMENT, size) - base
        # The bytes beyond the end are compared, but never believed.
        buffer = data[base : base + stop + _LONGEST] + bytes(_LONGEST)
        links = _linked(buffer, positions, min(stop, size - base - 2))
        heads = links.threes
        longest = _finder(buffer, links, size - base)
        position -= base
        found -= base
        tokens: list[int] = []
        while position < stop:
            candidate = heads[position] if best < _LAZY else 0
            if candidate and position - candidate <= _REACH:
                length, candidate = longest(position, best)
            else:
                candidate = 0
            if candidate:
                if waiting:
                    tokens.append(buffer[position - 1])
                best = length
                found = candidate
                waiting = True
                position += 1
            elif best > 2:
                tokens.append(best << 16 | position - 1 - found)
                position += best - 1
                best = 2
                waiting = False
            else:
                if waiting:
                    tokens.append(buffer[position - 1])
                waiting = True
                position += 1
        position += base
        found += base
        yield tokens
    if waiting:
        yield [data[-1]]


@functools.cache
def _passes(compressor: Compressor) -> bool:
    return False
