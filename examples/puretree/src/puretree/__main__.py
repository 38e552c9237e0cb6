"""`puretree HEIGHT`, or `python -m puretree HEIGHT`."""

from __future__ import annotations

import sys

from puretree import tree


def main() -> None:
    print(tree(int(sys.argv[1])))


if __name__ == "__main__":
    main()
