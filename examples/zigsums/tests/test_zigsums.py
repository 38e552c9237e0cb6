"""The tests of the example, with nothing but the standard library: `python tests/test_zigsums.py`."""

from __future__ import annotations

import unittest
import zlib

import zigsums

TEXTS = (b"", b"a", b"123456789", bytes(range(256)) * 33)


class Sums(unittest.TestCase):
    def test_crc32_agrees_with_zlib(self) -> None:
        for text in TEXTS:
            self.assertEqual(zigsums.crc32(text), zlib.crc32(text))

    def test_adler32_agrees_with_zlib(self) -> None:
        for text in TEXTS:
            self.assertEqual(zigsums.adler32(text), zlib.adler32(text))

    def test_fletcher16_has_its_known_values(self) -> None:
        self.assertEqual(zigsums.fletcher16(b"abcde"), 0xC8F0)
        self.assertEqual(zigsums.fletcher16(b"abcdefgh"), 0x0627)

    def test_takes_any_buffer_and_nothing_else(self) -> None:
        self.assertEqual(zigsums.crc32(memoryview(b"123456789")), 0xCBF43926)
        with self.assertRaises(TypeError):
            zigsums.crc32("text")  # type: ignore[arg-type]


if __name__ == "__main__":
    unittest.main()
