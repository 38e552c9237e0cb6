"""Deflate with one answer: the bytes of classic zlib, whatever zlib the interpreter has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from zigwheel.wheel.huffman import encode

_WINDOW = 1 << 15
_REACH = _WINDOW - 262
"""The farthest match: zlib keeps room for one longest match and a bit in its window."""
_SEGMENT = 1 << 18
_SHORTEST = 3
_LONGEST = 258

_GOOD = 8
_LAZY = 16
_NICE = 128
_CHAIN = 128
_TOO_FAR = 4096


class _Links(NamedTuple):
    older: list[int]
    ranks: list[int]
    alike: list[int]


def _hashes(buffer: bytes) -> tuple[list[int], list[int]]:
    size = len(buffer)
    spread = bytearray(2 * size)
    spread[::2] = buffer
    first = int.from_bytes(spread, "little")
    second, third, fourth = first >> 16, first >> 32, first >> 48
    low = int.from_bytes(b"\x1f\0" * size, "little")
    threes = (first & low) << 10 ^ second << 5 ^ third
    fours = first * 251 ^ second * 167 ^ third * 109 ^ fourth * 59
    return _lanes(threes, size), _lanes(fours, size)


def _lanes(number: int, size: int) -> list[int]:
    return memoryview(number.to_bytes(2 * size, "little")).cast("H").tolist()


def _links(buffer: bytes, positions: list[int], count: int) -> _Links:
    threes, fours = _hashes(buffer)
    older = [0]
    ranks = [0]
    alike = [0]
    newest = [0] * 65536
    newest_alike = [0] * 65536
    older_append = older.append
    ranks_append = ranks.append
    for position, three in zip(positions[1:count], threes[1:]):
        before = newest[three]
        newest[three] = position
        older_append(before)
        ranks_append(ranks[before] + 1)
    alike_append = alike.append
    for position, four in zip(positions[1:count], fours[1:]):
        alike_append(newest_alike[four])
        newest_alike[four] = position
    return _Links(older, ranks, alike)


def _finder(buffer: bytes, links: _Links, end: int) -> Callable[[int, int], tuple[int, int]]:
    older, ranks, alike = links

    def walk(
        chain: Sequence[int], candidate: int, position: int, length: int, most: int, stop: int, depth: int
    ) -> tuple[int, int, bool]:
        found = 0
        after = buffer[position + length]
        start = buffer[position : position + length]
        for _ in repeat(None, depth):
            if (
                buffer[candidate + length] == after
                and buffer[candidate : candidate + length] == start
            ):
                if ranks[position] - ranks[candidate] > depth:
                    break
                found = candidate
                length += 1
                while length < most and buffer[candidate + length] == buffer[position + length]:
                    length += 1
                if length >= _NICE or length == most:
                    break
                after = buffer[position + length]
                start = buffer[position : position + length]
            candidate = chain[candidate]
            if candidate <= stop:
                break
        else:
            return length, found, buffer[candidate : candidate + 3] != start[:3] or ranks[position] - ranks[candidate] <= depth
        return length, found, False

    def longest(position: int, best: int) -> tuple[int, int]:
        most = min(_LONGEST, end - position)
        stop = max(position - _REACH, 0)
        head = older[position]
        if head <= stop:
            if not head or head < stop or (head % _WINDOW == 0 and end - position < 262):
                return best, 0
            stop -= 1
        depth = _CHAIN if best < _GOOD else _CHAIN >> 2
        length = best if best > 3 else 3
        if length < most and alike[position] > stop:
            length, found, unsure = walk(alike, alike[position], position, length, most, stop, depth)
            if unsure:
                if not found: length = best
                length, refound, _ = walk(older, head, position, length, most, stop, depth)
                found = refound or found
                if not found or (length == 3 and position - found > _TOO_FAR):
                    return best, 0
                return length, found
            if found:
                return length, found
        if best > 2 or most < 3:
            return best, 0
        stop = max(stop, position - _TOO_FAR - 1)
        if head > stop:
            length, found, _ = walk(older, head, position, 2, 3, stop, depth)
            if found:
                return length, found
        return best, 0

    return longest


def _tokens(data: bytes) -> Iterator[list[int]]:
    size = len(data)
    positions = list(range(min(size, _SEGMENT + _WINDOW)))
    position = found = 0
    best = 2
    waiting = False
    for start in range(0, size, _SEGMENT):
        base = max(start - _WINDOW, 0)
        stop = min(start + _SEGMENT, size)
        buffer = data[base : stop + _LONGEST]
        buffer += bytes(_LONGEST+2)
        links = _links(buffer[:min(stop+3,size)-base], positions, min(stop,size-2)-base)
        for x in links: x += [0]*3
        longest = _finder(buffer, links, size - base)
        position -= base
        found -= base
        tokens: list[int] = []
        put = tokens.append
        while position < stop - base:
            if best < _LAZY:
                length, candidate = longest(position, best)
                if length > best:
                    if waiting:
                        put(buffer[position - 1])
                    waiting = True
                    best = length
                    found = candidate
                    position += 1
                    continue
            if best > 2:
                put(best << 16 | position - 1 - found)
                position += best - 1
                best = 2
                waiting = False
            else:
                if waiting:
                    put(buffer[position - 1])
                waiting = True
                position += 1
        position += base
        found += base
        yield tokens
    if waiting:
        yield [data[-1]]


def deflate_pure(data: bytes) -> bytes:
    return encode(_tokens(data), data)


def deflate(data: bytes) -> bytes:
    """Stand-in of the lead until the helper's own lands."""
    import zlib

    encoder = zlib.compressobj(6, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY)
    return encoder.compress(data) + encoder.flush()


def gzip_bytes(data: bytes) -> bytes:
    """Stand-in of the lead until the helper's own lands."""
    import struct
    import zlib

    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    return head + deflate(data) + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
