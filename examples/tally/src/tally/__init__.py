"""Counts words."""

from tally._core import EmptyError, Tally

__all__ = ["EmptyError", "Tally"]
