"""The tests of the example, with nothing but the standard library: `python tests/test_spans.py`."""

from __future__ import annotations

import sys
import sysconfig
import unittest

import spans


class Sets(unittest.TestCase):
    def test_spans_that_touch_become_one(self) -> None:
        taken = spans.SpanSet([(8, 9), (1, 5)])
        self.assertEqual(list(taken), [(1, 5), (8, 9)])
        taken.add(start=5, stop=8)
        self.assertEqual((list(taken), len(taken)), ([(1, 9)], 1))
        self.assertEqual(taken, spans.SpanSet([(1, 9)]))

    def test_holds_what_is_between(self) -> None:
        taken = spans.SpanSet([(-2, 3), (2**40, 2**41)])
        self.assertEqual(
            [n in taken for n in (-3, -2, 2, 3, 2**40)], [False, True, True, False, True]
        )
        self.assertEqual(taken.bounds, (-2, 2**41))

    def test_counts_numbers_once(self) -> None:
        self.assertEqual(spans.covered([(0, 10), (5, 12), (20, 21)]), 13)
        self.assertEqual(spans.covered([(-(2**63), 2**63 - 1)]), 2**64 - 1)

    def test_errors(self) -> None:
        with self.assertRaisesRegex(ValueError, "no number is in 3 to 3"):
            spans.SpanSet().add(3, 3)
        with self.assertRaises(TypeError):
            spans.SpanSet(5)  # type: ignore[arg-type]
        with self.assertRaisesRegex(spans.EmptyError, "there are no numbers"):
            spans.SpanSet().bounds  # noqa: B018 - it raises

    def test_leaves_the_gil_off(self) -> None:
        if sysconfig.get_config_var("Py_GIL_DISABLED"):
            self.assertFalse(sys._is_gil_enabled())


if __name__ == "__main__":
    unittest.main()
