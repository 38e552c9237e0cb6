"""The page: what was built, judged, tested and compared, as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.release.projects import PROJECTS

RECORD = Path(__file__).parent / "outcomes.json"
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "releases.md"

HEAD = """\
# Whole releases

<!-- Written by `python3 scripts/release.py`; not by hand. -->

Each project is built by one command, `zigwheel wheels`, on an x86-64 Linux machine: for every architecture
of Linux with glibc and musl, macOS (x86-64, arm64, universal2) and Windows (amd64, arm64, x86), and CPython
3.9, 3.11, 3.13, 3.14 and 3.15. Every wheel is held up to the judges of other projects; is tested by the
project's own tests wherever an interpreter can be had, natively, under qemu or Wine; and is built twice
more, which has to give the same bytes: with an empty cache, shuffled, by another number of jobs; and by a
command and with a cache of its own. Then it is deleted, and made again by `zigwheel rebuild` from the recipe,
in a fresh environment, with an empty cache and without a network.

| project | | wheels | tests that ran, passed | tests not run here | same in another order | same alone | same from the recipe |
|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What came of a project."""

    name: str
    """Which, as in `PROJECTS`."""
    release: str
    """Name and version."""
    wheels: int
    """How many were built."""
    judges: str
    """How many wheels each judge has seen."""
    passed: tuple[str, ...]
    """Identifiers whose tests passed."""
    untested: Mapping[str, str]
    """Why tests were not run, by identifier."""
    seconds: float
    """From start to end of the command, with its tests."""
    wrong: Mapping[str, str]
    """All that is not as it should be."""
    rebuilt: int = 0
    """How many came out of the recipe again."""

    @property
    def told(self) -> str:
        """The row for a terminal, with all that is wrong."""
        text = (
            f"{self.release}: {self.wheels} wheels in {self.seconds:.0f} s, "
            f"tests: {len(self.passed)} passed, {len(self.untested)} not run; {self.judges}; "
            f"{self.rebuilt} from the recipe"
        )
        return "\n".join([text, *(f"  {name}: {why}" for name, why in self.wrong.items())])

    def equal(self, way: str) -> int:
        """How many wheels came out the same in a way of building them."""
        return self.wheels - sum(text == way for text in self.wrong.values())


def read() -> dict[str, Row]:
    """What is on record, by project."""
    table = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.is_file() else {}
    return {name: Row(**{**row, "passed": tuple(row["passed"])}) for name, row in table.items()}


def write(rows: Mapping[str, Row]) -> None:
    """Put rows on record, and write the page."""
    table = {name: asdict(rows[name]) for name in sorted(rows)}
    RECORD.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8", newline="\n")
    PAGE.write_text(page(rows), encoding="utf-8", newline="\n")


def page(rows: Mapping[str, Row]) -> str:
    """The whole page."""
    found = [(project, rows[project.name]) for project in PROJECTS if project.name in rows]
    lines = [
        f"| {row.release} | {project.what} | {row.wheels} | {len(row.passed)} | {len(row.untested)} "
        f"| {row.equal('another order')} | {row.equal('alone')} "
        f"| {row.rebuilt} |"
        for project, row in found
    ]
    every = [row for _, row in found]
    judges = [f"- {row.release}: {row.judges}" for row in every]
    heading = "## What each judge has seen, without an objection"
    return HEAD + "\n".join([*lines, "", heading, "", *judges, "", *ran(every), *not_run(every)])


def ran(rows: Sequence[Row]) -> list[str]:
    """Where tests ran."""
    names = sorted({name for row in rows for name in row.passed})
    return ["## Where tests ran", "", ", ".join(f"`{name}`" for name in names), ""]


def not_run(rows: Sequence[Row]) -> list[str]:
    """Why the others did not."""
    reasons: dict[str, set[str]] = {}
    for row in rows:
        for name, why in row.untested.items():
            reasons.setdefault(why, set()).add(name)
    lines = [f"- {why}: {', '.join(f'`{n}`' for n in sorted(reasons[why]))}" for why in reasons]
    return ["## Where they did not, and why", "", *lines, ""]
