"""The exercise's own arithmetic, which judges that of compilers, against Python's."""

from __future__ import annotations

import math
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent.parent / "packages" / "exercise" / "src"))
from exercise import exact

DOUBLES = st.floats(min_value=1e-300, max_value=1e300) | st.floats(-1e300, -1e-300)


@given(st.integers(-(2**1000), 2**1000))
def test_integers_are_rounded_as_python_does(number: int) -> None:
    assert exact.rounded(number, 53) == Fraction(float(number))


@given(DOUBLES, DOUBLES)
def test_so_are_quotients(a: float, b: float) -> None:
    quotient = Fraction(a) / Fraction(b)
    if 2.0**-1000 < abs(quotient) < 2.0**1000:
        assert exact.rounded(quotient, 53) == Fraction(a / b)


@given(st.floats(min_value=1e-100, max_value=1e100))
def test_so_are_roots(a: float) -> None:
    assert exact.rounded(exact.root(a, 400), 53) == Fraction(math.sqrt(a))


@pytest.mark.parametrize(
    ("number", "bits", "result"), [(5, 2, 4), (7, 2, 8), (-5, 2, -4), (0, 9, 0)]
)
def test_ties_go_to_even(number: int, bits: int, result: int) -> None:
    assert exact.rounded(number, bits) == result


def test_near_means_near() -> None:
    assert exact.near(1 + Fraction(1, 2**60), 1, 60)
    assert not exact.near(1 + Fraction(1, 2**57), 1, 60)
