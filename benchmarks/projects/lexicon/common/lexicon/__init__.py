"""Words of a text, counted: the C++ extension that the benchmarks build."""

from lexicon._core import most_common, parse

__all__ = ["most_common", "parse"]
