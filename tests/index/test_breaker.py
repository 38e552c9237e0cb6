"""When a source is left alone, and for how long."""

from __future__ import annotations

from zigwheel.index.sources.breaker import FIRST, LACKS, LONGEST, REMEMBERED, Breaker


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_failures_in_a_row() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    breaker.has_failed()
    breaker.has_failed()
    breaker.has_given()
    breaker.has_failed()
    breaker.has_failed()
    assert breaker.why_not("a") == ""
    breaker.has_failed()
    assert breaker.why_not("a") == "it has failed 3 times in a row, and is left alone for 15 s"
    clock.now += FIRST
    assert breaker.why_not("a") == ""
    breaker.has_failed()
    assert "30 s" in breaker.why_not("b")
    for _ in range(50):
        breaker.has_failed()
    clock.now += LONGEST
    assert breaker.why_not("a") == ""
    breaker.has_given()
    breaker.has_failed()
    assert breaker.why_not("a") == ""


def test_what_it_lacks() -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    breaker.has_failed()
    breaker.lacks("a")
    assert breaker.failures == 0
    assert breaker.why_not("a") == "it has just said that it lacks it"
    assert breaker.why_not("b") == ""
    clock.now += LACKS
    assert breaker.why_not("a") == ""
    for number in range(2 * REMEMBERED):
        breaker.lacks(str(number))
    assert len(breaker.lacking) == REMEMBERED
