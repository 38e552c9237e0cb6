"""Figures as Markdown and as JSON, held against what the project wants to reach."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from measure import Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One contestant in the table of one project."""

    name: str
    """Short name."""
    title: str
    """Name in the table."""
    rank: str
    """`own`, `floor` or `peer`."""
    cold: Figure | None
    """With empty caches; None where there is no such thing."""
    warm: Figure
    """The same call again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Second:
    """A second C++ package, on a machine that has built one."""

    installed: Figure
    """`pip install` of its sdist."""
    compiled: Figure
    """Its own sources by bare `zig build-lib`, with libc++ in the cache."""
    pure: Figure
    """`pip install` of the sdist of a pure Python package with the same backend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """What it takes to import the backend."""

    nothing: Figure
    """`python -c pass`."""
    backend: Figure
    """`python -c "import zigwheel.build"`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything that one run has found."""

    facts: Mapping[str, str]
    """The machine and the versions."""
    tables: Mapping[str, tuple[Row, ...]]
    """`C` and `C++`."""
    second: Second | None
    """None where it was not asked for."""
    imported: Import | None
    """None where it was not asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """A line of the project's targets."""

    text: str
    """What is wanted, and what was found."""
    reached: bool
    """Whether it holds."""


def row_of(rows: Sequence[Row], name: str) -> Row | None:
    """The row with a name."""
    return next((row for row in rows if row.name == name), None)


def goals(report: Report) -> list[Goal]:
    """All targets for which there are figures."""
    found: list[Goal] = []
    c, cxx = report.tables.get("C", ()), report.tables.get("C++", ())
    own, floor = row_of(c, "zigwheel"), row_of(c, "zig-build-lib")
    if own and floor and own.cold and floor.cold:
        above = own.cold.cpu - floor.cold.cpu
        text = f"C, cold: {above:.2f} s of CPU above bare `zig build-lib` (at most 1.5)"
        found.append(Goal(text=text, reached=above <= 1.5))
    own, floor = row_of(cxx, "zigwheel"), row_of(cxx, "zig-c++")
    if own and floor and own.cold and floor.cold:
        times = own.cold.cpu / floor.cold.cpu
        text = f"C++, cold: {times:.3f} times the CPU of bare `zig c++` (at most 1.05)"
        found.append(Goal(text=text, reached=times <= 1.05))
    if report.second:
        above = report.second.installed.cpu - report.second.compiled.cpu
        text = (
            f"second C++ package by pip: {above:.2f} s of CPU above its own compilation (at most 3)"
        )
        found.append(Goal(text=text, reached=above <= 3))
    for language, rows in report.tables.items():
        found += warm_goals(language, rows)
    if report.imported:
        took = 1000 * (report.imported.backend.wall - report.imported.nothing.wall)
        text = f"`import zigwheel.build`: {took:.0f} ms (at most 60)"
        found.append(Goal(text=text, reached=took <= 60))
    return found


def warm_goals(language: str, rows: Sequence[Row]) -> list[Goal]:
    """What is wanted of a build of which nothing has changed."""
    own, peers = row_of(rows, "zigwheel"), [row for row in rows if row.rank == "peer"]
    if own is None:
        return []
    wall, cpu = own.warm.wall, own.warm.cpu
    took = f"{language}, warm: {wall:.2f} s, {cpu:.2f} s of CPU"
    found = [Goal(text=f"{took} (at most 0.4)", reached=max(wall, cpu) <= 0.4)]
    if peers:
        first = min(peers, key=lambda row: row.warm.wall)
        least = min(peers, key=lambda row: row.warm.cpu)
        text = (
            f"{first.warm.wall:.2f} s ({first.name}), {least.warm.cpu:.2f} s of CPU ({least.name})"
        )
        reached = wall < first.warm.wall and cpu < least.warm.cpu
        found.append(
            Goal(text=f"{took} (less than the least of the peers: {text})", reached=reached)
        )
    return found


HEADER = """\
| | cold: s | CPU s | ×floor | warm: s | CPU s | ×floor | runs |
|---|--:|--:|--:|--:|--:|--:|--:|"""


def table(rows: Sequence[Row]) -> str:
    """A project's table; the floor is the last of its rows that has that rank."""
    floors = [row for row in rows if row.rank == "floor"]
    lines = [HEADER]
    for row in rows:
        cold = floors[-1].cold if floors else None
        cells = [row.title, *costs(row.cold, cold)]
        cells += costs(row.warm, floors[-1].warm if floors else None)
        runs = [len(figure.samples) if figure else 0 for figure in (row.cold, row.warm)]
        lines.append(f"| {' | '.join([*cells, f'{runs[0]}, {runs[1]}'])} |")
    return "\n".join(lines)


def costs(figure: Figure | None, floor: Figure | None) -> list[str]:
    """Wall and CPU seconds, and CPU over the floor's."""
    if figure is None:
        return ["", "", ""]
    ratio = f"{figure.cpu / floor.cpu:.2f}" if floor else ""
    return [f"{figure.wall:.2f}", f"{figure.cpu:.2f}", ratio]


def second_table(second: Second) -> str:
    """What pip takes for a second package."""
    titles = {
        "installed": "`pip install` of the second C++ package",
        "compiled": "its own sources, bare `zig build-lib`, libc++ in the cache",
        "pure": "`pip install` of a pure Python package, by zigwheel as well",
    }
    lines = ["| | s | CPU s | runs |", "|---|--:|--:|--:|"]
    for field, title in titles.items():
        figure: Figure = getattr(second, field)
        lines.append(f"| {title} | {figure.wall:.2f} | {figure.cpu:.2f} | {len(figure.samples)} |")
    return "\n".join(lines)


def import_line(imported: Import) -> str:
    """The time of the import, and how it was found."""
    nothing, backend = 1000 * imported.nothing.wall, 1000 * imported.backend.wall
    return (
        f"{backend - nothing:.0f} ms: {backend:.0f} ms, less {nothing:.0f} ms for `python -c pass` "
        f"(medians of {len(imported.backend.samples)})"
    )


def markdown(report: Report) -> str:
    """The whole report, for people."""
    parts = ["\n".join(f"- {name}: {value}" for name, value in report.facts.items())]
    for language, rows in report.tables.items():
        parts += [f"## A {language} extension", table(rows)]
    if report.second:
        parts += ["## A second C++ package, installed by pip", second_table(report.second)]
    if report.imported:
        parts += ["## `import zigwheel.build`", import_line(report.imported)]
    lines = [f"- [{'x' if goal.reached else ' '}] {goal.text}" for goal in goals(report)]
    if lines:
        parts += ["## To reach", "\n".join(lines)]
    return "\n\n".join(parts)


def as_json(report: Report) -> str:
    """The whole report with every sample, for machines."""
    value: dict[str, Any] = {**asdict(report), "goals": [asdict(g) for g in goals(report)]}
    return json.dumps(value, indent=1)
