"""The second half of deflate: blocks of symbols become bits (RFC 1951, section 3.2).

The format leaves an encoder free in how it builds its Huffman codes, how it writes them down and
which kind of block it takes. All these choices are made here as classic zlib makes them.

A block comes in as a list of tokens, each a small integer:

- 0 to 255: a literal byte
- 257 to 512: a match of 3 to 258 bytes, `MATCH` plus the length; always followed by
- 513 to 33280: the match's distance of 1 to 32768 bytes, `DISTANCE` plus the distance

Bits are held as text of "0" and "1" in stream order until a block is complete: joining text and
reading one large number from it run in C, shifting bits about one by one does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

END = 256
"""The token, and the symbol, that ends a block."""
MATCH = 254
"""A match of n bytes is the token `MATCH + n`."""
DISTANCE = 512
"""A distance of n bytes is the token `DISTANCE + n`."""

_MAX_BITS = 15
_MAX_BITS_OF_LENGTHS = 7
_LENGTH_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
_EXTRA_OF_LENGTHS = {16: 2, 17: 3, 18: 7}

_FIXED_LITERALS = (8,) * 144 + (9,) * 112 + (7,) * 24 + (8,) * 8
_FIXED_DISTANCES = (5,) * 30


class _Item(NamedTuple):
    """A symbol with the bits that follow its code."""

    symbol: int
    extra: str


class _Block(NamedTuple):
    """What a block's tokens come to, before any code is chosen."""

    counts: dict[int, int]
    """How often each token occurs, the block's end included."""
    items: dict[int, _Item]
    """The symbol and extra bits of each token that occurs."""
    literals: list[int]
    """How often each symbol of the literal and length alphabet occurs."""
    distances: list[int]
    """How often each distance symbol occurs."""


def _bits(value: int, width: int) -> str:
    """`value` as `width` bits, least significant first, as everything but codes is written."""
    return f"{value:0{width}b}"[::-1] if width else ""


def _length_items() -> tuple[_Item, ...]:
    """The symbol of each match length from 3 to 258 (RFC 1951, section 3.2.5)."""
    items = [_Item(257 + n, "") for n in range(8)]
    for symbol in range(265, 285):
        width = (symbol - 261) // 4
        items += [_Item(symbol, _bits(value, width)) for value in range(1 << width)]
    items[-1] = _Item(285, "")
    return tuple(items)


_LENGTH_ITEMS = _length_items()


def _item(token: int) -> _Item:
    """The symbol and extra bits of a token (RFC 1951, section 3.2.5)."""
    if token <= END:
        return _Item(token, "")
    if token <= DISTANCE:
        return _LENGTH_ITEMS[token - MATCH - 3]
    offset = token - DISTANCE - 1
    if offset < 4:
        return _Item(offset, "")
    width = offset.bit_length() - 2
    symbol, rest = divmod(offset, 1 << width)
    return _Item(2 * width + symbol, _bits(rest, width))


def _survey(tokens: Sequence[int]) -> _Block:
    counts = dict(Counter(tokens))
    counts[END] = 1
    items = {token: _item(token) for token in counts}
    literals = [0] * 286
    distances = [0] * 30
    for token, count in counts.items():
        frequencies = literals if token <= DISTANCE else distances
        frequencies[items[token].symbol] += count
    return _Block(counts, items, literals, distances)


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
    for _ in range(2 - len(leaves)):
        # An alphabet with fewer than two symbols is filled up, as some decoders want two codes.
        spare = (leaves[-1] if leaves else -1) + 1
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
        parents[first] = parents[second] = heap[1] = node = len(keys)
        depth = max(keys[first] & 255, keys[second] & 255) + 1
        keys.append((keys[first] >> 8) + (keys[second] >> 8) << 8 | depth)
        _sift(heap, keys, 1, size)
    downward.append(heap[1])
    downward.reverse()
    return parents, downward


