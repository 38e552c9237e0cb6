"""Pages for people, as HTML without scripts. Pure: all that comes from uploads is escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from typing import Literal, TypeAlias

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from zigwheel.index.model import File, Project
from zigwheel.index.web.simple import order, url_of
from zigwheel.matrix.identifiers import platform_name
from zigwheel.matrix.report.words import size
from zigwheel.templates import fill, template

State: TypeAlias = Literal["here", "cache", "again", "lost"]
"""Where the bytes of a file are."""

WORDS: dict[State, str] = {
    "here": "stored",
    "cache": "at a cache",
    "again": "made again when asked for",
    "lost": "cannot be had",
}

BAR = 720
"""Width of the longest bar of a plot."""

ROW = 24

MOST_BARS = 30
"""Versions that a plot shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A file as people are shown it."""

    file: File
    """The file."""
    state: State
    """Where its bytes are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """Bytes of some files."""

    sdists: int = 0
    """In sdists."""
    kept: int = 0
    """In wheels that are stored."""
    saved: int = 0
    """In wheels that are not, and can be had."""


def state_of(file: File, *, stored: bool, caches: bool) -> State:
    """Where the bytes of a file are, as far as the index knows."""
    if stored:
        return "here"
    if file.trouble:
        return "lost"
    if file.recipe:
        return "again"
    return "cache" if caches else "lost"


def sums(files: Iterable[Shown]) -> Sums:
    """Add up."""
    sdists = kept = saved = 0
    for one in files:
        if not one.file.is_wheel:
            sdists += one.file.size
        elif one.state == "here":
            kept += one.file.size
        elif one.state != "lost":
            saved += one.file.size
    return Sums(sdists=sdists, kept=kept, saved=saved)


def project_page(project: Project, files: Sequence[Shown], up: str) -> str:
    """A project: its matrix of wheels, version by version, and what they weigh."""
    versions: dict[str, list[Shown]] = {}
    for one in sorted(files, key=lambda one: order(one.file.version), reverse=True):
        versions.setdefault(one.file.version, []).append(one)
    note = "" if project.status == "active" else f" <strong>{project.status}</strong>"
    reason = f": {escape(project.reason)}" if project.reason else ""
    parts = [
        f"<p><code>pip install {escape(project.name)}</code>{note}{reason}</p>",
        "<h2>Bytes</h2>",
        plot({version: sums(those) for version, those in list(versions.items())[:MOST_BARS]}),
    ]
    for version, those in versions.items():
        parts += [f"<h2>{escape(version)}</h2>", matrix(those), listing(those, up)]
    return whole(project.shown, "\n".join(parts), up)


def matrix(files: Sequence[Shown]) -> str:
    """The wheels of a version: a row for each Python, a column for each platform."""
    cells: dict[tuple[str, str], Shown] = {}
    for one in files:
        for python, platform in tags_of(one.file.filename):
            cells.setdefault((python, platform), one)
    if not cells:
        return "<p>No wheels.</p>"
    platforms = sorted({platform for _, platform in cells})
    pythons = sorted({python for python, _ in cells}, key=natural)
    rows = [
        f'<tr><th scope="row">{escape(python)}</th>'
        + "".join(cell(cells.get((python, platform))) for platform in platforms)
        + "</tr>"
        for python in pythons
    ]
    return table(["", *platforms], rows)


def table(columns: Iterable[str], rows: Iterable[str]) -> str:
    """A table that may be wider than the window."""
    head = "".join(
        f'<th scope="col">{escape(name)}</th>' if name else "<th></th>" for name in columns
    )
    lines = ['<div class="wide"><table>', f"<thead><tr>{head}</tr></thead>", "<tbody>"]
    return "\n".join([*lines, *rows, "</tbody></table></div>"])


def cell(one: Shown | None) -> str:
    """A cell of the matrix: the state in words as well, for who sees no colours."""
    if one is None:
        return "<td></td>"
    return f'<td class="{one.state}">{WORDS[one.state]}<br>{size(one.file.size)}</td>'


def tags_of(filename: str) -> list[tuple[str, str]]:
    """Python and platform of each tag of a wheel; nothing for an sdist."""
    try:
        tags = parse_wheel_filename(filename)[3]
    except InvalidWheelFilename:
        return []
    return sorted({(f"{tag.interpreter}-{tag.abi}", platform_name(tag.platform)) for tag in tags})


