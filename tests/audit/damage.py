"""Files that are damaged as a property asks for."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = st.one_of(st.sampled_from([b"\xff" * 4, bytes(4), b"\1\0\0\0"]), st.binary(min_size=4))
"""What is written over a place: what no count, no offset and no size is, or anything."""


def damaged(image: bytes, data: st.DataObject, *, head: int) -> bytes:
    """A file that may be cut short, with words overwritten, most of them in its `head` bytes."""
    found = bytearray(image)
    if data.draw(st.booleans()):
        found = found[: data.draw(st.integers(0, len(found)))]
    for _ in range(data.draw(st.integers(0, 8)) if found else 0):
        near = data.draw(st.sampled_from([64, head, len(found)]))
        at = data.draw(st.integers(0, min(near, len(found)) - 1))
        found[at : at + 4] = data.draw(WORDS)
    return bytes(found)
