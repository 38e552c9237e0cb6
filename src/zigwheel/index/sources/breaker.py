"""When to leave a source alone: it has failed several times, or has just said that it lacks something."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

FAILURES = 3
"""In a row, after which a source is left alone."""

FIRST = 15.0
"""Seconds for which it is left alone then; twice as long each time that it fails again."""

LONGEST = 600.0

LACKS = 60.0
"""Seconds for which a source is taken at its word that it lacks something."""

REMEMBERED = 10_000


@dataclass(kw_only=True, slots=True)
class Breaker:
    """What is known of one source. All calls come from one thread at a time."""

    clock: Callable[[], float]
    """Seconds, from any point in time on."""
    failures: int = 0
    """In a row."""
    until: float = 0.0
    """When it is tried again."""
    lacking: OrderedDict[str, float] = field(default_factory=OrderedDict)
    """What it lacked, and until when that is believed."""

    def why_not(self, key: str) -> str:
        """Why a source is not asked for something now; empty if it is to be asked."""
        now = self.clock()
        if now < self.until:
            return f"it has failed {self.failures} times in a row, and is left alone for {self.until - now:.0f} s"
        if now < self.lacking.get(key, 0.0):
            return "it has just said that it lacks it"
        return ""

    def has_given(self) -> None:
        """It has given what it was asked for."""
        self.failures, self.until = 0, 0.0

    def lacks(self, key: str) -> None:
        """It has answered that it lacks something, so it is well."""
        self.has_given()
        self.lacking[key] = self.clock() + LACKS
        self.lacking.move_to_end(key)
        while len(self.lacking) > REMEMBERED:
            self.lacking.popitem(last=False)

    def has_failed(self) -> None:
        """It has given no answer, or a wrong one."""
        self.failures += 1
        over = self.failures - FAILURES
        if over >= 0:
            self.until = self.clock() + min(FIRST * 2.0**over, LONGEST)
