"""`shout-twice`, or `python -m shout`: standard input, shouted with two marks."""

from __future__ import annotations

import sys

from shout import shout


def main() -> None:
    sys.stdout.write(shout(sys.stdin.read(), marks=2))


if __name__ == "__main__":
    main()
