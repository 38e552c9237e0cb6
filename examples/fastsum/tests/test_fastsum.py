"""The tests of the example, with nothing but the standard library: `python tests/test_fastsum.py`."""

from __future__ import annotations

import array
import math
import struct
import sys
import unittest

import fastsum


class Total(unittest.TestCase):
    def test_compensates_what_a_plain_sum_loses(self) -> None:
        data = array.array("d", [1e100, 1.0, -1e100, 1e-3])
        plain = 0.0
        for value in data:
            plain += value
        self.assertEqual(plain, 1e-3)
        self.assertEqual(fastsum.total(data), 1.001)
        self.assertEqual(fastsum.total(data), math.fsum(data))

    def test_start_is_a_keyword(self) -> None:
        self.assertEqual(fastsum.total(b"\x01\x02", start=0.5), 3.5)
        with self.assertRaises(TypeError):
            fastsum.total(b"", 1.0)  # type: ignore[misc]

    def test_reads_every_native_format(self) -> None:
        for code in "bBhHiIlLqQfd":
            data = memoryview(struct.pack(f"@5{code}", 1, 2, 3, 4, 5)).cast(code)
            self.assertEqual(fastsum.total(data), 15.0, code)

    def test_follows_strides(self) -> None:
        data = memoryview(array.array("i", range(10)))
        self.assertEqual(fastsum.total(data[::2]), 20.0)
        self.assertEqual(fastsum.total(data[::-3]), 18.0)

    def test_refuses_what_is_no_row_of_numbers(self) -> None:
        with self.assertRaises(TypeError):
            fastsum.total("text")  # type: ignore[arg-type]
        with self.assertRaisesRegex(TypeError, "'c'"):
            fastsum.total(memoryview(b"abc").cast("c"))
        with self.assertRaisesRegex(ValueError, "not 2"):
            fastsum.total(memoryview(bytes(4)).cast("B", (2, 2)))


class Dot(unittest.TestCase):
    def test_mixes_formats(self) -> None:
        self.assertEqual(fastsum.dot(array.array("d", [0.5, 2.0]), b"\x04\x03"), 8.0)

    def test_wants_equal_lengths(self) -> None:
        with self.assertRaisesRegex(ValueError, "2 and 1"):
            fastsum.dot(b"ab", b"c")
        with self.assertRaisesRegex(TypeError, "not 1"):
            fastsum.dot(b"ab")  # type: ignore[call-arg]


class Describe(unittest.TestCase):
    def test_is_a_named_tuple(self) -> None:
        summary = fastsum.describe(array.array("h", [2, 4, 4, 4, 5, 5, 7, 9]))
        self.assertEqual(summary, (8, 5.0, 4.0, 2.0, 9.0))
        self.assertEqual(summary.variance, 4.0)
        self.assertIsInstance(summary, fastsum.Summary)

    def test_ddof(self) -> None:
        self.assertEqual(fastsum.describe(b"\x01\x03", ddof=1).variance, 2.0)
        with self.assertRaisesRegex(ValueError, "ddof=1"):
            fastsum.describe(b"\x01", ddof=1)
        with self.assertRaises(ValueError):
            fastsum.describe(b"")

    @unittest.skipUnless(hasattr(sys, "getrefcount"), "PyPy has no counts of references")
    def test_does_not_leak(self) -> None:
        data = array.array("d", [1.0])
        before = sys.getrefcount(data)
        for _ in range(1000):
            fastsum.describe(data)
        self.assertEqual(sys.getrefcount(data), before)


if __name__ == "__main__":
    unittest.main()
