"""The second half of deflate: tokens become blocks of bits (RFC 1951, section 3.2).

The format leaves an encoder free in how it builds its Huffman codes, how it writes them down,
where it ends a block and which kind of block it takes. All these choices are made here as classic
zlib makes them.

A token is an integer: below 256 a literal byte, else a match, `length << 16 | distance`.

Bits are held as text of "0" and "1" in stream order until a block is complete: joining text and
reading one large number from it run in C, shifting bits about one by one does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_TOKENS = 16383
"""The most tokens that one block holds: zlib's buffer for 2 ** (memLevel + 6), less one."""

_END = 256
_MAX_BITS = 15
_MAX_BITS_OF_LENGTHS = 7
_LENGTH_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)

_FIXED_LITERALS = (8,) * 144 + (9,) * 112 + (7,) * 24 + (8,) * 8
_FIXED_DISTANCES = (5,) * 30


class _Ranges(NamedTuple):
    """Numbers from `least` on, in ranges of powers of two, each with a symbol of its own."""

    widths: Sequence[int]
    """The number of extra bits of each range."""
    starts: Sequence[int]
    """The least number of each range."""
    range_of: Sequence[int]
    """The range of each number, from 0 on."""

    @classmethod
    def of(cls, least: int, widths: Sequence[int]) -> _Ranges:
        """Lay out ranges of these widths in bits one after the other from `least` on."""
        starts = []
        range_of = bytearray(least)
        for index, width in enumerate(widths):
            starts.append(len(range_of))
            range_of += bytes([index]) * (1 << width)
        return cls(widths, starts, bytes(range_of))

    def extra(self, number: int) -> str:
        """The extra bits of a number."""
        index = self.range_of[number]
        return _bits(number - self.starts[index], self.widths[index])


def _bits(value: int, width: int) -> str:
    """`value` as `width` bits, least significant first, as everything but codes is written."""
    return f"{value:0{width}b}"[::-1] if width else ""