def natural(python: str) -> tuple[str, int, str]:
    """Sorts `cp39` before `cp310`."""
    letters = python.rstrip("0123456789").partition("-")[0]
    head, _, rest = python.partition("-")
    digits = "".join(c for c in head if c.isdigit())
    return letters.rstrip("0123456789"), int(f"{digits[:1] or 0}{digits[1:]:0>3}"), rest


def listing(files: Sequence[Shown], up: str) -> str:
    """The files of a version, one by one."""
    rows = []
    for one in sorted(files, key=lambda one: one.file.filename):
        file = one.file
        link = f'<a href="{escape(url_of(file, up))}">{escape(file.filename)}</a>'
        name = link if one.state != "lost" else escape(file.filename)
        recipe = f"<code>{file.recipe[:12]}</code>" if file.recipe else "none"
        notes = [f"yanked: {file.yanked}" if file.yanked else "yanked"] * (file.yanked is not None)
        notes += [file.trouble] * bool(file.trouble)
        said = "".join(f'<br><span class="soft">{escape(note[:300])}</span>' for note in notes)
        rows.append(
            f'<tr><td>{name}{said}</td><td class="number">{size(file.size)}</td>'
            f'<td class="{one.state}">{WORDS[one.state]}</td><td>{recipe if file.is_wheel else ""}</td>'
            f"<td><code>{file.sha256}</code></td></tr>"
        )
    return table(("file", "size", "bytes", "recipe", "sha256"), rows)


def plot(bars: Mapping[str, Sums]) -> str:
    """Bytes by version: what is kept, and what is saved."""
    most = max((one.sdists + one.kept + one.saved for one in bars.values()), default=0) or 1
    lines = []
    for number, (label, one) in enumerate(bars.items()):
        y, x = number * ROW, 110.0
        lines.append(f'<text x="0" y="{y + 16}">{escape(label[:16])}</text>')
        for kind in ("sdists", "kept", "saved"):
            value: int = getattr(one, kind)
            width = BAR * value / most
            name = kind.removesuffix("s")
            title = f"<title>{kind}: {size(value)}</title>"
            lines.append(
                f'<rect class="{name}" x="{x:.1f}" y="{y + 3}" width="{width:.1f}" height="{ROW - 6}">'
                f"{title}</rect>"
            )
            x += width
        text = f"{size(one.sdists + one.kept)} kept, {size(one.saved)} saved"
        lines.append(f'<text x="{x + 6:.1f}" y="{y + 16}">{text}</text>')
    height = max(len(bars), 1) * ROW
    box = f'viewBox="0 0 {BAR + 330} {height}" role="img"'
    title = "Bytes of each version: sdists, wheels that are stored, and wheels that are not"
    return f'<svg {box} aria-label="{title}">\n' + "\n".join(lines) + "\n</svg>"


def dashboard(
    projects: Sequence[tuple[Project, int, Sums]], facts: Sequence[tuple[str, str]], up: str
) -> str:
    """All projects, and how the index is."""
    rows = [
        f'<tr><td><a href="{up}project/{escape(project.name)}/">{escape(project.shown)}</a></td>'
        f'<td class="number">{count}</td><td class="number">{size(one.sdists)}</td>'
        f'<td class="number">{size(one.kept)}</td><td class="number">{size(one.saved)}</td></tr>'
        for project, count, one in projects
    ]
    columns = ("project", "files", "sdists", "wheels stored", "wheels not stored")
    terms = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="number">{escape(value)}</td></tr>'
        for name, value in facts
    )
    lines = ["<table><tbody>", terms, "</tbody></table>", "<h2>Projects</h2>"]
    return whole("Packages", "\n".join([*lines, table(columns, rows)]), up)


def whole(title: str, content: str, up: str) -> str:
    """A page around its content."""
    return fill(
        template("index/page.html"),
        title=escape(title),
        style=style(),
        content=content,
        home=up or "./",
    )


@cache
def style() -> str:
    """The style sheet."""
    return template("index/page.css")


@cache
def policy() -> str:
    """What a browser may do with a page: show it, with this style sheet."""
    digest = b64encode(sha256(style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'"
    )
