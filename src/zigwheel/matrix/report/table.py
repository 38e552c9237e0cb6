"""The table at the end, as text of ASCII (but for what is quoted) for the standard output. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from zigwheel.matrix.model import Manifest, WheelResult
from zigwheel.matrix.report.cells import (
    Failure,
    cells_of,
    failures,
    left_out,
    reasons,
    totals,
)
from zigwheel.matrix.report.words import count, first_lines, folded, seconds, shortened, size

LINES = 8
"""Lines of what went wrong; the manifest has all of them."""

DIGEST = 64
"""Characters of a whole sha256."""


def final_table(manifest: Manifest, width: int) -> str:
    """All that came out of a run, in lines of at most `width` characters where words can be broken."""
    parts = [
        [f"{manifest.name} {manifest.version}, from {manifest.sdist.file}"],
        list(wheel_lines(manifest, width)),
        list(named("Not tested:", reasons(manifest), width)),
        list(named("Left out:", left_out(manifest), width)),
        list(failure_lines(failures(manifest), width)),
        total_lines(manifest, width),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def wheel_lines(manifest: Manifest, width: int) -> Iterator[str]:
    """One line for each wheel: those that are not there are named by their identifier."""
    wheels = manifest.wheels
    if not wheels:
        return
    tests = [tests_text(wheel, short=width < 120) for wheel in wheels]
    rows = [
        (size(w.size) if w.file else "", took(w), t) for w, t in zip(wheels, tests, strict=True)
    ]
    columns = [
        max(len(head), *(len(row[i]) for row in rows))
        for i, head in enumerate(("size", "seconds", "tests"))
    ]
    room = width - sum(columns) - 2 * len(columns)
    longest = max(len(name_of(wheel)) for wheel in wheels)
    digest = DIGEST if room - longest >= DIGEST + 2 else max(8, min(16, room - longest - 2))
    names = max(12, min(longest, room - digest - 2))
    yield line(("wheel", "size", "seconds", "tests", "sha256"), names, columns)
    for wheel, row in zip(wheels, rows, strict=True):
        name = fitted(name_of(wheel), f"{manifest.name}-{manifest.version}-", names)
        yield line((name, *row, wheel.sha256[:digest]), names, columns)


def line(cells: Sequence[str], names: int, columns: Sequence[int]) -> str:
    """A line of the table: the name to the left, figures to the right."""
    name, weight, time, tests, digest = cells
    shown = [
        name.ljust(names),
        weight.rjust(columns[0]),
        time.rjust(columns[1]),
        tests.ljust(columns[2]),
        digest,
    ]
    return "  ".join(shown).rstrip()


def name_of(wheel: WheelResult) -> str:
    """A wheel's file, or the identifier where there is none."""
    return wheel.file or wheel.identifier


def fitted(name: str, start: str, width: int) -> str:
    """A name that fits: first without what all wheels begin with, then without its middle."""
    start = start.replace("-", "_", start.count("-") - 2)
    if len(name) > width and name.lower().startswith(start.lower()):
        name = name[len(start) :].removesuffix(".whl")
    return shortened(name, width)


def took(wheel: WheelResult) -> str:
    """Seconds of a build, or why there are none."""
    return seconds(wheel.seconds).removesuffix(" s") if not wheel.reused else "reused"


def tests_text(wheel: WheelResult, *, short: bool) -> str:
    """What the tests of a wheel came to; what failed or is not there is said in its place."""
    if wheel.state == "failed":
        return "FAILED" if short else "could not be built"
    if wheel.state == "not built":
        return "not built"
    states = [cell.state for cell in cells_of(wheel)]
    found = {
        "passed": states.count("passed"),
        "FAILED": states.count("test failed"),
        "not tested": sum(state not in ("passed", "test failed") for state in states),
    }
    words = [word for word, number in found.items() if number]
    if len(states) <= 1:
        return "".join(words)
    names = {"passed": "+", "FAILED": " FAILED", "not tested": "-"} if short else {}
    texts = [f"{found[word]}{names.get(word, f' {word}')}" for word in words]
    return (" " if short else ", ").join(texts)


def named(title: str, groups: dict[str, list[str]], width: int) -> Iterator[str]:
    """Identifiers by the reason that they share."""
    if not groups:
        return
    yield title
    for reason, identifiers in groups.items():
        text = f"{reason} ({len(identifiers)}):" if len(identifiers) > 1 else f"{reason}:"
        yield from wrapped([*text.split(), *folded(identifiers)], width, "  ", "    ")


def failure_lines(found: Iterable[Failure], width: int) -> Iterator[str]:
    """What failed, with the first lines of why."""
    for number, failure in enumerate(found):
        if number == 0:
            yield "Failed:"
        what = "could not be built" if failure.state == "build failed" else "the test failed"
        reason = f": {failure.reason}" if failure.state == "test failed" and failure.reason else ""
        names = folded(failure.identifiers)
        yield from wrapped([*names, *f"{what}{reason}".split()], width, "  ", "    ")
        for text in first_lines(failure.text, LINES) if failure.text.strip() else ():
            yield f"    | {text}"


def total_lines(manifest: Manifest, width: int) -> list[str]:
    """Counts and sums."""
    sums = totals(manifest)
    texts = [count(sums.wheels, "wheel")]
    if sums.reused:
        texts[0] += f" ({sums.reused} from the cache)"
    texts += [f"{sums.failed} FAILED"] if sums.failed else []
    texts += [f"{sums.not_built} not built"] if sums.not_built else []
    texts += [size(sums.size), f"{seconds(sums.cpu_seconds)} of processor time"]
    tests = [f"{sums.passed} passed"]
    tests += [f"{sums.tests_failed} FAILED"] if sums.tests_failed else []
    tests += [f"{sums.not_tested} not run"] if sums.not_tested else []
    lines = [f"{', '.join(texts)}; tests: {', '.join(tests)}"]
    if not manifest.complete:
        lines.append("The run did not come to its end; `--resume` goes on with it.")
    return [part for text in lines for part in wrapped(text.split(), width, "", "  ")]


def wrapped(words: Sequence[str], width: int, first: str, rest: str) -> list[str]:
    """Words in lines that are not longer than `width`, unless one word is."""
    return textwrap.wrap(
        " ".join(words),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
