"""The tests of the example, with nothing but the standard library: `python tests/test_twins.py`."""

from __future__ import annotations

import unittest
import uuid

import twins


class Codec(unittest.TestCase):
    def test_agrees_with_python(self) -> None:
        for value in (0, 1, 61, 62, 2**64 - 1, 2**64, 2**127 + 12345, 2**128 - 1):
            data = value.to_bytes(16, "big")
            for alphabet in (twins.BASE62, "01", "0123456789", "0123456789abcdef"):
                with self.subTest(value=value, alphabet=alphabet):
                    text = twins.encode(data, alphabet)
                    digits, rest = "", value
                    while rest or not digits:
                        rest, digit = divmod(rest, len(alphabet))
                        digits = alphabet[digit] + digits
                    self.assertEqual(text, digits)
                    self.assertEqual(twins.decode(text, alphabet), data)

    def test_example_of_the_readme(self) -> None:
        data = uuid.NAMESPACE_DNS.bytes
        self.assertEqual(twins.encode(data), "3H8pGALtipnCnHud4zBiky")

    def test_both_twins_report_what_the_library_says(self) -> None:
        for function, argument in ((twins.encode, bytes(16)), (twins.decode, "0")):
            with self.assertRaisesRegex(ValueError, "two or more different characters"):
                function(argument, "010")  # type: ignore[arg-type]
        with self.assertRaisesRegex(ValueError, "more than 128 bits"):
            twins.decode("z" * 22)
        with self.assertRaisesRegex(ValueError, "not in the alphabet"):
            twins.decode("!")
        with self.assertRaisesRegex(ValueError, "not 3"):
            twins.encode(b"abc")


if __name__ == "__main__":
    unittest.main()
