"""A run as a table that changes, on a terminal. Needs rich: `zigwheel[cli]`."""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TextIO, cast

from zigwheel.matrix.events import Began
from zigwheel.matrix.model import Manifest, Selection, TestResult, WheelResult
from zigwheel.matrix.report.cells import SIGNS, State
from zigwheel.matrix.report.plain import Plain
from zigwheel.matrix.report.progress import OVER, Progress
from zigwheel.matrix.report.words import python_label, seconds, shortened

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

STYLES: dict[State, str] = {
    "waiting": "dim",
    "building": "bold cyan",
    "built": "cyan",
    "reused": "cyan",
    "testing": "bold blue",
    "passed": "green",
    "not tested": "yellow",
    "test failed": "bold red",
    "build failed": "bold red",
    "not built": "dim",
    "left out": "dim",
}
"""How each state looks; its sign and its word say the same."""

WORDS: dict[State, str] = {"test failed": "failed", "build failed": "failed"}
"""Shorter words for a table whose rows are narrow."""

WORD_WIDTH = 12
"""Columns of a cell with sign and word: of `○ not tested`."""

AROUND = 6
"""Lines around the rows of the table: heads, progress, what runs, the legend."""


class Live:
    """A `Watcher` that shows the matrix as it fills. What has to stay is written above it."""

    def __init__(
        self,
        stream: TextIO,
        *,
        verbose: bool = False,
        colour: bool = True,
        clock: Callable[[], float] = time.monotonic,
        size: tuple[int, int] | None = None,
    ) -> None:
        from rich.console import Console

        self.clock = clock
        self.console: Console = Console(
            file=stream,
            force_terminal=True,
            no_color=not colour,
            highlight=False,
            markup=False,
            emoji=False,
            width=size[0] if size else None,
            height=size[1] if size else None,
        )
        self.ascii = not encodes(stream)
        """The terminal has no signs beyond ASCII."""
        self.lines = Lines(self.console, verbose=verbose, colour=colour)
        """Writes failures and warnings above the table."""
        self.progress: Progress | None = None
        self.live: Display | None = None

    def begin(self, selection: Selection, jobs: int) -> None:
        """Show the table."""
        from rich.live import Live as RichLive

        self.lines.begin(selection, jobs)
        self.progress = Progress(selection, jobs, self.clock)
        self.live = RichLive(
            get_renderable=self.picture,
            console=self.console,
            refresh_per_second=6,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )
        atexit.register(self.close)
        self.live.start(refresh=True)

    def say(self, text: str) -> None:
        """Write it above the table."""
        self.lines.say(text)

    def began(self, event: Began) -> None:
        """Mark what is being worked on."""
        if self.progress:
            self.progress.began(event)

    def built(self, result: WheelResult) -> None:
        """Mark a wheel; a failure is written above the table."""
        if self.progress:
            self.progress.built(result)
        self.lines.built(result)

    def tested(self, wheel: WheelResult, result: TestResult) -> None:
        """Mark a test; a failure is written above the table."""
        if self.progress:
            self.progress.tested(wheel, result)
        self.lines.tested(wheel, result)

    def end(self, manifest: Manifest) -> None:
        """Take the table away; what came out is printed after."""
        self.close()

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self.live:
            self.live.stop()
            self.live = None
            atexit.unregister(self.close)

    def picture(self) -> RenderableType:
        """What is shown now: table, progress, what runs, legend."""
        from rich.console import Group

        if not self.progress:
            return ""
        width, height = self.console.size
        words = self.fits(width, WORD_WIDTH)
        parts: list[RenderableType] = [self.table(self.progress, width, height)]
        parts += [self.bar(self.progress, width), self.now(self.progress, width)]
        if not words:
            parts.append(self.legend(self.progress))
        return Group(*parts)

    def fits(self, width: int, cell: int) -> bool:
        """Whether all columns fit with cells of a width."""
        assert self.progress
        heads = max(len(target) for target in self.progress.targets or ("",))
        return heads + 2 + len(self.progress.pythons) * (cell + 2) <= width

    def table(self, progress: Progress, width: int, height: int) -> Table:
        """The rows that fit; those where something happens come first."""
        from rich.table import Table
        from rich.text import Text

        rows = shown(progress, max(height - AROUND - 1, 3))
        words, signs = self.fits(width, WORD_WIDTH), self.fits(width, 4)
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        heads = 99 if words or signs else max(width - 16, 8)
        table.add_column("", no_wrap=True)
        if not words and not signs:
            table.add_column("done", justify="right", no_wrap=True)
            for target in rows:
                table.add_row(shortened(target, heads), self.count(progress, target))
        else:
            for python in progress.pythons:
                table.add_column(python_label(python), no_wrap=True, min_width=2)
            for target in rows:
                names = [f"{python}-{target}" for python in progress.pythons]
                cells = [self.cell(progress.states.get(name), words) for name in names]
                table.add_row(shortened(target, heads), *cells)
        if left := [target for target in progress.targets if target not in rows]:
            done = sum(all_over(progress, target) for target in left)
            table.add_row(Text(f"+{len(left)} more, {done} done", style="dim", no_wrap=True))
        return table

    def cell(self, state: State | None, words: bool) -> Text:
        """A state by sign, and by word where there is room."""
        from rich.text import Text

        if state is None:
            return Text("")
        word = f" {WORDS.get(state, state)}" if words else ""
        return Text(f"{SIGNS[state][self.ascii]}{word}", style=STYLES[state])

    def count(self, progress: Progress, target: str) -> Text:
        """A row as figures, where there is no room for its cells."""
        from rich.text import Text

        states = row(progress, target)
        failed = sum(state in ("build failed", "test failed") for state in states)
        text = Text(f"{sum(state in OVER for state in states)}/{len(states)}")
        if failed:
            text.append(f" {failed}{SIGNS['test failed'][self.ascii]}", style="bold red")
        return text

    def bar(self, progress: Progress, width: int) -> Text:
        """How much is done, since when, and how long the rest may take."""
        from rich.text import Text

        done, total, left = progress.done, progress.total, progress.left()
        words = f"{done}/{total}  {seconds(progress.elapsed)}"
        if left is not None and done < total:
            words += f"  about {seconds(left)} left"
        room = max(min(width - len(words) - 2, 40), 0)
        full = room * done // total if total else room
        signs = ("#", ".") if self.ascii else ("━", "─")
        text = Text(no_wrap=True, overflow="crop")
        if room >= 8:
            text.append(signs[0] * full, style="green")
            text.append(f"{signs[1] * (room - full)}  ", style="dim")
        return text.append(words)

    def now(self, progress: Progress, width: int) -> Text:
        """What runs: the longest first."""
        from rich.text import Text

        running = sorted(progress.running.items(), key=lambda item: item[1])
        names = [
            f"{step} {name} {seconds(self.clock() - since)}" for (step, name), since in running
        ]
        text = f"{len(names)} running: {', '.join(names)}" if names else "nothing running"
        return Text(text if len(text) <= width else f"{text[: width - 3]}...", no_wrap=True)

    def legend(self, progress: Progress) -> Text:
        """What the signs mean that are in the table."""
        from rich.text import Text

        found = set(progress.states.values())
        text = Text(style="dim", no_wrap=True, overflow="crop")
        for state in SIGNS:
            if state in found:
                text.append(SIGNS[state][self.ascii], style=STYLES[state])
                text.append(f" {state}  ")
        return text


