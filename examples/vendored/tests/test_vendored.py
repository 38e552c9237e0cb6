"""What the library was configured for is what it runs on."""

import struct
import sys
import unittest

import vendored


class Configured(unittest.TestCase):
    def test_sizes_and_order_are_those_of_this_machine(self):
        expected = (struct.calcsize("l"), struct.calcsize("P"), sys.byteorder)
        self.assertEqual(vendored.machine(), expected)

    def test_values_of_the_project_are_in_it(self):
        self.assertEqual(vendored.version, "libtally 2.1")
        self.assertIn("names", vendored.uses().split())
        self.assertNotIn("trace", vendored.uses().split())

    def test_a_clock_was_found(self):
        first = vendored.now()
        self.assertLessEqual(first, vendored.now())
        self.assertIn("Counter" if sys.platform == "win32" else "clock_gettime", vendored.uses())

    def test_lengths(self):
        self.assertEqual(vendored.length(b"abc\0def", 7), 3)
        self.assertEqual(vendored.length(b"abcdef", 4), 4)


if __name__ == "__main__":
    unittest.main()
