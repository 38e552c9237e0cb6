"""Build, audit and run the exercise on every target and Python: `python3 scripts/proof.py`.

    python3 scripts/proof.py                       writes docs/reference/proof.md
    python3 scripts/proof.py --check               exits with 1 where that page is not current
    python3 scripts/proof.py '3.13 on *aarch64'    some cells, and writes nothing

Interpreters that are not in the cache are fetched first, as `scripts/interpreters.py` does.
"""

from __future__ import annotations

import sys

from environment import environment, run


def main(arguments: list[str]) -> None:
    """Run `tests.proof` in the environment of the tests."""
    python = environment("test")
    run([python, "-m", "pip", "install", "--quiet", "--editable", ".", "--group", "test"])
    run([python, "-m", "tests.proof", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
