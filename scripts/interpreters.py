"""Get the interpreters of other machines that tests import wheels with.

    python3 scripts/interpreters.py [--list] [--table FILE] [NAME ...]

Names are such as `cp313-manylinux_aarch64`, and may hold `*`; without any, it is all of them, and the
headers of every CPython of Debian as well. What is in the cache already is only looked at. They come
from Debian's archive, whose signatures apt checks, and from PyPI, whose hashes are in `tests/foreign`;
the folder is the one that the tests look in, and `ZIGWHEEL_TEST_CACHE` names another. `--table` writes
a table of those that are had for `zigwheel wheels` and `zigwheel test`, which find it by
`--interpreters FILE` or `ZIGWHEEL_INTERPRETERS`. The exit code is 1 if one could not be had.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.foreign.cache import cache_root  # noqa: E402
from tests.foreign.headers import HEADERS, debian_headers  # noqa: E402
from tests.foreign.python import Unavailable  # noqa: E402
from tests.foreign.registry import PYTHONS, python_named  # noqa: E402
from tests.foreign.source import RECIPES  # noqa: E402


def main(arguments: list[str]) -> int:
    """Get them, two at a time: one is compiled while others are downloaded."""
    parser = argparse.ArgumentParser(description="Get the interpreters that tests run wheels with.")
    parser.add_argument("names", metavar="NAME", nargs="*", help="one of --list; may hold `*`")
    parser.add_argument("--list", action="store_true", help="print the names and do nothing")
    parser.add_argument("--table", type=Path, metavar="FILE", help="write a table of them as JSON")
    given = parser.parse_args(arguments)
    if unknown := [word for word in given.names if not fnmatch.filter(PYTHONS, word)]:
        parser.error(f"no interpreter is called `{'`, `'.join(unknown)}`; --list prints the names")
    patterns = given.names or ["*"]
    names = [n for n in PYTHONS if any(fnmatch.fnmatch(n, pattern) for pattern in patterns)]
    if given.list:
        print("\n".join(names))
        return 0
    downloaded = {name: named(name) for name in names if name not in RECIPES}
    if not given.names:
        downloaded["headers"] = get_headers
    compiled = {name: named(name) for name in names if name in RECIPES}
    with ThreadPoolExecutor() as pool:
        failed = sum(pool.map(get_all, (compiled, downloaded)))
    if given.table:
        given.table.write_text(table(names), encoding="utf-8")
    print(f"{len(compiled) + len(downloaded) - failed} had, {failed} not, in {cache_root()}")
    return 1 if failed else 0


def table(names: list[str]) -> str:
    """A table for `zigwheel test --interpreters`, of those of these names that can be had."""
    found = {}
    for name in names:
        try:
            python = python_named(name)
        except Unavailable:
            continue
        entry = {"command": python.command([]), "environ": dict(python.environ)}
        found[name] = entry | ({"before": list(python.before)} if python.before else {})
    return json.dumps({"schema": 1, "interpreters": found}, indent=1) + "\n"


def named(name: str) -> Callable[[], str]:
    """What gets an interpreter and says what it is."""
    return lambda: python_named(name).release()


def get_headers() -> str:
    """Get the headers of every CPython of Debian."""
    for version, arch in sorted(HEADERS, key=lambda key: HEADERS[key]):
        debian_headers(version, arch)
    return f"of {len(HEADERS)} CPythons of Debian"


def get_all(wanted: dict[str, Callable[[], str]]) -> int:
    """Get some, one after the other, and tell of each; the number of those that could not be had."""
    failed = 0
    for name, get in wanted.items():
        start = time.monotonic()
        try:
            said = get()
        except Unavailable as error:
            failed += 1
            said = f"not to be had: {error}"
        print(f"{name:26} {time.monotonic() - start:6.1f} s  {said}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
