"""Trees of text."""

from __future__ import annotations

from puretree.shapes.tree import tree
from puretree.version import __version__

__all__ = ["__version__", "tree"]
