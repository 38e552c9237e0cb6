"""Figures as rows of a table, as JSON, and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zigwheel.census.count import Figures, Share, together
from zigwheel.matrix.report.words import size

MOST_ROWS = 50
"""Projects that are shown by name; the others are one row."""

MOST_BARS = 30
"""Projects in a picture."""

HEAD = (
    "project",
    "releases",
    "files",
    "sdists",
    "pure",
    "prebuilt",
    "of all",
    "to sdists",
    "recipe",
    "made again",
    "download",
    "without",
)


def rows(every: Sequence[Figures]) -> list[tuple[str, ...]]:
    """A head, a row for each of the first projects, and the sum."""
    shown = [row(one) for one in every[:MOST_ROWS]]
    if rest := every[MOST_ROWS:]:
        others = together(rest)
        shown.append((f"{len(rest)} more projects", *row(others)[1:]))
    return [HEAD, *shown, row(together(every))]


def row(one: Figures) -> tuple[str, ...]:
    """A row; shares of bytes are of all bytes, or of the prebuilt ones."""
    files = sum(s.files for s in (one.sdists, one.pure, one.prebuilt, one.other))
    get = one.download
    return (
        one.name,
        str(one.releases),
        str(files),
        size(one.sdists.size),
        size(one.pure.size),
        size(one.prebuilt.size),
        percent(one.prebuilt.size, one.size),
        ratio(one.prebuilt.size, one.sdists.size),
        percent(one.recorded.size, one.prebuilt.size),
        percent(one.reconstructable.size, one.prebuilt.size),
        size(get.now) if get else "-",
        size(get.without) if get and get.without is not None else "-",
    )


def percent(part: int, whole: int) -> str:
    """A share."""
    return f"{100 * part / whole:.0f} %" if whole else "-"


def ratio(part: int, whole: int) -> str:
    """How many times."""
    return f"{part / whole:.1f}x" if whole else "-"


def notes(every: Sequence[Figures], user: str, compiler: int | None) -> list[str]:
    """What the table cannot say."""
    total = together(every)
    lines = []
    if total.download:
        now, without = total.download.now, total.download.without or 0
        kind = "one release of each" if len(every) > 1 else "it"
        lines.append(
            f"download, for {user}: {size(now)} for {kind} now, {size(without)} without prebuilt wheels"
        )
        if compiler:
            lines.append(f"who builds needs the compiler besides: {size(compiler)}, once")
        lost = [one.name for one in every if one.download and one.download.without is None]
        if lost:
            lines.append(f"there is neither an sdist nor a pure wheel of {', '.join(lost)}")
    kept, gone = total.size - total.reconstructable.size, total.reconstructable.size
    if total.prebuilt.files:
        lines.append(
            f"kept: {size(total.size)}; {size(kept)} without the {size(gone)} that can be made again"
        )
    return lines


def as_json(every: Sequence[Figures], user: str, compiler: int | None) -> dict[str, Any]:
    """All of it."""
    return {
        "user": user,
        "compiler-bytes": compiler,
        "projects": [table(one) for one in every],
        "all": table(together(every)),
    }


def table(one: Figures) -> dict[str, Any]:
    """Figures of a project."""

    def both(share: Share) -> dict[str, int]:
        return {"files": share.files, "bytes": share.size}

    get = one.download
    return {
        "project": one.name,
        "releases": one.releases,
        "sdists": both(one.sdists),
        "pure": both(one.pure),
        "prebuilt": both(one.prebuilt),
        "other": both(one.other),
        "with-recipe": both(one.recorded),
        "reconstructable": both(one.reconstructable),
        "download": get and {"bytes": get.now, "prebuilt": get.prebuilt, "without": get.without},
    }


def picture(every: Sequence[Figures], file: Path) -> None:
    """The bytes of the projects with the most of them, by what can be done about them.

    Raises `ConfigError` for a form that cannot be written, and `StorageError`.
    """
    from zigwheel.picture import COLOURS, drawn, plain

    those = sorted(every, key=lambda one: -one.size)[:MOST_BARS]
    parts = {
        "sdists, pure wheels and others": [o.size - o.prebuilt.size for o in those],
        "prebuilt, can be made again": [o.reconstructable.size for o in those],
        "prebuilt, with a recipe": [o.recorded.size - o.reconstructable.size for o in those],
        "prebuilt, and irreplaceable": [o.prebuilt.size - o.recorded.size for o in those],
    }
    colours = (COLOURS[2], COLOURS[3], COLOURS[0], COLOURS[1])
    with drawn(file, width=9, height=1.5 + 0.25 * len(those)) as figure:
        axes = figure.subplots()
        left = [0.0] * len(those)
        for (name, sizes), colour in zip(parts.items(), colours, strict=True):
            widths = [number / 1e6 for number in sizes]
            axes.barh(range(len(those)), widths, left=left, color=colour, label=name)
            left = [a + b for a, b in zip(left, widths, strict=True)]
        axes.set_yticks(range(len(those)), [plain(one.name) for one in those])
        axes.invert_yaxis()
        axes.set_xlabel("MB")
        axes.legend(loc="lower right")
        total = together(every)
        axes.set_title(
            f"{size(total.prebuilt.size)} of {size(total.size)} are prebuilt, "
            f"{size(total.reconstructable.size)} of them can be made again",
            loc="left",
        )
