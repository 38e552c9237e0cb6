"""What a run has finished, line by line, so that an interrupted one can go on from there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from zigwheel.errors import MatrixError
from zigwheel.matrix.manifest import plain, record, wheel
from zigwheel.matrix.model import TestResult, WheelResult


class Journal:
    """The file, opened to write; each line is whole before the next one begins."""

    def __init__(self, file: Path, run: str, *, go_on: bool) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.stream = file.open("a" if go_on else "w", encoding="utf-8")
        self.write({"run": run} if not go_on else {})

    def write(self, entry: dict[str, Any]) -> None:
        """Add a line; a blank one ends what a killed run may have left of a line."""
        self.stream.write((json.dumps(entry) if entry else "") + "\n")
        self.stream.flush()

    def built(self, result: WheelResult) -> None:
        """A wheel lies in its place."""
        self.write({"wheel": plain(result)})

    def tested(self, result: TestResult) -> None:
        """A test has ended."""
        self.write({"test": plain(result)})

    def close(self) -> None:
        """Close the file."""
        self.stream.close()


def finished(file: Path, run: str) -> dict[str, WheelResult]:
    """Wheels that an interrupted run has built, with the tests that have ended, by identifier.

    `run` names what was to be built from what. Raises `MatrixError` where that was something else.
    """
    entries = list(lines(file))
    if not entries:
        return {}
    if entries[0].get("run") != run:
        raise MatrixError(
            "the interrupted run was of other sources, options or tools, so there is nothing to resume",
            hint="leave out --resume: what is the same is taken from the cache anyway",
        )
    wheels: dict[str, WheelResult] = {}
    tests: dict[str, TestResult] = {}
    for entry in entries[1:]:
        if "wheel" in entry:
            result = wheel(entry["wheel"], str(file))
            wheels[result.identifier] = result
        elif "test" in entry:
            test = record(TestResult, entry["test"], str(file))
            tests[test.identifier] = test
    return {
        name: replace(result, tests=tuple(tests[i] for i in result.serves if i in tests))
        for name, result in wheels.items()
        if result.state == "built"
    }


def lines(file: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a journal; that in which the run was killed is none."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry
