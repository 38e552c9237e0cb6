"""Write the export trie of a Mach-O file; `audit/export_trie.py` reads it and names the format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile


def write_trie(entries: Mapping[bytes, bytes]) -> bytes:
    """The trie of these names; equal entries give equal bytes. Nothing for no names."""
    if not entries:
        return b""
    nodes = list[_Node]()
    _grow(nodes, sorted(entries), 0, entries)
    offsets = [0] * len(nodes)
    while True:  # an offset may need more bytes than was thought, which moves what follows
        pieces = [node.bytes_with(offsets) for node in nodes]
        starts = [*accumulate(map(len, pieces[:-1]), initial=0)]
        if starts == offsets:
            return b"".join(pieces)
        offsets = starts


@dataclass(frozen=True, kw_only=True, slots=True)
class _Node:
    """A node of the trie."""

    said: bytes
    """What is said of the name that ends here; empty where none does."""
    edges: Sequence[tuple[bytes, int]]
    """Pieces of names, and the index of the node that each leads to."""

    def bytes_with(self, offsets: Sequence[int]) -> bytes:
        """The node, where the nodes lie at `offsets`."""
        whole = uleb(len(self.said)) + self.said + bytes([len(self.edges)])
        return whole + b"".join(piece + b"\0" + uleb(offsets[node]) for piece, node in self.edges)


def _grow(
    nodes: list[_Node], names: Sequence[bytes], length: int, entries: Mapping[bytes, bytes]
) -> int:
    """Append the node that all `names`, sorted, lead to by their first `length` bytes; its index."""
    index = len(nodes)
    nodes.append(_Node(said=b"", edges=()))  # its place, before those that it leads to
    edges = []
    longer = [name for name in names if len(name) > length]
    for first in sorted({name[length] for name in longer}):
        group = [name for name in longer if name[length] == first]
        common = shared(group[0], group[-1])
        edges.append((group[0][length:common], _grow(nodes, group, common, entries)))
    said = entries[names[0]] if len(names[0]) == length else b""
    nodes[index] = _Node(said=said, edges=edges)
    return index


def shared(first: bytes, last: bytes) -> int:
    """How many bytes two names, and all that are sorted between them, have in common."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    )


def uleb(value: int) -> bytes:
    """A number as unsigned LEB128."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
