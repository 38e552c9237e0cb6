"""Tests of `libcalls`; they need nothing but the standard library and cffi."""

import unittest

import libcalls
from libcalls import _interface


class Calls(unittest.TestCase):
    def test_structure(self) -> None:
        self.assertEqual(libcalls.divided(-7, 2), (-3, -1))

    def test_pointers(self) -> None:
        self.assertEqual(libcalls.number("0x2A rest", 16), (42, " rest"))

    def test_callback(self) -> None:
        self.assertEqual(libcalls.ordered([3, -1, 2]), [-1, 2, 3])

    def test_nothing_is_compiled(self) -> None:
        self.assertTrue(_interface.__file__.endswith(".py"))


if __name__ == "__main__":
    unittest.main()
