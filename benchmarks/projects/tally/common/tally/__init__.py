"""Counts of bytes: the C extension that the benchmarks build."""

from tally._core import adler32, histogram, longest_run

__all__ = ["adler32", "histogram", "longest_run"]
