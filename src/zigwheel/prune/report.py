"""What a prune wins and owes: as rows of a table, as JSON, and as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path
from typing import Any

from zigwheel.matrix.report.words import seconds, size
from zigwheel.prune.found import Contents
from zigwheel.prune.policy import Candidate, Decision

MOST_ROWS = 40
"""Releases that are shown by name; the others are one row."""

MOST_REASONS = 12
"""Bars in a picture."""


def going(decisions: Iterable[Decision]) -> list[Candidate]:
    """What is to be deleted, in order."""
    return [one.candidate for one in decisions if not one.kept]


def release_rows(decisions: Sequence[Decision]) -> list[tuple[str, ...]]:
    """A row for each release that loses wheels, the largest first, with a head and a sum."""
    groups: dict[str, list[Candidate]] = {}
    for one in going(decisions):
        groups.setdefault(f"{one.name} {one.version}", []).append(one)
    if not groups:
        return []
    order = sorted(groups, key=lambda name: (-won(groups[name]), name))
    rows = [row(name, groups[name]) for name in order[:MOST_ROWS]]
    if rest := [one for name in order[MOST_ROWS:] for one in groups[name]]:
        rows.append(row(f"{len(order) - MOST_ROWS} more releases", rest))
    every = [one for those in groups.values() for one in those]
    return [
        ("release", "wheels", "bytes won", "seconds owed", "downloads"),
        *rows,
        row("all", every),
    ]


def row(title: str, those: Sequence[Candidate]) -> tuple[str, ...]:
    """A row about wheels."""
    counted = [one.downloads for one in those if one.downloads is not None]
    owed = sum(one.seconds for one in those)
    downloads = str(sum(counted)) if counted else "-"
    return (title, str(len(those)), size(won(those)), seconds(owed), downloads)


def won(those: Iterable[Candidate]) -> int:
    """Bytes of wheels."""
    return sum(one.size for one in those)


def kept_rows(decisions: Iterable[Decision], held: Contents) -> list[tuple[str, ...]]:
    """A row for each reason why something stays, with a head."""
    rows = [
        (reason, str(number), size(weight)) for reason, number, weight in reasons(decisions, held)
    ]
    return [("kept, because", "blobs", "bytes"), *rows] if rows else []


def reasons(decisions: Iterable[Decision], held: Contents) -> Iterator[tuple[str, int, int]]:
    """Each reason why something stays, how many blobs it keeps, and their bytes; the largest first."""
    found: dict[str, list[int]] = {}
    for one in decisions:
        if one.kept:
            found.setdefault(one.kept, []).append(one.candidate.size)
    told = [(reason, len(sizes), sum(sizes)) for reason, sizes in found.items()]
    told += [("no recipe makes it", *held.unknown), ("an sdist", *held.sdists)]
    yield from sorted((one for one in told if one[1]), key=lambda one: (-one[2], one[0]))


def as_json(decisions: Iterable[Decision], held: Contents, *, deleted: bool) -> dict[str, Any]:
    """All of it."""
    every = list(decisions)
    rows = [{**asdict(one.candidate), "kept": one.kept} for one in every]
    those = going(every)
    return {
        "deleted": deleted,
        "bytes-won": won(those),
        "seconds-owed": round(sum(one.seconds for one in those), 3),
        "wheels": rows,
        "sdists": dict(zip(("blobs", "bytes"), held.sdists, strict=True)),
        "without-recipe": dict(zip(("blobs", "bytes"), held.unknown, strict=True)),
    }


def picture(decisions: Sequence[Decision], held: Contents, file: Path) -> None:
    """Bytes won against seconds owed, wheel by wheel; and what stays, by reason.

    Raises `ConfigError` for a form that cannot be written, and `StorageError`.
    """
    from zigwheel.picture import COLOURS, drawn, plain

    those = going(decisions)
    stays = list(reasons(decisions, held))[:MOST_REASONS]
    owed = [0.0, *accumulate(one.seconds for one in those)]
    bytes_won = [0, *accumulate(one.size for one in those)]
    with drawn(file, width=9, height=4 + 0.25 * len(stays)) as figure:
        curve, bars = figure.subplots(2, 1, height_ratios=(3, 1 + 0.25 * len(stays)))
        curve.plot(owed, [number / 1e6 for number in bytes_won], color=COLOURS[0])
        curve.fill_between(
            owed, [number / 1e6 for number in bytes_won], color=COLOURS[0], alpha=0.15
        )
        curve.set_xlabel("seconds owed: to build again what is deleted")
        curve.set_ylabel("MB won")
        curve.set_title(
            f"{len(those)} wheels: {size(bytes_won[-1])} won, {seconds(owed[-1])} owed", loc="left"
        )
        curve.set_xlim(left=0)
        curve.set_ylim(bottom=0)
        names = ["deleted", *(plain(reason) for reason, _, _ in stays)]
        weights = [bytes_won[-1], *(weight for _, _, weight in stays)]
        bars.barh(
            range(len(names)),
            [weight / 1e6 for weight in weights],
            color=[COLOURS[0], *[COLOURS[2]] * len(stays)],
        )
        bars.set_yticks(range(len(names)), names)
        bars.invert_yaxis()
        bars.set_xlabel("MB in the store")
