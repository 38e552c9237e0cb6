"""Get the interpreters of other machines that tests import wheels with.

    python3 scripts/interpreters.py [--list] [NAME ...]

Names are such as `cp313-manylinux_aarch64`, and may hold `*`; without any, it is all of them. What is
in the cache already is only looked at. They come from Debian's archive, whose signatures apt checks,
and from PyPI, whose hashes are in `tests/foreign`; the folder is the one that the tests look in, and
`ZIGWHEEL_TEST_CACHE` names another. The exit code is 1 if one could not be had.
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.foreign.cache import cache_root  # noqa: E402
from tests.foreign.python import Unavailable  # noqa: E402
from tests.foreign.registry import PYTHONS, python_named  # noqa: E402
from tests.foreign.source import RECIPES  # noqa: E402


def main(arguments: list[str]) -> int:
    """Get them, two at a time: one is compiled while others are downloaded."""
    parser = argparse.ArgumentParser(description="Get the interpreters that tests run wheels with.")
    parser.add_argument("names", metavar="NAME", nargs="*", help="one of --list; may hold `*`")
    parser.add_argument("--list", action="store_true", help="print the names and do nothing")
    given = parser.parse_args(arguments)
    names = [name for name in PYTHONS if is_wanted(name, given.names)]
    if unknown := [word for word in given.names if not fnmatch.filter(PYTHONS, word)]:
        parser.error(f"no interpreter is called `{'`, `'.join(unknown)}`; --list prints the names")
    if given.list:
        print("\n".join(names))
        return 0
    lanes = ([n for n in names if n in RECIPES], [n for n in names if n not in RECIPES])
    with ThreadPoolExecutor(len(lanes)) as pool:
        failed = sum(pool.map(get_all, lanes))
    print(f"{len(names) - failed} of {len(names)} interpreters are in {cache_root()}")
    return 1 if failed else 0


def is_wanted(name: str, patterns: list[str]) -> bool:
    """Whether a name is asked for."""
    return not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def get_all(names: list[str]) -> int:
    """Get some, one after the other, and tell of each; the number of those that could not be had."""
    failed = 0
    for name in names:
        start = time.monotonic()
        try:
            said = python_named(name).release()
        except Unavailable as error:
            failed += 1
            said = f"not to be had: {error}"
        print(f"{name:26} {time.monotonic() - start:6.1f} s  {said}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
