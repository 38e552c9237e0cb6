"""Fractions of 64-bit integers."""

from __future__ import annotations

from rational.ratio import Ratio, ratio_compare, ratio_make, ratio_sum

__all__ = ["Ratio", "compare", "make", "total"]

compare = ratio_compare


def make(top: int, bottom: int = 1) -> Ratio:
    """A fraction in lowest terms."""
    if bottom == 0:
        raise ZeroDivisionError(f"{top}/0")
    return ratio_make(top, bottom)


def total(*ratios: Ratio) -> Ratio:
    """The sum of fractions."""
    found = make(0)
    for ratio in ratios:
        found = ratio_sum(found, ratio)
    return found
