"""The tests of the example, with nothing but the standard library: `python tests/test_stable.py`."""

from __future__ import annotations

import gc
import unittest
import weakref

import stable
import stable._ring


class Node:
    ring: object = None


class Ring(unittest.TestCase):
    def test_keeps_the_newest(self) -> None:
        ring: stable.Ring[int] = stable.Ring(3)
        self.assertEqual([ring.push(n) for n in range(5)], [None, None, None, 0, 1])
        self.assertEqual(list(ring), [2, 3, 4])
        self.assertEqual((ring[0], ring[-1], len(ring)), (2, 4, 3))
        with self.assertRaisesRegex(IndexError, "no item 3"):
            ring[3]

    def test_capacity_is_checked(self) -> None:
        with self.assertRaisesRegex(ValueError, "capacity is 0"):
            stable.Ring(capacity=0)
        with self.assertRaises(TypeError):
            stable.Ring("2")  # type: ignore[arg-type]

    def test_cycles_are_collected(self) -> None:
        node, ring = Node(), stable.Ring(1)
        node.ring = ring
        ring.push(node)
        gone = weakref.ref(node)
        del node, ring
        gc.collect()
        self.assertIsNone(gone())


class Abi(unittest.TestCase):
    def test_is_the_stable_one(self) -> None:
        self.assertEqual(stable.compiled_for(), (3, 10))
        self.assertRegex(stable._ring.__file__ or "", r"\.abi3\.so$|\.pyd$")


if __name__ == "__main__":
    unittest.main()
