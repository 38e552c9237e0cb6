"""`python -m tests.release`: carry out the projects, and write the page or compare it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.corpus.rig import Workshop, open_workshop
from tests.proof.judging import counted
from tests.release.page import Row, read, write
from tests.release.projects import PROJECTS, PYTHONS, Project, laid_out
from tests.release.run import (
    differs_alone,
    differs_in_another_order,
    furnished,
    judged,
    matrix,
    rebuilt,
)


def main() -> int:
    """0 if every wheel was built, is objected to by none, failed no test and always has the same bytes."""
    parser = argparse.ArgumentParser(prog="release.py", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="PROJECT", help="default: all")
    parser.add_argument("--interpreters", type=Path, required=True, metavar="FILE")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="a new folder that is kept")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--rebuilt", action="store_true", help="only what comes out of recipes again"
    )
    given = parser.parse_args()
    with worked_in(given.work) as folder:
        workshop = furnished(open_workshop(folder, folder / "zigwheel"), PYTHONS)
        chosen = [one for one in PROJECTS if one.name in (given.only or [p.name for p in PROJECTS])]
        wrong = 0
        for project in chosen:
            if given.rebuilt:
                row = remade(project, workshop, read()[project.name], jobs=given.jobs)
            else:
                row = carried_out(project, workshop, given.interpreters, jobs=given.jobs)
            print(row.told, flush=True)
            wrong += bool(row.wrong)
            write({**read(), project.name: row})
    return 1 if wrong else 0


@contextmanager
def worked_in(folder: Path | None) -> Iterator[Path]:
    """The folder for all that is made."""
    with tempfile.TemporaryDirectory(prefix="release-") as temporary:
        yield (folder or Path(temporary)).resolve()


def carried_out(project: Project, workshop: Workshop, table: Path, *, jobs: int) -> Row:
    """All steps of one project."""
    source = laid_out(project, workshop)
    made = matrix(source, workshop, project.name, "--interpreters", table, "-j", str(jobs))
    wrong = {
        w["identifier"]: str(w["error"]) for w in made.manifest["wheels"] if w["state"] != "built"
    }
    tests = made.tests()
    wrong |= {f"test {name}": text for name, text in tests.get("failed", {}).items()}
    wrong |= judged(made, jobs=jobs)
    wrong |= dict.fromkeys(differs_in_another_order(made, workshop, project.name), "another order")
    wrong |= dict.fromkeys(differs_alone(made, workshop, jobs=jobs), "alone")
    again = rebuilt(made, workshop)
    wrong |= dict.fromkeys((one for one in made.wheels if one not in again), "the recipe")
    return Row(
        name=project.name,
        release=f"{made.manifest['name']} {made.manifest['version']}",
        wheels=len(made.wheels),
        judges=counted(sorted(made.house.glob("*.whl"))),
        passed=tuple(tests.get("passed", ())),
        untested=tests.get("not tested", {}),
        seconds=made.seconds,
        wrong=wrong,
        rebuilt=len(again),
    )


def remade(project: Project, workshop: Workshop, row: Row, *, jobs: int) -> Row:
    """The row with what comes out of the recipe of another run, which tests nothing."""
    made = matrix(laid_out(project, workshop), workshop, project.name, "--no-test", "-j", str(jobs))
    again = rebuilt(made, workshop)
    lost = dict.fromkeys((one for one in made.wheels if one not in again), "the recipe")
    before = {name: why for name, why in row.wrong.items() if why != "the recipe"}
    return replace(row, rebuilt=len(again), wrong={**before, **lost})


if __name__ == "__main__":
    sys.exit(main())
