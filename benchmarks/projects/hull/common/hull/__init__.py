"""Convex hulls: the second C++ extension that the benchmarks build."""

from hull._core import convex_hull

__all__ = ["convex_hull"]
