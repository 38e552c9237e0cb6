"""The tests of the example, with nothing but the standard library: `python tests/test_puretree.py`."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import unittest
from importlib.metadata import distribution, version

import puretree


class Package(unittest.TestCase):
    def test_reads_its_data(self) -> None:
        self.assertEqual(puretree.tree(3), "  *\n ***\n*****")

    def test_version_is_that_of_the_file(self) -> None:
        self.assertEqual(puretree.__version__, "5.0.0rc1")
        self.assertEqual(version("puretree"), puretree.__version__)

    def test_is_pure(self) -> None:
        text = distribution("puretree").read_text("WHEEL") or ""
        self.assertIn("Root-Is-Purelib: true", text)
        self.assertIn("Tag: py3-none-any", text)

    def test_drafts_stay_at_home(self) -> None:
        self.assertIsNone(importlib.util.find_spec("puretree.drafts"))

    def test_runs_as_a_module(self) -> None:
        command = [sys.executable, "-m", "puretree", "2"]
        self.assertEqual(subprocess.check_output(command, text=True), " *\n***\n")


if __name__ == "__main__":
    unittest.main()