if TYPE_CHECKING:
    from rich.live import Live as Display


class Lines(Plain):
    """What stays above the table: failures and warnings, and everything where all is wanted."""

    def __init__(self, console: Console, *, verbose: bool, colour: bool) -> None:
        super().__init__(
            cast("TextIO", console.file), quiet=not verbose, verbose=verbose, colour=colour
        )
        self.console = console

    def say(self, text: str) -> None:
        """Also without `verbose`."""
        self.write(text)

    def write(self, text: str) -> None:
        """A line of its own: the table is drawn again below it."""
        from rich.text import Text

        self.console.print(Text.from_ansi(text), soft_wrap=True)


def encodes(stream: TextIO) -> bool:
    """Whether a stream takes the signs of the states."""
    signs = "".join(sign for sign, _ in SIGNS.values()) + "━─"
    try:
        signs.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def row(progress: Progress, target: str) -> list[State]:
    """The states of a target."""
    names = (f"{python}-{target}" for python in progress.pythons)
    return [progress.states[name] for name in names if name in progress.states]


def all_over(progress: Progress, target: str) -> bool:
    """Whether nothing of a target is still to come."""
    return all(state in OVER for state in row(progress, target))


def shown(progress: Progress, most: int) -> list[str]:
    """The targets to show, in their order: what runs, then what failed, then what comes, then the rest."""
    if len(progress.targets) <= most:
        return list(progress.targets)
    chosen = sorted(progress.targets, key=lambda target: urgency(row(progress, target)))
    kept = set(chosen[: most - 1])
    return [target for target in progress.targets if target in kept]


def urgency(states: Iterable[State]) -> int:
    """How much a row wants to be seen; less is more."""
    found = set(states)
    if found & {"building", "testing"}:
        return 0
    if found & {"test failed", "build failed"}:
        return 1
    return 2 if found & {"waiting", "built", "reused"} else 3
