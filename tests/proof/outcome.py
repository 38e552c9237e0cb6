"""What became of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.proof.cells import Cell


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How far one cell came."""

    cell: Cell
    """Which one."""
    wheel: str = ""
    """File name of the wheel; empty if it could not be built, or was not to be."""
    ran: Mapping[str, str] = field(default_factory=dict)
    """Names of the interpreters that imported it and passed every check, and their versions."""
    failed: str = ""
    """What went wrong, whole; empty if nothing did."""
    reason: str = ""
    """Why it was not run, or not built, though nothing went wrong."""

    @property
    def word(self) -> str:
        """What the table says: the steps that were taken, or that it failed."""
        if self.failed:
            return "**failed**"
        if self.ran:
            return "ran"
        return "built" if self.wheel else "–"