# RFC 1951, section 3.2.5. The longest match has a symbol of its own, cut out of the range before.
_LENGTHS = _Ranges.of(3, (*[0] * 8, *(n // 4 for n in range(4, 24))))
_LENGTHS = _Ranges((*_LENGTHS.widths, 0), (*_LENGTHS.starts, 258), (*_LENGTHS.range_of[:258], 28))
_DISTANCES = _Ranges.of(1, (0, 0, *(n // 2 for n in range(28))))


class _Survey(NamedTuple):
    """What the tokens of a block come to, before any code is chosen."""

    counts: dict[int, int]
    """How often each token occurs."""
    literals: list[int]
    """How often each symbol of the alphabet of literals and lengths occurs, with the block's end."""
    distances: list[int]
    """How often each distance symbol occurs."""
    size: int
    """The number of bytes that the tokens stand for."""
    extra: int
    """The number of extra bits of all matches."""


def _survey(tokens: Sequence[int]) -> _Survey:
    counts = Counter(tokens)
    literals = [0] * 286
    distances = [0] * 30
    size = extra = 0
    literals[_END] = 1
    for token, count in counts.items():
        if token < 256:
            literals[token] = count
            size += count
        else:
            length = _LENGTHS.range_of[token >> 16]
            distance = _DISTANCES.range_of[token & 0xFFFF]
            literals[257 + length] += count
            distances[distance] += count
            size += (token >> 16) * count
            extra += (_LENGTHS.widths[length] + _DISTANCES.widths[distance]) * count
    return _Survey(counts, literals, distances, size, extra)


def _sift(heap: list[int], keys: Sequence[int], hole: int, size: int) -> None:
    """Let the node at `hole` sink in a heap whose root is `heap[1]`."""
    node = heap[hole]
    key = keys[node]
    child = hole * 2
    while child <= size:
        if child < size and keys[heap[child + 1]] <= keys[heap[child]]:
            child += 1
        if key <= keys[heap[child]]:
            break
        heap[hole] = heap[child]
        hole = child
        child *= 2
    heap[hole] = node


def _tree(frequencies: Sequence[int]) -> tuple[list[int], list[int]]:
    """The parents of all nodes of a Huffman tree, and its nodes from the root down.

    Which of two equally frequent nodes is taken first decides which code becomes longer, so the
    order in the heap is part of the output. Keys hold the frequency above eight bits of depth:
    of equally frequent nodes the shallower goes first, of equal ones the heap decides.
    """
    leaves = [symbol for symbol, frequency in enumerate(frequencies) if frequency]
    keys = [frequency << 8 for frequency in frequencies]
    while len(leaves) < 2:
        # An alphabet with fewer than two symbols is filled up, as some decoders want two codes.
        spare = leaves[-1] + 1 if leaves else 0
        leaves.append(spare if spare <= 2 else 0)
        keys[leaves[-1]] = 1 << 8
    heap = [0, *leaves]
    size = len(leaves)
    for hole in range(size // 2, 0, -1):
        _sift(heap, keys, hole, size)
    parents = [0] * (len(keys) + size - 1)
    downward: list[int] = []
    while size > 1:
        first = heap[1]
        heap[1] = heap[size]
        size -= 1
        _sift(heap, keys, 1, size)
        second = heap[1]
        downward += (first, second)
        parents[first] = parents[second] = heap[1] = len(keys)
        depth = max(keys[first] & 255, keys[second] & 255) + 1
        keys.append((keys[first] >> 8) + (keys[second] >> 8) << 8 | depth)
        _sift(heap, keys, 1, size)
    downward.append(heap[1])
    downward.reverse()
    return parents, downward


def _code_lengths(frequencies: Sequence[int], limit: int) -> list[int]:
    """The length in bits of each symbol's code, up to the last symbol that has one.

    `frequencies` holds how often each symbol occurs, `limit` is the longest code allowed. A tree
    that is too deep is repaired as zlib repairs it: the numbers of leaves on each level are made
    to fit, then the lengths are given out anew, the longest to the leaves that left the heap
    first.
    """
    parents, downward = _tree(frequencies)
    depths = [0] * len(parents)
    levels = [0] * (limit + 1)
    leaves = []
    overflow = 0
    for node in downward[1:]:
        depth = depths[parents[node]] + 1
        if depth > limit:
            depth = limit
            overflow += 1
        depths[node] = depth
        if node < len(frequencies):
            leaves.append(node)
            levels[depth] += 1
    if overflow:
        _flatten(levels, overflow)
        lengths = (depth for depth, count in enumerate(levels) for _ in range(count))
        for leaf, depth in zip(leaves, lengths, strict=True):
            depths[leaf] = depth
    return depths[: max(leaves) + 1]


def _flatten(levels: list[int], overflow: int) -> None:
    """Make the numbers of leaves fit after `overflow` nodes were lifted to the deepest level.

    For each two of them, a leaf of the deepest level above goes one down and takes one along.
    """
    limit = len(levels) - 1
    while overflow > 0:
        level = limit - 1
        while not levels[level]:
            level -= 1
        levels[level] -= 1
        levels[level + 1] += 2
        levels[limit] -= 1
        overflow -= 2


def _codes(lengths: Sequence[int]) -> list[str]:
    """The canonical code of each symbol in stream order (RFC 1951, section 3.2.2)."""
    following = [0] * (_MAX_BITS + 1)
    for bits in range(1, _MAX_BITS):
        following[bits + 1] = following[bits] + lengths.count(bits) << 1
    codes = []
    for bits in lengths:
        codes.append(f"{following[bits]:0{bits}b}" if bits else "")
        following[bits] += 1
    return codes


def _packed(lengths: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Code lengths with their runs shortened: symbols with extra bits (RFC 1951, section 3.2.7).

    Runs are cut where zlib cuts them: zeros after 138, others after 7, and after 6 where the same
    length goes on. What is too short for a repeat is written out.
    """
    start = 0
    before = -1
    while start < len(lengths):
        length = lengths[start]
        most = 138 if not length else 6 if length == before else 7
        stop = start + 1
        while stop < len(lengths) and stop - start < most and lengths[stop] == length:
            stop += 1
        count = stop - start
        start = stop
        if length and length != before:
            yield length, ""
            count -= 1
        before = length
        if count < 3:
            yield from [(length, "")] * count
        elif length:
            yield 16, _bits(count - 3, 2)
        elif count <= 10:
            yield 17, _bits(count - 3, 3)
        else:
            yield 18, _bits(count - 11, 7)


def _code_table(literals: Sequence[int], distances: Sequence[int]) -> str:
    """The code lengths of a dynamic block, written down (RFC 1951, section 3.2.7)."""
    # Packed one by one: the format would let a run reach from one into the other, zlib does not.
    packed = [*_packed(literals), *_packed(distances)]
    frequencies = [0] * 19
    for symbol, _ in packed:
        frequencies[symbol] += 1
    lengths = _code_lengths(frequencies, _MAX_BITS_OF_LENGTHS)
    lengths += [0] * (19 - len(lengths))
    written = 19
    while not lengths[_LENGTH_ORDER[written - 1]]:
        written -= 1
    codes = _codes(lengths)
    counts = _bits(len(literals) - 257, 5) + _bits(len(distances) - 1, 5) + _bits(written - 4, 4)
    order = "".join(_bits(lengths[symbol], 3) for symbol in _LENGTH_ORDER[:written])
    return counts + order + "".join(codes[symbol] + extra for symbol, extra in packed)


def _size(survey: _Survey, literals: Sequence[int], distances: Sequence[int]) -> int:
    """The bits that the tokens of a block and its end take with codes of these lengths."""
    # Symbols behind the last one that occurs have no code in the one sequence or the other.
    codes = zip(survey.literals, literals, strict=False)
    distance_codes = zip(survey.distances, distances, strict=False)
    return survey.extra + sum(count * bits for count, bits in (*codes, *distance_codes))


def _body(
    survey: _Survey, tokens: Sequence[int], literals: Sequence[int], distances: Sequence[int]
) -> str:
    """The tokens of a block and its end, in codes of these lengths."""
    codes = _codes(literals)
    distance_codes = _codes(distances)
    texts = {}
    for token in survey.counts:
        if token < 256:
            texts[token] = codes[token]
        else:
            length = token >> 16
            distance = token & 0xFFFF
            texts[token] = (
                codes[257 + _LENGTHS.range_of[length]]
                + _LENGTHS.extra(length)
                + distance_codes[_DISTANCES.range_of[distance]]
                + _DISTANCES.extra(distance)
            )
    return "".join(map(texts.__getitem__, tokens)) + codes[_END]


class _Stream:
    """A raw deflate stream that grows block by block."""

    __slots__ = ("_data", "_done", "_parts", "_rest")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._done = 0
        self._parts: list[bytes] = []
        self._rest = ""

    def block(self, tokens: Sequence[int], final: str) -> None:
        """Write one block in the form that takes least room; `final` is "1" for the last one.

        Sizes are compared as zlib compares them: in whole bytes, the stored form without the bits
        in front of it, and fixed codes win a tie.
        """
        survey = _survey(tokens)
        literals = _code_lengths(survey.literals, _MAX_BITS)
        distances = _code_lengths(survey.distances, _MAX_BITS)
        table = _code_table(literals, distances)
        dynamic = 3 + len(table) + _size(survey, literals, distances) + 7 >> 3
        fixed = 3 + _size(survey, _FIXED_LITERALS, _FIXED_DISTANCES) + 7 >> 3
        raw = self._data[self._done : self._done + survey.size]
        self._done += survey.size
        if len(raw) + 4 <= min(dynamic, fixed):
            self._stored(raw, final)
        elif fixed <= dynamic:
            body = _body(survey, tokens, _FIXED_LITERALS, _FIXED_DISTANCES)
            self._put(f"{final}10{body}")
        else:
            self._put(f"{final}01{table}{_body(survey, tokens, literals, distances)}")

    def finish(self) -> bytes:
        """The whole stream, its last byte filled up with zeros."""
        self._align()
        return b"".join(self._parts)

    def _stored(self, raw: bytes, final: str) -> None:
        # One stored block always holds `raw`, and all of it is still in zlib's window. With fixed
        # codes a literal takes at most 1 bit more than a byte, and a match at least 2 bits less
        # than its bytes (3 of them, at most 4096 bytes back, take 22 bits). Where storing wins,
        # more than two thirds of at most 16383 tokens are literals: fewer than 27306 bytes.
        self._put(f"{final}00")
        self._align()
        size = len(raw).to_bytes(2, "little")
        self._parts += (size, bytes(byte ^ 255 for byte in size), raw)

    def _align(self) -> None:
        self._put("0" * (-len(self._rest) % 8))

    def _put(self, bits: str) -> None:
        bits = self._rest + bits
        whole = len(bits) & ~7
        if whole:
            self._parts.append(int(bits[whole - 1 :: -1], 2).to_bytes(whole >> 3, "little"))
        self._rest = bits[whole:]


def encode(batches: Iterable[list[int]], data: bytes) -> bytes:
    """Write tokens as a raw deflate stream, cut into blocks where zlib cuts them.

    `batches` are the tokens in lists of any length, `data` is what they stand for.
    """
    stream = _Stream(data)
    waiting: list[int] = []
    for batch in batches:
        waiting += batch
        while len(waiting) > _TOKENS:
            stream.block(waiting[:_TOKENS], "0")
            del waiting[:_TOKENS]
    if len(waiting) == _TOKENS and waiting[-1] > 255:
        # zlib ends a full block at once, except after a last literal, which it holds back until
        # it knows that no match begins there. So an empty last block can follow.
        stream.block(waiting, "0")
        waiting = []
    stream.block(waiting, "1")
    return stream.finish()
