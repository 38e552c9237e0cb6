"""Move real packages to zigwheel, and run their own tests: `python3 scripts/corpus.py`.

    python3 scripts/corpus.py                      all; keeps what was found, writes docs/reference/corpus.md
    python3 scripts/corpus.py 'py*' lz4            some, and brings their rows up to date
    python3 scripts/corpus.py --here markupsafe    on this machine alone; keeps nothing
    python3 scripts/corpus.py --check markupsafe   exits with 1 where it is not as the page says

Takes two hours on two cores, most of it for the tests of a few packages. Interpreters that are not in
the cache are fetched first, as `scripts/interpreters.py` does.
"""

from __future__ import annotations

import sys

from environment import environment, run


def main(arguments: list[str]) -> None:
    """Run `tests.corpus` in the environment of the tests."""
    python = environment("test")
    run([python, "-m", "pip", "install", "--quiet", "--editable", ".", "--group", "test"])
    run([python, "-m", "tests.corpus", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
