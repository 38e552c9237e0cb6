"""The page: outcomes as Markdown, the same text for the same outcomes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tests.proof.cells import FLAVOURS, PLATFORMS, Cell, heading
from tests.proof.outcome import Outcome

HEAD = """\
# What has been run

<!-- Written by `python3 scripts/proof.py`. Do not edit. -->

One source distribution, `tests/packages/exercise`, with an extension module in C and one in C++, is
built by `zigwheel build` on x86-64 Linux for each platform and each Python, and audited. Then a real
interpreter of that platform imports it and runs its checks: C++ exceptions, threads and what belongs to
one, byte order, sizes, `long double`, complex numbers, 128-bit arithmetic, atomic operations, files,
sockets, streams, RTTI and static constructors, each compared in Python with what has to come out.

- **ran**: built, audited, imported, every check passed. Behind an `abi3`, by which Pythons.
- **built**: built and audited, but *not run*, for the reason that the number stands for.
- **–**: *not built*, for the reason that the number stands for.

"""

REASONS = """
## Why something was not run

"""

INTERPRETERS = """
## The interpreters

Those of foreign machines run under qemu, those of Windows under Wine. Versions are those of the last
run that wrote this page; a newer one does not make the table wrong.

"""


def page(outcomes: Mapping[Cell, Outcome]) -> str:
    """The whole page."""
    reasons = numbered(outcomes)
    lines = [f"{number}. {reason}\n" for reason, number in reasons.items()]
    return HEAD + table(outcomes, reasons) + REASONS + "".join(lines) + interpreters(outcomes)


def numbered(outcomes: Mapping[Cell, Outcome]) -> dict[str, int]:
    """A number for each reason, in the order in which the table first needs it."""
    found: dict[str, int] = {}
    for platform in PLATFORMS:
        for flavour in FLAVOURS:
            outcome = outcomes.get(Cell(platform=platform, flavour=flavour))
            if outcome and outcome.reason:
                found.setdefault(outcome.reason, len(found) + 1)
    return found


def table(outcomes: Mapping[Cell, Outcome], reasons: Mapping[str, int]) -> str:
    """A row for each platform, a column for each Python."""
    rows = [["platform", "modules", *(flavour.name for flavour in FLAVOURS)]]
    for platform in PLATFORMS:
        row = [f"`{platform.name}`", "C, C++" if platform.cxx else "C"]
        for flavour in FLAVOURS:
            outcome = outcomes.get(Cell(platform=platform, flavour=flavour))
            row.append(text_of(outcome, reasons) if outcome else "")
        rows.append(row)
    rule = ["---"] * len(rows[0])
    return "".join(f"| {' | '.join(row)} |\n" for row in (rows[0], rule, *rows[1:]))


def text_of(outcome: Outcome, reasons: Mapping[str, int]) -> str:
    """One cell of the table."""
    words = [outcome.word]
    if outcome.reason:
        words.append(f"[{reasons[outcome.reason]}]")
    if outcome.ran and outcome.cell.flavour.loaders:
        pythons = (heading(name.partition("-")[0]) for name in outcome.ran)
        words.append(f"by {', '.join(pythons)}")
    return " ".join(words)


def interpreters(outcomes: Mapping[Cell, Outcome]) -> str:
    """Each interpreter that ran something, and its version."""
    versions = {name: version for one in outcomes.values() for name, version in one.ran.items()}
    lines = ["| interpreter | version |\n", "|---|---|\n"]
    lines += [f"| `{name}` | {versions[name]} |\n" for name in sorted(versions, key=by_platform)]
    return INTERPRETERS + "".join(lines)


def by_platform(name: str) -> tuple[str, list[int], str]:
    """A key that sorts interpreters by platform, then by version."""
    python, _, platform = name.partition("-")
    return platform, [len(python.rstrip("t"))], python


def without_versions(text: str) -> str:
    """The page less the versions of interpreters, which are no promise."""
    return re.sub(r"(?m)^\| `([\w-]+)` \| [^|]* \|$", r"| `\1` |", text)


def differences(old: str, new: str) -> list[str]:
    """Lines of a unified diff between two pages, versions of interpreters left out."""
    import difflib

    pages: Sequence[list[str]] = [without_versions(text).splitlines() for text in (old, new)]
    return list(difflib.unified_diff(*pages, "the committed page", "this run", lineterm="", n=0))
