"""Where a run stands: the state of every identifier, and how long the rest may take. No rich here."""

from __future__ import annotations

from collections.abc import Callable

from zigwheel.matrix.events import Began, Step
from zigwheel.matrix.model import Selection, TestResult, WheelResult
from zigwheel.matrix.report.cells import State, state_of
from zigwheel.matrix.report.words import python_order, split

OVER: frozenset[State] = frozenset(
    {"passed", "not tested", "test failed", "build failed", "not built", "left out"}
)
"""States that no event follows."""


class Progress:
    """Follows the events of a run."""

    def __init__(self, selection: Selection, jobs: int, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.started = clock()
        self.jobs = jobs
        """Builds that run side by side."""
        self.serves = {job.identifier: job.serves for job in selection.jobs}
        identifiers = [name for served in self.serves.values() for name in served]
        self.states: dict[str, State] = dict.fromkeys(identifiers, "waiting")
        """By identifier."""
        self.ended: set[str] = set()
        """Jobs whose build ended."""
        self.running: dict[tuple[Step, str], float] = {}
        """What is being done, and since when."""
        self.spent: dict[Step, list[float]] = {"building": [], "testing": []}
        """Seconds of what ended."""
        self.targets = tuple(dict.fromkeys(split(name)[1] for name in identifiers))
        self.pythons = tuple(sorted({split(name)[0] for name in identifiers}, key=python_order))

    def began(self, event: Began) -> None:
        """Work on an identifier began."""
        self.running[event.step, event.identifier] = self.clock()
        served = self.serves.get(event.identifier, ()) if event.step == "building" else ()
        for name in served or (event.identifier,):
            self.states[name] = event.step

    def built(self, result: WheelResult) -> None:
        """A build ended."""
        self.running.pop(("building", result.identifier), None)
        self.ended.add(result.identifier)
        self.spent["building"].append(result.seconds)
        for name in self.serves.get(result.identifier, result.serves):
            self.states[name] = state_of(result, None)

    def tested(self, wheel: WheelResult, result: TestResult) -> None:
        """A test ended."""
        self.running.pop(("testing", result.identifier), None)
        self.spent["testing"].append(result.seconds)
        self.states[result.identifier] = state_of(wheel, result)

    @property
    def total(self) -> int:
        """Builds and tests."""
        return len(self.serves) + len(self.states)

    @property
    def done(self) -> int:
        """Builds and tests that are over."""
        return len(self.ended) + sum(state in OVER for state in list(self.states.values()))

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self.clock() - self.started

    def left(self) -> float | None:
        """Seconds that the rest may take; none as long as nothing has ended.

        What is left costs what the like has cost so far, and is done as much side by side as that was.
        """
        costs = [cost for spent in self.spent.values() for cost in spent]
        if not costs:
            return None
        now = self.clock()
        under_way = [now - since for since in list(self.running.values())]
        work = {
            "building": len(self.serves) - len(self.ended),
            "testing": sum(state not in OVER for state in list(self.states.values())),
        }
        mean = {
            step: sum(spent) / len(spent) if spent else sum(costs) / len(costs)
            for step, spent in self.spent.items()
        }
        rest = work["building"] * mean["building"] + work["testing"] * mean["testing"]
        begun = sum(min(now - since, mean[step]) for (step, _), since in list(self.running.items()))
        abreast = (sum(costs) + sum(under_way)) / max(self.elapsed, 0.001)
        return max(rest - begun, 0.0) / min(max(abreast, 0.2), max(self.jobs, 1))
