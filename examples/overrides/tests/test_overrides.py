"""The tests of the example, with nothing but the standard library: `python tests/test_overrides.py`."""

from __future__ import annotations

import sys
import sysconfig
import unittest

import overrides


class CompiledFor(unittest.TestCase):
    """What was compiled, held against the Python that runs it."""

    def setUp(self) -> None:
        self.found = overrides.compiled_for()

    def test_operating_system(self) -> None:
        self.assertEqual(self.found["os"], sys.platform if sys.platform == "linux" else "other")

    def test_architecture_decides_macro_and_source(self) -> None:
        # sysconfig knows the interpreter's architecture; platform.machine() is the kernel's.
        name = sysconfig.get_config_var("MULTIARCH") or sysconfig.get_platform()
        name = name.replace("amd64", "x86_64").replace("arm64", "aarch64")
        known = {arch for arch in ("x86_64", "aarch64") if arch in name}
        self.assertEqual(self.found["arch"], min(known, default="other"))
        self.assertEqual(self.found["popcount"], min(known, default="any"))

    def test_c_library(self) -> None:
        if sys.platform == "linux":
            musl = "musl" in (sysconfig.get_config_var("SOABI") or "")
            self.assertEqual(self.found["libc"], "musl" if musl else "gnu")

    def test_python(self) -> None:
        modern = sys.version_info >= (3, 12) or sysconfig.get_config_var("Py_GIL_DISABLED") == 1
        self.assertEqual(self.found["modern"], modern)


class Popcount(unittest.TestCase):
    def test_every_source_counts(self) -> None:
        for number in (0, 1, 0xFF, 2**63, 2**64 - 1, 0x0123456789ABCDEF):
            self.assertEqual(overrides.popcount(number), bin(number).count("1"))
        with self.assertRaises(OverflowError):
            overrides.popcount(2**64)


if __name__ == "__main__":
    unittest.main()
