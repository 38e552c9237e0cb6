"""Plots in a file, by matplotlib: `zigwheel[plot]`. The same figures give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.errors import ConfigError
from zigwheel.storage import put_file, told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMS = (".svg", ".png", ".pdf")
"""Endings of the files that can be written."""

STYLE = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 9.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "zigwheel",
}
"""Settings of matplotlib. Text stays text in SVG, so that it can be searched for and read aloud."""

COLOURS = ("#2b6cb0", "#dd6b20", "#718096", "#2f855a")
"""For what is told apart in a plot; also apart for those who see few colours, and in grey."""


def check_form(file: Path) -> None:
    """Refuse what no plot can be written to, before the work that it is to show. Raises `ConfigError`."""
    if file.suffix.lower() not in FORMS:
        raise ConfigError(
            f"a plot cannot be written to {str(file)!r}", hint=f"end it in {', '.join(FORMS)}"
        )
    if find_spec("matplotlib") is None:
        raise ConfigError(
            "a plot needs matplotlib, which is not installed", hint="pip install 'zigwheel[plot]'"
        )


@contextmanager
def drawn(file: Path, *, width: float, height: float) -> Iterator[Figure]:
    """A figure to draw in, of this size in inches; it becomes the file when the block ends.

    Raises `ConfigError` as `check_form` does, and `StorageError`.
    """
    check_form(file)
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    form = file.suffix.lower().removeprefix(".")
    # what would be the time of day, or the version of matplotlib
    nothing = {
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    with rc_context(STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        data = io.BytesIO()
        figure.savefig(data, format=form, metadata=nothing[form])
    with told("writing a plot", file.absolute().parent):
        put_file(file.absolute(), data.getvalue())


def plain(text: str) -> str:
    """A text in which matplotlib finds no formula."""
    return text.replace("$", r"\$")
