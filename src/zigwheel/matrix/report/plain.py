"""A run as lines: where there is no terminal, or no rich."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from zigwheel.matrix.events import Began
from zigwheel.matrix.model import Manifest, Selection, TestPlan, TestResult, WheelResult
from zigwheel.matrix.report.words import cleaned, count, seconds, size, split, told

COLOURS: Mapping[str, str] = {
    "built": "36",
    "reused": "36",
    "passed": "32",
    "not tested": "33",
    "failed": "1;31",
    "warning": "33",
}
"""Codes of ECMA-48 for the word that a line begins with."""

WORD = 10
"""Width of that word: of `not tested`."""


class Plain:
    """A `Watcher` that writes one line when something ends, and a failure's words at once."""

    def __init__(
        self, stream: TextIO, *, quiet: bool = False, verbose: bool = False, colour: bool = False
    ) -> None:
        self.stream = stream
        self.quiet = quiet
        """Only failures and warnings are written."""
        self.verbose = verbose
        """What begins is written too, and what tests print."""
        self.colour = colour
        """Words are coloured; they say the same without."""
        self.plans: dict[str, TestPlan] = {}
        """The tests, by identifier."""
        self.warned: set[str] = set()
        """Warnings that were written: most are the same for every target."""

    def begin(self, selection: Selection, jobs: int) -> None:
        """Say how much there is to do."""
        plans = [plan for job in selection.jobs for plan in job.tests]
        self.plans = {plan.identifier: plan for plan in plans}
        targets = {job.target for job in selection.jobs}
        pythons = {split(plan.identifier)[0] for plan in plans}
        self.line(
            f"{count(len(selection.jobs), 'wheel')} for {count(len(targets), 'target')} and "
            f"{count(len(pythons), 'Python')}, up to {jobs} at a time"
        )
        for warning in selection.warnings:
            self.warn("", warning)

    def say(self, text: str) -> None:
        """Write it as it is."""
        self.line(cleaned(text))

    def began(self, event: Began) -> None:
        """Write it where all is wanted."""
        if self.verbose:
            self.line(f"{event.step:{WORD}}  {event.identifier}")

    def built(self, result: WheelResult) -> None:
        """Write what a job came to."""
        for warning in result.warnings:
            self.warn(result.identifier, warning)
        if result.state == "failed":
            self.failed(result.identifier, "could not be built", result.error)
        elif result.state == "built":
            word = "reused" if result.reused else "built"
            figures = (result.file, size(result.size), seconds(result.seconds))
            self.outcome(word, result.identifier, *figures)

    def tested(self, wheel: WheelResult, result: TestResult) -> None:
        """Write what a test came to; that there is no command for any is not said for each."""
        if result.state == "failed":
            what = "its test failed"
            what += f" under {result.interpreter}" if result.interpreter else ""
            self.failed(result.identifier, what, result.output or result.reason, result.reason)
        elif result.state == "passed":
            took = seconds(result.seconds)
            self.outcome("passed", result.identifier, result.interpreter, took)
            if self.verbose and result.output:
                self.line(cleaned(result.output))
        elif self.verbose or self.has_command(result.identifier):
            self.outcome("not tested", result.identifier, result.reason)

    def end(self, manifest: Manifest) -> None:
        """Nothing: the table comes after."""

    def has_command(self, identifier: str) -> bool:
        """Whether an identifier's test says what to run."""
        return identifier not in self.plans or bool(self.plans[identifier].command)

    def outcome(self, word: str, identifier: str, *rest: str) -> None:
        """The line of something that ended well."""
        shown = self.painted(word, f"{word:{WORD}}")
        self.line("  ".join([shown, identifier, *(cleaned(text) for text in rest if text)]))

    def failed(self, identifier: str, what: str, text: str, reason: str = "") -> None:
        """The lines of something that failed: what, and all of its words."""
        shown = self.painted("failed", f"{'failed':{WORD}}")
        reason = f": {cleaned(reason)}" if reason and reason.strip() != text.strip() else ""
        self.write(f"{shown}  {identifier}  {what}{reason}")
        for line in cleaned(text).strip("\n").split("\n"):
            self.write(f"    {line}".rstrip())

    def warn(self, identifier: str, text: str) -> None:
        """A warning, once."""
        if self.new_warning(text):
            place = f"{identifier}  " if identifier else ""
            shown = self.painted("warning", f"{'warning':{WORD}}")
            self.write(f"{shown}  {place}{cleaned(text)}")

    def new_warning(self, text: str) -> bool:
        """Whether a warning was not written yet."""
        new = text not in self.warned
        self.warned.add(text)
        return new

    def painted(self, word: str, text: str) -> str:
        """`text` in the colour of a word."""
        return f"\x1b[{COLOURS[word]}m{text}\x1b[0m" if self.colour else text

    def line(self, text: str) -> None:
        """A line that can be done without."""
        if not self.quiet:
            self.write(text)

    def write(self, text: str) -> None:
        """A line."""
        self.stream.write(f"{text}\n")
        self.stream.flush()


def short(error: str) -> str:
    """An error in a line for a title."""
    return told(error)[:300]
