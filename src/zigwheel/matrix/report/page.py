"""A run as one HTML file: the matrix with details, figures and words, and nothing from elsewhere. Pure.

All of a manifest is foreign: it enters as escaped text, and as JSON that no script element ends. What
may run is named in the page's policy by its digest. The page's own elements have no `id`, which is
what identifiers are found by.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from html import escape
from math import log
from typing import Literal, TypeAlias
from urllib.parse import quote

from zigwheel.matrix.manifest import plain
from zigwheel.matrix.model import Manifest, WheelResult
from zigwheel.matrix.report.cells import (
    SIGNS,
    Cell,
    Grid,
    Totals,
    failures,
    grid,
    left_out,
    totals,
)
from zigwheel.matrix.report.words import (
    cleaned,
    count,
    first_lines,
    folded,
    python_label,
    seconds,
    size,
    split,
)
from zigwheel.templates import fill, template

MOST_LINES = 400
"""Lines of one failure in the list; the details of its cell have all that the manifest has."""

SHADES = 5
"""Colours of the second colouring, from little to much."""

Figure: TypeAlias = Literal["seconds", "size"]
"""What the second colouring shows."""

FIGURES: tuple[Figure, ...] = ("seconds", "size")
"""All of them."""


def report_html(manifest: Manifest) -> str:
    """The whole page."""
    found = grid(manifest)
    sums = totals(manifest)
    style = fill(template("report/page.css"), heat=heat_rules())
    script = template("report/page.js")
    state, verdict = verdict_of(manifest, sums)
    return fill(
        template("report/page.html"),
        policy=policy(style, script),
        style=style,
        script=script,
        title=shown(f"{manifest.name} {manifest.version}"),
        verdict=verdict,
        verdict_state=state,
        verdict_sign=SIGNS[state][0],
        sums=sums_html(sums),
        states=options((s, s) for s in SIGNS if s in {cell.state for cell in found.cells.values()}),
        platforms=options((name, name) for name in dict.fromkeys(map(platform, found.targets))),
        pythons=options((name, python_label(name)) for name in found.pythons),
        heads="".join(f'<th scope="col">{shown(python_label(p))}</th>' for p in found.pythons),
        rows="\n".join(rows(found, manifest)),
        legend=legend(found),
        scales="\n".join(scale(figure, manifest) for figure in FIGURES),
        sections="\n".join(sections(manifest)),
        zigwheel=shown(manifest.zigwheel),
        zig=shown(manifest.zig),
        sdist=shown(manifest.sdist.file),
        sdist_size=size(manifest.sdist.size),
        sdist_digest=shown(manifest.sdist.sha256),
        data=data(found, manifest),
    )


def shown(text: str) -> str:
    """Foreign text, for an element or an attribute in double quotes."""
    return escape(cleaned(text))


def policy(style: str, script: str) -> str:
    """What the page may do: apply its style, run its script. Source: W3C, Content Security Policy."""
    style_digest, script_digest = (
        f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in (style, script)
    )
    return (
        f"default-src 'none'; style-src {style_digest}; script-src {script_digest};"
        " base-uri 'none'; form-action 'none'"
    )


def heat_rules() -> str:
    """The style of the second colouring."""
    return "\n".join(
        f'body:has([value="{figure}"]:checked) .matrix [data-{figure}="{shade}"] a'
        f" {{ background: var(--heat-{shade}); color: var(--heat-ink); }}"
        for figure in FIGURES
        for shade in range(SHADES)
    )


def verdict_of(
    manifest: Manifest, sums: Totals
) -> tuple[Literal["build failed", "test failed", "not built", "passed", "built"], str]:
    """How the run went: a state that has its sign and colour, and words."""
    parts = [f"{count(sums.failed, 'wheel')} could not be built"] if sums.failed else []
    parts += [f"{count(sums.tests_failed, 'test')} failed"] if sums.tests_failed else []
    if parts:
        return "build failed" if sums.failed else "test failed", ", ".join(parts)
    if not manifest.complete:
        return "not built", "the run did not come to its end"
    return ("passed" if sums.passed else "built"), "nothing failed"


def sums_html(sums: Totals) -> str:
    """Counts and sums."""
    wheels = f"{sums.wheels}" + (f" ({sums.reused} reused)" if sums.reused else "")
    pairs = [("wheels", wheels), ("tests passed", f"{sums.passed}")]
    pairs += [("tests failed", f"{sums.tests_failed}"), ("not tested", f"{sums.not_tested}")]
    pairs += (
        [("wheels not built", f"{sums.failed + sums.not_built}")]
        if sums.failed + sums.not_built
        else []
    )
    pairs += [("size of all", size(sums.size)), ("processor time", seconds(sums.cpu_seconds))]
    return "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs)


def options(pairs: Iterable[tuple[str, str]]) -> str:
    """What can be chosen."""
    return "".join(
        f'<option value="{shown(value)}">{shown(label)}</option>' for value, label in pairs
    )


def platform(target: str) -> str:
    """What a target is of, such as `musllinux` or `win`."""
    found = re.match("[A-Za-z]+", target)
    return found[0] if found else target


def rows(found: Grid, manifest: Manifest) -> Iterator[str]:
    """The rows of the matrix."""
    spans = {figure: span(figure, manifest) for figure in FIGURES}
    for target in found.targets:
        cells = (found.at(target, python) for python in found.pythons)
        places = (place(cell, spans) if cell else "<td></td>" for cell in cells)
        yield f'<tr><th scope="row">{shown(target)}</th>{"".join(places)}</tr>'


def place(cell: Cell, spans: Mapping[Figure, tuple[float, float]]) -> str:
    """One cell: its sign and word, and the figures that stand in their place on demand."""
    name, sign = cleaned(cell.identifier), SIGNS[cell.state][0].strip()
    values = {figure: value_of(figure, cell.wheel) for figure in FIGURES}
    shades = "".join(
        f' data-{figure}="{shade(value, *spans[figure])}"'
        for figure, value in values.items()
        if value is not None
    )
    words = "".join(
        f'<span class="figure {figure}">{written(figure, value)}</span>'
        for figure, value in values.items()
    )
    mark = f'<span class="sign" aria-hidden="true">{sign}</span>' if sign else ""
    return (
        f'<td id="{escape(name)}" data-state="{cell.state}"{shades}>'
        f'<a href="#{quote(name)}" aria-label="{escape(name)}: {cell.state}" data-state="{cell.state}">'
        f'{mark}<span class="word">{cell.state}</span>{words}</a></td>'
    )


def value_of(figure: Figure, wheel: WheelResult | None) -> float | None:
    """A figure of a wheel, if it has it: what was reused was not built in this run."""
    if wheel is None or wheel.state != "built" or (figure == "seconds" and wheel.reused):
        return None
    return wheel.seconds if figure == "seconds" else wheel.size


def written(figure: Figure, value: float | None) -> str:
    """A figure as text."""
    if value is None:
        return "none"
    return seconds(value) if figure == "seconds" else size(int(value))


def span(figure: Figure, manifest: Manifest) -> tuple[float, float]:
    """The least and the most of a figure."""
    values = [v for v in (value_of(figure, wheel) for wheel in manifest.wheels) if v is not None]
    return (min(values), max(values)) if values else (0.0, 0.0)


def shade(value: float, least: float, most: float) -> int:
    """The colour of a figure: equal steps of its logarithm, as sizes and times lie far apart."""
    start, end = log(max(least, 0.01)), log(max(most, 0.01))
    if end - start < 1e-9:
        return 0
    return min(int((log(max(value, 0.01)) - start) / (end - start) * SHADES), SHADES - 1)


def scale(figure: Figure, manifest: Manifest) -> str:
    """What the colours of a figure mean."""
    least, most = span(figure, manifest)
    colours = "".join(
        f'<svg width="26" height="14" aria-hidden="true"><rect width="26" height="14" class="shade-{i}"/></svg>'
        for i in range(SHADES)
    )
    return (
        f'<p class="scale {figure}">{written(figure, least)} {colours} {written(figure, most)}</p>'
    )


def legend(found: Grid) -> str:
    """The states that occur."""
    states = {cell.state for cell in found.cells.values()}
    return "".join(
        f'<li data-state="{state}"><span class="sign" aria-hidden="true">{sign.strip()}</span>{state}</li>'
        for state, (sign, _) in SIGNS.items()
        if state in states
    )


def sections(manifest: Manifest) -> Iterator[str]:
    """What comes below the matrix, where there is any."""
    parts = {
        "Failures": "\n".join(failure_parts(manifest)),
        "Build time by target": bars(manifest),
        "Wheels": wheels(manifest),
        "Left out": "\n".join(left_out_parts(manifest)),
    }
    for title, body in parts.items():
        if body:
            yield f'<section aria-label="{title}">\n<h2>{title}</h2>\n{body}\n</section>'


def failure_parts(manifest: Manifest) -> Iterator[str]:
    """What failed, each once, with the words of it."""
    for failure in failures(manifest):
        names = " ".join(f"<code>{shown(name)}</code>" for name in folded(failure.identifiers))
        badge = f"{SIGNS[failure.state][0]} {failure.state}"
        text = escape("\n".join(first_lines(failure.text, MOST_LINES)))
        yield (
            f'<details open><summary><span class="badge" data-state="{failure.state}">{badge}</span>'
            f" {names} {shown(failure.reason)}</summary>"
            f'<div><pre tabindex="0">{text}</pre></div></details>'
        )


def bars(manifest: Manifest) -> str:
    """Seconds of builds for each target, as a chart whose text keeps its size."""
    spent: dict[str, float] = {}
    for wheel in manifest.wheels:
        if wheel.state != "not built" and not wheel.reused:
            target = split(wheel.identifier)[1]
            spent[target] = spent.get(target, 0.0) + wheel.seconds
    most = max(spent.values(), default=0.0)
    if not most:
        return ""
    lines = []
    for i, (target, value) in enumerate(spent.items()):
        top = 40 * i
        lines.append(
            f'<text x="0" y="{top + 14}">{shown(target)}</text>'
            f'<text x="100%" y="{top + 14}" text-anchor="end">{seconds(value)}</text>'
            f'<rect class="track" y="{top + 20}" width="100%" height="10" rx="3"/>'
            f'<rect class="bar" y="{top + 20}" width="{100 * value / most:.1f}%" height="10" rx="3"/>'
        )
    words = ", ".join(f"{target} {seconds(value)}" for target, value in spent.items())
    return (
        f'<svg class="bars" role="img" aria-label="Build time: {shown(words)}"'
        f' height="{40 * len(spent)}">{"".join(lines)}</svg>'
    )


def wheels(manifest: Manifest) -> str:
    """The files."""
    there = [wheel for wheel in manifest.wheels if wheel.file]
    if not there:
        return ""
    lines = "\n".join(
        f"<tr><td><code>{shown(wheel.file)}</code></td>"
        f'<td class="number">{size(wheel.size)}</td><td class="number">{took(wheel)}</td>'
        f"<td><code>{shown(wheel.sha256)}</code></td></tr>"
        for wheel in there
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("file", "size", "build", "sha256"))
    return (
        f"<details><summary>{count(len(there), 'file')}, with sizes and digests</summary>"
        '<div><div class="scroll" tabindex="0" role="region" aria-label="Files">'
        f'<table class="list"><thead><tr>{heads}</tr></thead><tbody>\n{lines}\n</tbody></table>'
        "</div></div></details>"
    )


def left_out_parts(manifest: Manifest) -> Iterator[str]:
    """Identifiers that are not built, by the reason. Those that are in the matrix have their `id` there."""
    inside = grid(manifest).cells
    for reason, names in left_out(manifest).items():
        codes = " ".join(
            f"<code>{shown(n)}</code>"
            if n in inside
            else f'<code id="{shown(n)}">{shown(n)}</code>'
            for n in names
        )
        yield (
            f"<details><summary>{shown(reason)} ({len(names)})</summary>"
            f'<div class="names">{codes}</div></details>'
        )


def took(wheel: WheelResult) -> str:
    """Time of a build."""
    return "reused" if wheel.reused else seconds(wheel.seconds)


def data(found: Grid, manifest: Manifest) -> str:
    """What the script shows, as JSON that is safe within an element: figures as text, no markup."""
    numbers = {wheel.identifier: i for i, wheel in enumerate(manifest.wheels)}
    cells = [
        {
            "identifier": cell.identifier,
            "state": cell.state,
            "sign": SIGNS[cell.state][0],
            "reason": cell.reason,
            "python": cell.python,
            "label": python_label(cell.python),
            "platform": platform(cell.target),
            "wheel": numbers[cell.wheel.identifier] if cell.wheel else None,
        }
        for cell in found.cells.values()
    ]
    whole = {"cells": cells, "wheels": [wheel_data(wheel) for wheel in manifest.wheels]}
    return json.dumps(clean(whole), ensure_ascii=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )


def wheel_data(wheel: WheelResult) -> dict[str, object]:
    """One wheel for the details of its cells."""
    built = wheel.state != "not built"
    return {
        **plain(wheel),
        "size": size(wheel.size) if wheel.file else "",
        "took": took(wheel) if built else "",
        "cpu": seconds(wheel.cpu_seconds) if built and not wheel.reused else "",
        "memory": size(wheel.memory) if wheel.memory else "",
        "tests": [
            {**plain(test), "took": seconds(test.seconds) if test.seconds else ""}
            for test in wheel.tests
        ],
    }


def clean(value: object) -> object:
    """A value of JSON whose texts are cleaned."""
    if isinstance(value, dict):
        return {name: clean(one) for name, one in value.items()}
    if isinstance(value, list):
        return [clean(one) for one in value]
    return cleaned(value) if isinstance(value, str) else value
