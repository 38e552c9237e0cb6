"""Build the whole matrix of real projects, judge, test and compare it: `python3 scripts/release.py`.

    python3 scripts/release.py                all of them; half an hour, more with a cold cache
    python3 scripts/release.py fastsum        one project
    python3 scripts/release.py --rebuilt      only delete all wheels, and make them again from recipes

Writes docs/reference/releases.md. Interpreters that are not in the cache are fetched first, as
`scripts/interpreters.py` does.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from environment import environment, run

GLOBS = ("cp39-*", "cp311-*", "cp313-*", "cp314-*", "cp315-*")


def main(arguments: list[str]) -> None:
    """Run `tests.release` in the environment of the tests."""
    python = environment("test")
    run([python, "-m", "pip", "install", "--quiet", "--editable", ".", "--group", "test"])
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "interpreters.json"
        run([python, "scripts/interpreters.py", *GLOBS, "--table", str(table)])
        run([python, "-m", "tests.release", "--interpreters", str(table), *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
