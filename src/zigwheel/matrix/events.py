"""What a run tells those who watch it, while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from zigwheel.matrix.model import Manifest, Selection, TestResult, WheelResult

Step: TypeAlias = Literal["building", "testing"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Began:
    """Work on an identifier began."""

    identifier: str
    """The job's, or while testing, that of the Python that runs the test."""
    step: Step
    """What is being done."""


class Watcher(Protocol):
    """Shows a run to a person or writes it down. Called from one thread, in the order of events.

    After `begin` and until `end`, which comes also where the run fails or is interrupted.
    """

    def begin(self, selection: Selection, jobs: int) -> None:
        """The selection is known; up to `jobs` builds run side by side."""

    def say(self, text: str) -> None:
        """Something for a person that belongs to no identifier: a warning, a phase such as `sdist`."""

    def began(self, event: Began) -> None:
        """Work on an identifier began."""

    def built(self, result: WheelResult) -> None:
        """A wheel was built or failed; its tests are still to come."""

    def tested(self, wheel: WheelResult, result: TestResult) -> None:
        """A test of a wheel ended, or will not be run."""

    def end(self, manifest: Manifest) -> None:
        """The run is over; `manifest` has all that came out."""
