"""One shape."""

from __future__ import annotations

from importlib.resources import files


def tree(height: int) -> str:
    """A tree of `height` lines."""
    leaf = files("puretree.shapes").joinpath("leaf.txt").read_text(encoding="utf-8").strip()
    lines = [" " * (height - 1 - row) + leaf * (2 * row + 1) for row in range(height)]
    return "\n".join(lines)
