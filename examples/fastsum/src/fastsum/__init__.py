"""Exact sums and statistics of anything that has the buffer protocol."""

from __future__ import annotations

from fastsum._core import Summary, describe, dot, total

__all__ = ["Summary", "describe", "dot", "total"]
