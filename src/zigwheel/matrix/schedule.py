"""Carry out tasks that wait for one another, side by side within limits."""

from __future__ import annotations

import heapq
import queue
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """Something to do."""

    key: str
    """Its name, which no other task has."""
    after: tuple[str, ...] = ()
    """Tasks that have to end first, however they end."""
    rank: int = 0
    """Of what could begin, the least goes first; among equals, what was named first."""
    run: Callable[[int], Any] = field(compare=False)
    """Does it, in a thread of its own, with at most so many processors; what it returns is its result."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much goes on at the same time."""

    jobs: int
    """Tasks."""
    memory: int = 0
    """Bytes that all tasks together may need; 0: no limit."""


def share(jobs: int, running: int, waiting: int) -> int:
    """Processors for a task that begins beside `running` others, while `waiting` could begin as well."""
    return max(1, jobs // max(1, min(jobs, running + 1 + waiting)))


def carry_out(
    tasks: Iterable[Task],
    limits: Limits,
    *,
    began: Callable[[Task], None],
    ended: Callable[[Task, Any], None],
    need: Callable[[], int] = lambda: 0,
    halt: Callable[[], None],
) -> None:
    """Do all of them. `began` and `ended` are called in the calling thread.

    `need` tells how many bytes a task is expected to take: where all that runs and one more would pass
    the limit, that one waits, unless nothing runs. What a task raises is raised here, once those that
    run have ended; so is an interrupt. In both cases `halt` is called first, which ends what runs.
    """
    listed = list(tasks)
    open_for = {task.key: set(task.after) for task in listed}
    order = {task.key: number for number, task in enumerate(listed)}
    waiting = {task.key: task for task in listed}
    ready: list[tuple[int, int, Task]] = []
    done: queue.SimpleQueue[tuple[Task, Future[Any]]] = queue.SimpleQueue()
    running = 0

    def release() -> None:
        for key in [key for key in waiting if not open_for[key]]:
            task = waiting.pop(key)
            heapq.heappush(ready, (task.rank, order[key], task))

    def fits() -> bool:
        if running >= limits.jobs:
            return False
        return running == 0 or not limits.memory or (running + 1) * need() <= limits.memory

    with ThreadPoolExecutor(limits.jobs) as pool:
        try:
            release()
            while ready or running:
                while ready and fits():
                    task = heapq.heappop(ready)[2]
                    processors = share(limits.jobs, running, len(ready))
                    began(task)
                    future = pool.submit(task.run, processors)
                    future.add_done_callback(lambda f, task=task: done.put((task, f)))  # type: ignore[misc]
                    running += 1
                task, future = next_of(done)
                running -= 1
                ended(task, future.result())
                for others in open_for.values():
                    others.discard(task.key)
                release()
        except BaseException:
            halt()
            raise


def next_of(done: queue.SimpleQueue[tuple[Task, Future[Any]]]) -> tuple[Task, Future[Any]]:
    """What ends next. With a time limit each time: on Windows, nothing else lets an interrupt through."""
    while True:
        try:
            return done.get(timeout=0.5)
        except queue.Empty:
            continue
