"""Sets of whole numbers, kept as spans."""

from spans._core import EmptyError, SpanSet, covered

__all__ = ["EmptyError", "SpanSet", "covered"]
