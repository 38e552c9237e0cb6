"""Tests of `rational`; they need nothing but the standard library."""

import unittest

import rational
from rational import _ratio, ratio


class Ratios(unittest.TestCase):
    def test_lowest_terms(self) -> None:
        self.assertEqual(str(rational.make(6, -8)), "-3/4")
        self.assertEqual(str(rational.make(1 << 40, 1 << 41)), "1/2")

    def test_total(self) -> None:
        halves = [rational.make(1, n) for n in (2, 3, 6)]
        self.assertEqual(str(rational.total(*halves)), "1/1")

    def test_order(self) -> None:
        self.assertEqual(rational.compare(rational.make(1, 3), rational.make(1, 2)), -1)

    def test_zero(self) -> None:
        with self.assertRaises(ZeroDivisionError):
            rational.make(1, 0)

    def test_modules(self) -> None:
        self.assertTrue(ratio.__file__.endswith(".py"))
        self.assertTrue(_ratio.__file__.endswith((".so", ".pyd")))


if __name__ == "__main__":
    unittest.main()
