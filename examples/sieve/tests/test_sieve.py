"""Tests of `sieve`; they need nothing but the standard library."""

import traceback
import unittest

import sieve


class Primes(unittest.TestCase):
    def test_small(self) -> None:
        self.assertEqual(sieve.primes(30), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29])
        self.assertEqual(sieve.primes(0), [])

    def test_many(self) -> None:
        self.assertEqual(len(sieve.primes(100_000)), 9592)

    def test_the_traceback_names_the_source_and_no_place(self) -> None:
        try:
            sieve.primes(1 << 30)
        except ValueError as error:
            (frame,) = traceback.extract_tb(error.__traceback__)[1:]
            self.assertEqual(frame.filename.replace("\\", "/"), "src/sieve/_bits.pyx")
        else:
            self.fail("no limit")


class Factors(unittest.TestCase):
    def test_factors(self) -> None:
        self.assertEqual(sieve.factors(360), [2, 2, 2, 3, 3, 5])
        self.assertEqual(sieve.factors(1), [])
        self.assertEqual(sieve.factors(999_983 * 1_000_003), [999_983, 1_000_003])

    def test_zero(self) -> None:
        with self.assertRaisesRegex(ValueError, "no prime factors"):
            sieve.factors(0)


if __name__ == "__main__":
    unittest.main()
