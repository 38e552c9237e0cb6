"""The tests of the example: `python tests/test_rollmean.py`, with NumPy."""

from __future__ import annotations

import unittest

import numpy

import rollmean


class Means(unittest.TestCase):
    def test_values(self) -> None:
        found = rollmean.rolling_mean(numpy.array([1.0, 2.0, 6.0, 0.0]), 2)
        self.assertEqual(found.dtype, numpy.float64)
        self.assertEqual(found.tolist(), [1.5, 4.0, 3.0])

    def test_anything_that_becomes_an_array(self) -> None:
        self.assertEqual(rollmean.rolling_mean(range(5), 5).tolist(), [2.0])
        self.assertEqual(rollmean.rolling_mean(numpy.arange(10)[::3], 1).tolist(), [0, 3, 6, 9])

    def test_refuses(self) -> None:
        with self.assertRaisesRegex(ValueError, "the width is 4; there are 3 values"):
            rollmean.rolling_mean([1, 2, 3], 4)
        with self.assertRaises(ValueError):
            rollmean.rolling_mean(numpy.zeros((2, 2)), 1)

    def test_total(self) -> None:
        values = numpy.arange(12, dtype=numpy.longdouble).reshape(3, 4)
        self.assertEqual(rollmean.total(values), 66.0)
        self.assertEqual(rollmean.total(values.T[::2]), 30.0)

    def test_types_are_those_of_numpy(self) -> None:
        for name, size in rollmean.item_sizes().items():
            self.assertEqual(size, numpy.dtype(name).itemsize, name)


if __name__ == "__main__":
    unittest.main()
