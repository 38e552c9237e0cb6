"""What waits for what, how much runs side by side, and what an error or an interrupt ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zigwheel.matrix.schedule import Limits, Task, carry_out, share


def run(
    tasks: list[Task], limits: Limits, *, need: int = 0, halt: Callable[[], None] = lambda: None
) -> list[tuple[str, str]]:
    """What began and ended, in its order."""
    seen: list[tuple[str, str]] = []
    carry_out(
        tasks,
        limits,
        began=lambda task: seen.append(("began", task.key)),
        ended=lambda task, result: seen.append(("ended", task.key)),
        need=lambda: need,
        halt=halt,
    )
    return seen


def task(key: str, *after: str, rank: int = 0, run: Callable[[int], Any] = lambda n: None) -> Task:
    return Task(key=key, after=after, rank=rank, run=run)


def test_one_after_the_other_in_the_order_of_ranks() -> None:
    seen = run([task("c", rank=2), task("a", "c"), task("b", rank=1)], Limits(jobs=1))
    assert [key for what, key in seen if what == "began"] == ["b", "c", "a"]


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.sets(st.integers(min_value=0, max_value=11)), min_size=1, max_size=12),
    st.integers(min_value=1, max_value=5),
)
def test_nothing_begins_before_what_it_waits_for_has_ended(
    edges: list[set[int]], jobs: int
) -> None:
    tasks = [
        task(str(number), *(str(other) for other in before if other < number))
        for number, before in enumerate(edges)
    ]
    seen = run(tasks, Limits(jobs=jobs))
    for one in tasks:
        began = seen.index(("began", one.key))
        assert all(seen.index(("ended", key)) < began for key in one.after)
    running = 0
    for what, _ in seen:
        running += 1 if what == "began" else -1
        assert 0 <= running <= jobs
    assert len(seen) == 2 * len(tasks)


def test_memory_limits_what_runs_side_by_side() -> None:
    most, now, lock = 0, 0, threading.Lock()

    def hold(processors: int) -> None:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1

    tasks = [task(str(n), run=hold) for n in range(8)]
    run(tasks, Limits(jobs=4, memory=250), need=100)
    assert most == 2
    most = 0
    run(tasks, Limits(jobs=4, memory=50), need=100)
    assert most == 1  # what alone is more than the limit is done alone


@pytest.mark.parametrize(
    ("jobs", "running", "waiting", "expected"),
    [(8, 0, 0, 8), (8, 0, 1, 4), (8, 0, 30, 1), (8, 7, 0, 1), (2, 0, 0, 2), (1, 0, 5, 1)],
)
def test_processors_are_shared(jobs: int, running: int, waiting: int, expected: int) -> None:
    assert share(jobs, running, waiting) == expected


def test_what_a_task_raises_ends_what_runs_and_is_raised() -> None:
    ended = threading.Event()

    def fail(processors: int) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        run(
            [task("a", run=lambda n: ended.wait(30)), task("b", run=fail), task("c", "b")],
            Limits(jobs=2),
            halt=ended.set,
        )
    assert ended.is_set()