def code_lengths(frequencies: Sequence[int], limit: int) -> list[int]:
    """The length in bits of each symbol's code, up to the last symbol that has one.

    `frequencies` holds how often each symbol occurs, `limit` the longest code allowed. A tree
    that is too deep is repaired as zlib repairs it: for every two leaves too deep, one leaf moves
    down from the deepest level that is not full; then the lengths are given out anew, the longest
    to the leaves that came first out of the heap.
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
    if overflow > 0:
        _flatten(levels, overflow)
        lengths = (depth for depth in range(1, limit + 1) for _ in range(levels[depth]))
        for leaf, depth in zip(leaves, lengths):
            depths[leaf] = depth
    return depths[: max(leaves) + 1]


def _flatten(levels: list[int], overflow: int) -> None:
    """Make the number of leaves on each level fit, `overflow` nodes having been cut off."""
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
    levels = Counter(length for length in lengths if length)
    following = {}
    code = 0
    for length in range(1, _MAX_BITS + 1):
        code = code + levels[length - 1] << 1
        following[length] = code
    codes = []
    for length in lengths:
        codes.append(f"{following[length]:0{length}b}" if length else "")
        if length:
            following[length] += 1
    return codes


def _packed_lengths(lengths: Sequence[int]) -> Iterable[_Item]:
    """Code lengths with their runs shortened (RFC 1951, section 3.2.7).

    Runs are cut where zlib cuts them: a run of zeros after 138, another one after 6 repeats; what
    is left over and too short for a repeat is written out.
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
            yield _Item(length, "")
            count -= 1
        before = length
        if count < 3:
            yield from [_Item(length, "")] * count
        elif length:
            yield _Item(16, _bits(count - 3, 2))
        elif count <= 10:
            yield _Item(17, _bits(count - 3, 3))
        else:
            yield _Item(18, _bits(count - 11, 7))


def _dynamic_header(literals: Sequence[int], distances: Sequence[int]) -> str:
    """The codes of a dynamic block, written down (RFC 1951, section 3.2.7)."""
    # The two sequences are packed one by one: zlib lets no run reach from one into the other.
    packed = [*_packed_lengths(literals), *_packed_lengths(distances)]
    frequencies = [0] * 19
    for item in packed:
        frequencies[item.symbol] += 1
    lengths = code_lengths(frequencies, _MAX_BITS_OF_LENGTHS)
    lengths += [0] * (19 - len(lengths))
    written = 19
    while written > 4 and not lengths[_LENGTH_ORDER[written - 1]]:
        written -= 1
    codes = _codes(lengths)
    return "".join(
        [
            _bits(len(literals) - 257, 5),
            _bits(len(distances) - 1, 5),
            _bits(written - 4, 4),
            *(_bits(lengths[symbol], 3) for symbol in _LENGTH_ORDER[:written]),
            *(codes[item.symbol] + item.extra for item in packed),
        ]
    )


def _size(block: _Block, literals: Sequence[int], distances: Sequence[int]) -> int:
    """The bits that the tokens of a block take with codes of these lengths."""
    size = 0
    for token, count in block.counts.items():
        symbol, extra = block.items[token]
        lengths = literals if token <= DISTANCE else distances
        size += count * (lengths[symbol] + len(extra))
    return size


def _body(
    block: _Block, tokens: Sequence[int], literals: Sequence[int], distances: Sequence[int]
) -> str:
    """The tokens of a block and its end, in codes of these lengths."""
    literal_codes = _codes(literals)
    distance_codes = _codes(distances)
    texts = {
        token: (literal_codes if token <= DISTANCE else distance_codes)[symbol] + extra
        for token, (symbol, extra) in block.items.items()
    }
    return "".join(map(texts.__getitem__, tokens)) + texts[END]


class BlockWriter:
    """Writes blocks one after the other into a raw deflate stream."""

    __slots__ = ("_parts", "_rest")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._rest = ""

    def block(self, tokens: Sequence[int], raw: bytes, *, last: bool) -> None:
        """Write one block, which stands for the bytes `raw`, in the form that takes least room.

        Sizes are compared as zlib compares them: in whole bytes, the stored form without the bits
        in front of it, and fixed codes win a tie.
        """
        block = _survey(tokens)
        literals = code_lengths(block.literals, _MAX_BITS)
        distances = code_lengths(block.distances, _MAX_BITS)
        header = _dynamic_header(literals, distances)
        dynamic = len(header) + _size(block, literals, distances) + 3 + 7 >> 3
        fixed = _size(block, _FIXED_LITERALS, _FIXED_DISTANCES) + 3 + 7 >> 3
        final = "1" if last else "0"
        if len(raw) + 4 <= min(dynamic, fixed):
            self._stored(final, raw)
        elif fixed <= dynamic:
            body = _body(block, tokens, _FIXED_LITERALS, _FIXED_DISTANCES)
            self._put(f"{final}10{body}")
        else:
            self._put(f"{final}01{header}{_body(block, tokens, literals, distances)}")

    def finish(self) -> bytes:
        """The whole stream, its last byte filled up with zeros."""
        self._align()
        return b"".join(self._parts)

    def _stored(self, final: str, raw: bytes) -> None:
        # One stored block always holds `raw`. A block has at most 16383 tokens, and with fixed
        # codes only literals take more bits than they stand for: 1 for each, while a match saves
        # at least 2 (3 bytes, at most 4096 bytes back, in 22 bits). Where storing wins there are
        # more than twice as many literals as matches, so `raw` is well below 65535 bytes.
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
