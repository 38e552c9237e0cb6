"""The tests of the example, with nothing but the standard library: `python tests/test_shout.py`."""

from __future__ import annotations

import subprocess
import sys
import unittest

import shout


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shout.program(), *arguments],
        input=text,
        capture_output=True,
        encoding="utf-8",
    )


class Program(unittest.TestCase):
    def test_copies_loudly(self) -> None:
        self.assertEqual(run(text="one\ntwö\n\nthree").stdout, "ONE!\nTWö!\n!\nTHREE!")
        self.assertEqual(run("--marks", "3", text="a").stdout, "A!!!")
        self.assertEqual(run(text="").stdout, "")

    def test_version(self) -> None:
        self.assertEqual(run("--version").stdout, "shout 3.1.4\n")

    def test_wrong_arguments(self) -> None:
        for arguments in (["--marks"], ["--marks", "-1"], ["--marks", "x"], ["--quiet"]):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn("usage:", done.stderr)


class Wrapper(unittest.TestCase):
    def test_function(self) -> None:
        self.assertEqual(shout.shout("quiet\n", marks=0), "QUIET\n")

    def test_console_entry_point(self) -> None:
        twice = shout.program().with_name(shout.program().name.replace("shout", "shout-twice"))
        for command in ([str(twice)], [sys.executable, "-m", "shout"]):
            done = subprocess.run(command, input=b"hey\n", stdout=subprocess.PIPE, check=True)
            self.assertEqual(done.stdout.decode().split(), ["HEY!!"])


if __name__ == "__main__":
    unittest.main()
