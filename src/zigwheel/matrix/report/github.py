"""The summary of a run for GitHub's page of a step, in its Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from zigwheel.matrix.model import Manifest
from zigwheel.matrix.report.cells import (
    Grid,
    State,
    cells_of,
    failures,
    grid,
    left_out,
    reasons,
    totals,
)
from zigwheel.matrix.report.words import (
    cleaned,
    count,
    folded,
    python_label,
    seconds,
    size,
    split,
)

LIMIT = 2**20
"""Bytes that GitHub takes for a step; it shows nothing of more. Source: docs.github.com."""

MOST_LINES = 60
"""Lines of one failure."""

SIGNS: Mapping[State, str] = {
    "passed": "✅",
    "not tested": "⚪",
    "test failed": "❌",
    "build failed": "💥",
    "built": "📦",
    "reused": "📦",
    "not built": "⏸️",
    "left out": "·",
}
"""What stands in the matrix; the line below it says what each means."""


def write_summary(manifest: Manifest, environ: Mapping[str, str]) -> bool:
    """Add the summary to the file that GitHub names; whether it names one."""
    name = environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return False
    with open(name, "a", encoding="utf-8", newline="\n") as file:
        file.write(summary_markdown(manifest))
    return True


def summary_markdown(manifest: Manifest) -> str:
    """Counts, failures, the matrix, the wheels, and what is not there; at most 1 MiB."""
    sections = [head(manifest), matrix(grid(manifest)), *failed(manifest), wheels(manifest)]
    sections.append(grouped("not tested", reasons(manifest)))
    sections.append(grouped("left out", left_out(manifest)))
    return limited([section for section in sections if section], LIMIT)


def limited(sections: list[str], limit: int) -> str:
    """Whole sections, as many as fit; a note says how many do not."""
    note = "\n\n_{} of this summary did not fit. The manifest has all of it._\n"
    room = limit - len(note.encode()) - 20
    kept: list[str] = []
    for section in sections:
        room -= len(section.encode("utf-8", "replace")) + 2
        if room < 0:
            break
        kept.append(section)
    rest = len(sections) - len(kept)
    return "\n\n".join(kept) + (note.format(count(rest, "part")) if rest else "\n")


def head(manifest: Manifest) -> str:
    """Whether all is well, and the counts."""
    sums = totals(manifest)
    sign = "❌" if manifest.failed else "✅" if manifest.complete else "⏸️"
    texts = [f"**{count(sums.wheels, 'wheel')}**"]
    texts += [f"{sums.reused} of them from the cache"] if sums.reused else []
    texts += [f"**{sums.failed} could not be built**"] if sums.failed else []
    texts += [f"{sums.not_built} not built"] if sums.not_built else []
    tests = [f"{sums.passed} passed"]
    tests += [f"**{sums.tests_failed} failed**"] if sums.tests_failed else []
    tests += [f"{sums.not_tested} not run"] if sums.not_tested else []
    figures = [size(sums.size), f"{seconds(sums.cpu_seconds)} of processor time"]
    end = "" if manifest.complete else "\n\nThe run did not come to its end."
    return (
        f"## {sign} {marked(f'{manifest.name} {manifest.version}')}\n\n"
        f"{', '.join(texts)} · tests: {', '.join(tests)} · {' · '.join(figures)}{end}"
    )


def matrix(found: Grid) -> str:
    """Targets × Pythons."""
    if not found.targets:
        return ""
    heads = ["", *(python_label(python) for python in found.pythons)]
    lines = [row(heads), row(["---", *(":-:" for _ in found.pythons)])]
    for target in found.targets:
        cells = (found.at(target, python) for python in found.pythons)
        signs = (SIGNS.get(cell.state, "") if cell else "" for cell in cells)
        lines.append(row([f"`{marked(target)}`", *signs]))
    states = {cell.state for cell in found.cells.values()}
    shown = dict.fromkeys(
        f"{sign} {'built' if state == 'reused' else state}"
        for state, sign in SIGNS.items()
        if state in states
    )
    return "\n".join([*lines, "", " · ".join(shown)])


def failed(manifest: Manifest) -> list[str]:
    """One section for each failure."""
    sections = []
    for failure in failures(manifest):
        names = ", ".join(f"<code>{marked(name)}</code>" for name in folded(failure.identifiers))
        reason = f": {marked(cleaned(failure.reason))}" if failure.reason else ""
        lines = cleaned(failure.text).strip("\n").split("\n")
        more = len(lines) - MOST_LINES
        lines = lines if more <= 0 else [*lines[:MOST_LINES], f"... {more} more lines"]
        text = marked("\n".join(line[:500] for line in lines))
        body = text.replace("\n", "&#10;")  # an empty line would end the block
        sections.append(
            f"<details><summary>{SIGNS[failure.state]} {names} {failure.state}{reason}</summary>"
            f"<pre>{body}</pre></details>"
        )
    return sections


def wheels(manifest: Manifest) -> str:
    """The files."""
    there = [wheel for wheel in manifest.wheels if wheel.file]
    if not there:
        return ""
    lines = [
        row(["wheel", "size", "time", "tests", "sha256"]),
        row(["---", "--:", "--:", "---", "---"]),
    ]
    for wheel in there:
        states = [cell.state for cell in cells_of(wheel)]
        tests = [f"{SIGNS[state]} {states.count(state)}" for state in dict.fromkeys(states)]
        took = "reused" if wheel.reused else seconds(wheel.seconds)
        name, digest = f"`{marked(wheel.file)}`", f"`{marked(wheel.sha256)}`"
        lines.append(row([name, size(wheel.size), took, " ".join(tests), digest]))
    return folding(count(len(there), "wheel"), "\n".join(lines))


def grouped(title: str, groups: dict[str, list[str]]) -> str:
    """Identifiers by the reason that they share."""
    if not groups:
        return ""
    lines = [row(["reason", title]), row(["---", "---"])]
    for reason, identifiers in groups.items():
        names = " ".join(f"`{marked(name)}`" for name in folded(sorted(identifiers, key=order)))
        lines.append(row([marked(cleaned(reason)), names]))
    number = sum(len(identifiers) for identifiers in groups.values())
    return folding(f"{number} {title}", "\n".join(lines))


def order(identifier: str) -> tuple[str, str]:
    """By target, then by Python."""
    python, target = split(identifier)
    return target, python


def folding(title: str, text: str) -> str:
    """Markdown that opens on a click."""
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"


def row(cells: list[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"


def marked(text: str) -> str:
    """Foreign text that is neither HTML nor Markdown, nor ends a table's cell."""
    from html import escape

    text = escape(text, quote=False).replace("|", "&#124;").replace("`", "&#96;")
    return text.replace("*", "&#42;").replace("[", "&#91;").replace("@", "&#64;")
