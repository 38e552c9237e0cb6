"""Run the tests in an environment of their own: `python3 scripts/test.py [PYTEST ARGUMENTS]`."""

from __future__ import annotations

import sys

from environment import environment, run


def main(arguments: list[str]) -> None:
    """Install zigwheel, editable, with what the tests need; run pytest on all cores."""
    python = environment("test")
    run([python, "-m", "pip", "install", "--quiet", "--editable", ".", "--group", "test"])
    run([python, "-m", "pytest", "-n", "auto", "--dist", "worksteal", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
