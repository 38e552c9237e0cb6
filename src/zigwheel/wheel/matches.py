"""The first half of deflate: data become tokens, which are literal bytes and matches (LZ77).

The matches are those that classic zlib finds at level 6 with memLevel 8. It keeps, for each
position, the last position before it with the same hash of 3 bytes, follows this chain for at most
128 steps, and holds a match back until it has seen whether a longer one begins at the next byte.
A token is an integer: below 256 a literal byte, else a match, `length << 16 | distance`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import repeat
from typing import NamedTuple

_WINDOW = 1 << 15
_AHEAD = 262
"""The bytes that zlib wants to see ahead: a longest match, a shortest match and one more."""
_REACH = _WINDOW - _AHEAD
"""The farthest that a match reaches back."""
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

_Follow = Callable[[list[int], int, int, int, int, int], tuple[int, int]]


class _Links(NamedTuple):
    """For each position the last one before it whose next bytes look the same.

    0 is none, as in zlib, so that nothing ever matches at the very first position. `threes` is
    zlib's own chain, collisions of its hash and all. The others leave out what could not be
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
    for position, three, four, six in zip(positions[:count], *_hashes(buffer), strict=False):
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


def tokens(data: bytes) -> Iterator[list[int]]:
    """Turn data into tokens as zlib does: a match is held back until the next byte has its try.

    If a longer match begins there, the first byte of the one in hand becomes a literal.
    """
    size = len(data)
    positions = list(range(min(size, _SEGMENT + _WINDOW)))
    position = found = 0
    best = 2
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
        batch: list[int] = []
        while position < stop:
            candidate = heads[position] if best < _LAZY else 0
            if candidate and position - candidate <= _REACH:
                length, candidate = longest(position, best)
            else:
                candidate = 0
            if candidate:
                if waiting:
                    batch.append(buffer[position - 1])
                best = length
                found = candidate
                waiting = True
                position += 1
            elif best > 2:
                batch.append(best << 16 | position - 1 - found)
                position += best - 1
                best = 2
                waiting = False
            else:
                if waiting:
                    batch.append(buffer[position - 1])
                waiting = True
                position += 1
        position += base
        found += base
        yield batch
    if waiting:
        yield [data[-1]]
