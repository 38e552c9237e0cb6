"""The export trie of a Mach-O file: which names it shows, and what is said of each.

Format: the comment on `LC_DYLD_INFO` in Apple's `mach-o/loader.h`. A node holds what is said of the
name that ends there, and its edges: a piece of a name, and the offset of the node that it leads to.
"""

from __future__ import annotations


def read_trie(data: bytes) -> dict[bytes, bytes]:
    """Names, and what is said of each: flags and address, as they are.

    Every node is entered once, as in a tree; so time is bounded by the trie's size, but for the
    names, whose total length is bounded apart. Raises `ValueError` or `IndexError` for what is no trie.
    """
    found: dict[bytes, bytes] = {}
    seen: set[int] = set()
    pending = [(0, b"")] if data else []
    left = 0x100000 + 64 * len(data)
    while pending:
        at, prefix = pending.pop()
        if at in seen:
            raise ValueError("its export trie is no tree")
        seen.add(at)
        size, at = read_uleb(data, at)
        if size:
            found[prefix] = data[at : at + size]
        edges, at = data[at + size], at + size + 1
        for _ in range(edges):
            end = data.index(b"\0", at)
            name = prefix + data[at:end]
            left -= len(name)
            if left < 0:
                raise ValueError("its export trie has names without end")
            node, at = read_uleb(data, end + 1)
            pending.append((node, name))
    return found


def read_uleb(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number and where it ends (DWARF 5, 7.6)."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at
        if shift > 63:
            raise ValueError("a number in its export trie is too long")
