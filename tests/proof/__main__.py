"""`python -m tests.proof`: carry out the cells, and write the page or compare it."""

from __future__ import annotations

import argparse
import fnmatch
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.proof.cells import Cell, cells
from tests.proof.judging import counted, objections
from tests.proof.outcome import Outcome
from tests.proof.page import differences, page
from tests.proof.run import carry_out, open_workshop, without_run

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "proof.md"


def main() -> int:
    """0 if every cell came as far as it should."""
    parser = argparse.ArgumentParser(prog="proof.py", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="CELL", help="globs such as '3.13t on musl*'")
    parser.add_argument("--check", action="store_true", help="compare the page; do not write it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    wanted = [cell for cell in cells() if chosen(cell, given.only)]
    with tempfile.TemporaryDirectory(prefix="proof-") as folder:
        workshop = open_workshop(Path(folder))
        outcomes = {}
        for outcome in carry_out(wanted, workshop, jobs=given.jobs):
            outcomes[outcome.cell] = outcome
            tell(outcome)
        found = list(outcomes.values())
        wheels = [workshop.wheels(one.cell) / one.wheel for one in found if one.wheel]
        wrong = report(found) + judged(sorted(wheels), jobs=given.jobs)
    current = bool(given.only) or compared(page(outcomes), write=not given.check)
    return 0 if current and not wrong else 1


def chosen(cell: Cell, globs: Sequence[str]) -> bool:
    """Whether the words of the command line name a cell; none name all."""
    return not globs or any(fnmatch.fnmatch(cell.name, glob) for glob in globs)


def tell(outcome: Outcome) -> None:
    """Say what became of a cell."""
    by = f" by {', '.join(outcome.ran)}" if outcome.ran else ""
    told = outcome.failed or outcome.reason
    print(f"{outcome.cell.name}: {outcome.word}{by}{told and ': '}{told}", file=sys.stderr)


def report(outcomes: Sequence[Outcome]) -> int:
    """Sum up; the number of cells that are not as they should be."""
    failed = [one for one in outcomes if one.failed]
    idle = [one for one in without_run(outcomes) if not one.failed]
    ran = sum(bool(one.ran) for one in outcomes)
    print(f"{len(outcomes)} cells: {ran} ran, {len(failed)} failed, {len(idle)} should have run")
    for one in (*failed, *idle):
        print(f"  {one.cell.name}: {(one.failed or one.reason).splitlines()[0]}")
    return len(failed) + len(idle)


def judged(wheels: Sequence[Path], *, jobs: int) -> int:
    """Ask the judges of other projects; the number of their objections."""
    print(f"judges: {counted(wheels)}")
    said = objections(wheels, jobs=jobs)
    for name, text in said.items():
        print(f"  {name}: {text}")
    return len(said)


def compared(text: str, *, write: bool) -> bool:
    """Write the page, or say where the committed one differs."""
    if write:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
        return True
    old = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    lines = differences(old, text)
    if lines:
        print("\n".join(lines))
        print(f"{PAGE.name} is not what this run shows: `python3 scripts/proof.py` writes it anew")
    return not lines


if __name__ == "__main__":
    sys.exit(main())
