"""The tests of the example, with nothing but the standard library: `python tests/test_checksums.py`."""

from __future__ import annotations

import unittest
import zlib

import checksums


class Checksums(unittest.TestCase):
    def test_agrees_with_zlib(self) -> None:
        for data in (b"", b"123456789", bytes(range(256)) * 5):
            self.assertEqual(checksums.checksum("crc32", data), zlib.crc32(data))

    def test_castagnoli(self) -> None:
        # RFC 3720, B.4
        self.assertEqual(checksums.checksum("crc32c", bytes(32)), 0x8A9136AA)

    def test_the_module_that_was_generated(self) -> None:
        self.assertEqual(checksums.NAMES, ("crc32", "crc32c"))
        self.assertEqual(
            {len(bin(checksums.checksum(n, b"a"))) > 2 for n in checksums.NAMES}, {True}
        )

    def test_unknown(self) -> None:
        with self.assertRaisesRegex(ValueError, "no checksum is called md5"):
            checksums.checksum("md5", b"")


if __name__ == "__main__":
    unittest.main()
