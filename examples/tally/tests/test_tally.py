"""The tests of the example, with nothing but the standard library: `python tests/test_tally.py`."""

from __future__ import annotations

import unittest

import tally

WORDS = "to be or not to be".split()


class Words(unittest.TestCase):
    def test_counts(self) -> None:
        words = tally.Tally(WORDS)
        self.assertEqual(words.most_common(2), [("be", 2), ("to", 2)])
        self.assertEqual((words["be"], words["is"], len(words)), (2, 0, 4))
        self.assertEqual(list(words), ["be", "not", "or", "to"])

    def test_adds_and_returns_itself(self) -> None:
        words = tally.Tally()
        self.assertIs(words.add("naïve", times=3), words)
        self.assertEqual(words["naïve"], 3)

    def test_errors_of_the_standard_library(self) -> None:
        with self.assertRaisesRegex(ValueError, "added -1 times"):
            tally.Tally().add("x", -1)
        with self.assertRaises(TypeError):
            tally.Tally(5)  # type: ignore[arg-type]

    def test_own_error(self) -> None:
        with self.assertRaisesRegex(tally.EmptyError, "there are no words"):
            tally.Tally([]).longest()
        self.assertEqual(tally.Tally(WORDS).longest(), "not")


if __name__ == "__main__":
    unittest.main()
