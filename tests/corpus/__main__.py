"""`python -m tests.corpus`: carry out packages, keep what was found, and write the page."""

from __future__ import annotations

import argparse
import fnmatch
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.corpus.abroad import PLACES, went
from tests.corpus.native import audited, built, differences, own_tests
from tests.corpus.outcome import Outcome, read, write
from tests.corpus.page import page
from tests.corpus.project import prepared
from tests.corpus.record import Package, packages
from tests.corpus.rig import Failed, Workshop, open_workshop

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "corpus.md"


def main() -> int:
    """0 if every package came as far as the last time, or, where it is written anew, whatever."""
    parser = argparse.ArgumentParser(prog="corpus.py", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="PACKAGE", help="names or globs; default: all")
    parser.add_argument(
        "--check", action="store_true", help="compare with the last run; keep nothing"
    )
    parser.add_argument(
        "--here", action="store_true", help="leave the other machines out; keep nothing"
    )
    given = parser.parse_args()
    kept = read()
    worse = []
    for package in packages():
        if not chosen(package, given.only):
            continue
        with tempfile.TemporaryDirectory(prefix="corpus-") as folder:
            workshop = open_workshop(Path(folder), Path(folder) / "zigwheel")
            found = carried_out(package, workshop, () if given.here else PLACES)
        tell(package, found)
        worse += compared(package, kept.get(package.name), found, whole=not given.here)
        if not (given.check or given.here):
            # read anew: another run may have written meanwhile
            kept = {**read(), package.name: found}
            write(kept)
            PAGE.write_text(page(packages(), kept), encoding="utf-8", newline="\n")
    print("\n".join(worse))
    return 1 if worse and (given.check or given.here) else 0


def chosen(package: Package, globs: Sequence[str]) -> bool:
    """Whether the words of the command line name a package; none name all."""
    return not globs or any(fnmatch.fnmatch(package.name, glob) for glob in globs)


def carried_out(package: Package, workshop: Workshop, places: Sequence[str]) -> Outcome:
    """The outcome of a package."""
    wheel, lost, count, trouble = "", [], None, ""
    project = None
    try:
        project = prepared(package, workshop)
        made = built(package, project, workshop)
        wheel = made.name
        lost = differences(package, made)
        audited(package, made, workshop)
        count = own_tests(package, project, made, workshop)
    except Failed as error:
        print(f"{package.name}: {error}\n{error.text}", file=sys.stderr)
        trouble = str(error)
    abroad = {
        place: went(package, project, workshop, place) for place in places if wheel and project
    }
    return Outcome(
        version=package.version,
        work=package.work,
        wheel=wheel,
        differences=tuple(lost),
        passed=count,
        trouble=trouble,
        abroad=abroad,
    )


def tell(package: Package, found: Outcome) -> None:
    """Say what became of a package."""
    print(f"{package.name}: {found}", file=sys.stderr, flush=True)


def compared(package: Package, old: Outcome | None, new: Outcome, *, whole: bool) -> list[str]:
    """Where a package comes less far than the last time."""
    if old is None:
        return []
    pairs: dict[str, tuple[object, object]] = {
        "handwork": (old.work, new.work),
        "files that differ": (old.differences, new.differences),
        "tests that pass": (old.passed, new.passed),
        "trouble": (old.trouble, new.trouble),
    }
    for place in PLACES if whole else ():
        pairs[place] = (old.abroad.get(place), new.abroad.get(place))
    return [
        f"{package.name}, {what}: {before} the last time, {after} now"
        for what, (before, after) in pairs.items()
        if before != after
    ]


if __name__ == "__main__":
    sys.exit(main())
