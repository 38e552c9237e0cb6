"""Tests of `packbits`; they need nothing but the standard library and cffi."""

import sys
import unittest

import packbits
from packbits import _native


class Packing(unittest.TestCase):
    def test_there_and_back(self) -> None:
        for data in (b"", b"a", b"aaaa", b"abc", b"aab" * 500, bytes(range(256)) + b"z" * 1000):
            packed = packbits.pack(data)
            self.assertEqual(packbits.unpack(packed, len(data)), data)

    def test_known(self) -> None:
        self.assertEqual(packbits.pack(b"z" * 128), b"\x81z")
        self.assertEqual(packbits.unpack(b"\x02abc\xfdx", 7), b"abcxxxx")

    def test_damaged(self) -> None:
        with self.assertRaisesRegex(ValueError, "ends in the middle"):
            packbits.unpack(b"\x05ab", 100)
        with self.assertRaisesRegex(ValueError, "more than 3 bytes"):
            packbits.unpack(b"\x81z", 3)

    def test_callback(self) -> None:
        self.assertEqual(packbits.runs(b"aabccc"), [(97, 2), (98, 1), (99, 3)])


class Build(unittest.TestCase):
    def test_the_script_was_told_the_target(self) -> None:
        self.assertEqual(packbits.BUILT_FOR, sys.platform)

    def test_it_is_compiled(self) -> None:
        self.assertTrue(_native.__file__.endswith((".so", ".pyd")))


if __name__ == "__main__":
    unittest.main()
