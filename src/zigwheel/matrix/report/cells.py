"""The matrix as rows and columns: what became of each identifier. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from zigwheel.matrix.model import Manifest, TestResult, WheelResult
from zigwheel.matrix.report.words import python_order, split, told

State: TypeAlias = Literal[
    "waiting",
    "building",
    "built",
    "reused",
    "testing",
    "passed",
    "not tested",
    "test failed",
    "build failed",
    "not built",
    "left out",
]
"""What is the matter with an identifier. `reused` is what was built before and taken from the cache."""

SIGNS: Mapping[State, tuple[str, str]] = {
    "waiting": ("·", "."),
    "building": ("▸", ">"),
    "built": ("■", "b"),
    "reused": ("□", "r"),
    "testing": ("▹", "t"),
    "passed": ("✓", "+"),
    "not tested": ("○", "o"),
    "test failed": ("✗", "x"),
    "build failed": ("‼", "!"),
    "not built": ("–", "-"),
    "left out": (" ", " "),
}
"""One character for each state, and another for terminals that know ASCII alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """An identifier and what became of it."""

    identifier: str
    """Its name."""
    state: State
    """What became of it in the end."""
    wheel: WheelResult | None = None
    """The wheel that serves it; none if it is left out."""
    test: TestResult | None = None
    """Its test; none if there is no result."""
    reason: str = ""
    """Why it is left out, not built or not tested; the last words of a test that failed."""

    @property
    def python(self) -> str:
        """Its Python, such as `cp313t`."""
        return split(self.identifier)[0]

    @property
    def target(self) -> str:
        """Its platform, such as `manylinux_x86_64`."""
        return split(self.identifier)[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """The matrix: targets are rows, Pythons are columns."""

    targets: tuple[str, ...]
    """Those that a wheel is for, in the order of the selection."""
    pythons: tuple[str, ...]
    """Those that a wheel is for, sorted."""
    cells: Mapping[str, Cell]
    """By identifier, what lies in a row and a column; not every combination need be there."""

    def at(self, target: str, python: str) -> Cell | None:
        """The cell at a row and a column."""
        return self.cells.get(f"{python}-{target}")


def grid(manifest: Manifest) -> Grid:
    """The matrix of what came out."""
    served = {cell.identifier: cell for wheel in manifest.wheels for cell in cells_of(wheel)}
    targets = tuple(dict.fromkeys(cell.target for cell in served.values()))
    pythons = tuple(sorted({cell.python for cell in served.values()}, key=python_order))
    for left in manifest.left_out:
        python, target = split(left.identifier)
        if python in pythons and target in targets and left.identifier not in served:
            served[left.identifier] = Cell(
                identifier=left.identifier, state="left out", reason=left.reason
            )
    return Grid(targets=targets, pythons=pythons, cells=served)


def cells_of(wheel: WheelResult) -> list[Cell]:
    """One cell for each identifier that a wheel serves."""
    tests = {test.identifier: test for test in wheel.tests}
    return [cell_of(wheel, identifier, tests.get(identifier)) for identifier in wheel.serves]


def cell_of(wheel: WheelResult, identifier: str, test: TestResult | None) -> Cell:
    """What became of one identifier of a wheel."""
    state = state_of(wheel, test)
    reason = test.reason if test else ""
    if state == "not built":
        reason = "the run was ended before"
    elif state in ("built", "reused"):
        reason = "its test is still to come"
    return Cell(identifier=identifier, state=state, wheel=wheel, test=test, reason=reason)


def state_of(wheel: WheelResult, test: TestResult | None) -> State:
    """The state of an identifier."""
    if wheel.state == "failed":
        return "build failed"
    if wheel.state == "not built":
        return "not built"
    if test is None:
        return "reused" if wheel.reused else "built"
    return "test failed" if test.state == "failed" else test.state


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """Counts and sums of a run."""

    wheels: int
    """Wheels that there are."""
    reused: int
    """Those of them that were taken from the cache."""
    failed: int
    """Wheels that could not be built."""
    not_built: int
    """Wheels that were not reached."""
    passed: int
    """Tests that passed."""
    tests_failed: int
    """Tests that failed."""
    not_tested: int
    """Tests that were not run, or are still to come."""
    size: int
    """Bytes of all wheels."""
    cpu_seconds: float
    """Processor time of all builds."""


def totals(manifest: Manifest) -> Totals:
    """What a run comes to."""
    built = [wheel for wheel in manifest.wheels if wheel.state == "built"]
    cells = [cell for wheel in built for cell in cells_of(wheel)]
    passed = sum(cell.state == "passed" for cell in cells)
    failed = sum(cell.state == "test failed" for cell in cells)
    return Totals(
        wheels=len(built),
        reused=sum(wheel.reused for wheel in built),
        failed=sum(wheel.state == "failed" for wheel in manifest.wheels),
        not_built=sum(wheel.state == "not built" for wheel in manifest.wheels),
        passed=passed,
        tests_failed=failed,
        not_tested=len(cells) - passed - failed,
        size=sum(wheel.size for wheel in built),
        cpu_seconds=sum(wheel.cpu_seconds for wheel in manifest.wheels if not wheel.reused),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """What went wrong, once for all identifiers that it went wrong for in the same words."""

    identifiers: tuple[str, ...]
    """Where it happened: of jobs where a build failed, of tests where these did."""
    state: Literal["build failed", "test failed"]
    """What failed."""
    text: str
    """The words of the compiler, or the end of what the test printed."""
    reason: str
    """Its shortest form, one line; may be empty."""


def failures(manifest: Manifest) -> list[Failure]:
    """All that failed, in the order of the first identifier of each.

    Builds are one failure where the compiler's first complaint is the same: what comes after it, such as
    the command to repeat, names the target. Tests are one where they printed the same.
    """
    found: dict[tuple[str, str], Failure] = {}
    for wheel in manifest.wheels:
        if wheel.state == "failed":
            one = Failure(
                identifiers=(wheel.identifier,),
                state="build failed",
                text=wheel.error,
                reason=told(wheel.error),
            )
            add(found, ("", one.reason), one)
        for test in wheel.tests:
            if test.state == "failed":
                one = Failure(
                    identifiers=(test.identifier,),
                    state="test failed",
                    text=test.output,
                    reason=test.reason,
                )
                add(found, (test.output, test.reason), one)
    return list(found.values())


def add(found: dict[tuple[str, str], Failure], key: tuple[str, str], one: Failure) -> None:
    """Note a failure, with those of its kind."""
    known = found.get((one.state + key[0], key[1]))
    if known:
        one = replace(known, identifiers=(*known.identifiers, *one.identifiers))
    found[one.state + key[0], key[1]] = one


def reasons(manifest: Manifest) -> dict[str, list[str]]:
    """Identifiers that were built and not tested, by the reason."""
    found: dict[str, list[str]] = {}
    for wheel in manifest.wheels:
        if wheel.state == "built":
            for cell in cells_of(wheel):
                if cell.state not in ("passed", "test failed"):
                    found.setdefault(cell.reason, []).append(cell.identifier)
    return found


def left_out(manifest: Manifest) -> dict[str, list[str]]:
    """Identifiers that are not built, by the reason."""
    found: dict[str, list[str]] = {}
    for one in manifest.left_out:
        found.setdefault(one.reason, []).append(one.identifier)
    return found
