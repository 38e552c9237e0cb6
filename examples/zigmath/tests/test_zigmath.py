"""The tests of the example, with nothing but the standard library: `python tests/test_zigmath.py`."""

from __future__ import annotations

import inspect
import unittest

import zigmath
import zigmath._core


class Primes(unittest.TestCase):
    def test_small_numbers(self) -> None:
        sieve = [n for n in range(1000) if n > 1 and all(n % d for d in range(2, n))]
        self.assertEqual([n for n in range(1000) if zigmath.is_prime(n)], sieve)

    def test_products_of_128_bits(self) -> None:
        self.assertIs(zigmath.is_prime(2**64 - 59), True)
        self.assertIs(zigmath.is_prime(2**61 - 1), True)
        self.assertIs(zigmath.is_prime((2**32 - 5) * (2**32 - 17)), False)

    def test_what_does_not_fit_is_refused(self) -> None:
        for wrong in (-1, 2**64):
            with self.assertRaises(OverflowError):
                zigmath.is_prime(wrong)
        with self.assertRaises(TypeError):
            zigmath.is_prime("7")  # type: ignore[arg-type]


class Factors(unittest.TestCase):
    def test_factors_are_sorted(self) -> None:
        self.assertEqual(zigmath.factors(2**64 - 1), [3, 5, 17, 257, 641, 65537, 6700417])
        self.assertEqual(zigmath.factors(2**63), [2] * 63)
        self.assertEqual(zigmath.factors((2**32 - 5) ** 2), [2**32 - 5] * 2)
        self.assertEqual(zigmath.factors(1), [])

    def test_zero(self) -> None:
        with self.assertRaisesRegex(ValueError, "zero has no factors"):
            zigmath.factors(0)


class Module(unittest.TestCase):
    def test_has_docstrings_and_signatures(self) -> None:
        self.assertEqual(zigmath._core.__doc__, "Prime numbers.")
        self.assertEqual(str(inspect.signature(zigmath.factors)), "(number, /)")


if __name__ == "__main__":
    unittest.main()
