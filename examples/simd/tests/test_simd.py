"""The tests of the example, with nothing but the standard library: `python tests/test_simd.py`."""

from __future__ import annotations

import random
import sysconfig
import unittest

import simd


def slowly(left: bytes, right: bytes) -> int:
    return sum(left[i] * right[i] for i in range(len(left)))


class Dot(unittest.TestCase):
    def test_every_kind_finds_the_same(self) -> None:
        numbers = random.Random(1)
        for count in (0, 1, 15, 16, 17, 31, 32, 33, 64, 1000, 4099):
            left, right = (bytes(numbers.randrange(256) for _ in range(count)) for _ in "ab")
            for kind in ("", *simd.usable()):
                with self.subTest(kind=kind, count=count):
                    self.assertEqual(simd.dot(left, right, kind), slowly(left, right))

    def test_large_sums(self) -> None:
        full = b"\xff" * 200_000
        for kind in simd.usable():
            self.assertEqual(simd.dot(full, full, kind), 255 * 255 * len(full))

    def test_lengths_have_to_agree(self) -> None:
        with self.assertRaises(ValueError):
            simd.dot(b"ab", b"a")


class Kinds(unittest.TestCase):
    def test_the_plain_one_is_always_there(self) -> None:
        self.assertEqual(simd.usable()[0], "plain")

    def test_the_others_are_of_this_machine(self) -> None:
        name = sysconfig.get_config_var("MULTIARCH") or sysconfig.get_platform()
        x86 = any(word in name for word in ("x86_64", "i386", "amd64", "win32"))
        arm = any(word in name for word in ("aarch64", "arm64"))
        known = {"avx2", "avx512"} if x86 else {"dotprod"} if arm else {"rvv"}
        self.assertLessEqual(set(simd.usable()[1:]), known)

    def test_an_unknown_one_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            simd.dot(b"", b"", "quantum")


if __name__ == "__main__":
    unittest.main()
