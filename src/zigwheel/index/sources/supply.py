"""Where the bytes of a file come from when the store lacks them: one try for one content, however many ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from zigwheel.index.model import File


class Unavailable(Exception):
    """A source cannot give a file; says why."""

    def __init__(self, reason: str, *, lasting: bool = True) -> None:
        super().__init__(reason)
        self.lasting = lasting
        """Whether asking again soon is of no use."""


class Busy(Unavailable):
    """A source has too much to do now. The file stays on the pages: whoever comes back may have it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, lasting=False)


class Source(Protocol):
    """A place that may have the bytes of a file, or can make them."""

    @property
    def name(self) -> str:
        """For logs and numbers."""

    async def fetch(self, file: File) -> None:
        """Bring the bytes into the store, which takes no others. Raises `Unavailable`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """A file that is in the store now."""

    source: str
    """Where it came from."""
    seconds: float
    """How long that took."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """Sources in their order, and what is on its way."""

    sources: Callable[[File], Sequence[Source]]
    """The places that may have a file. They are asked one after the other."""
    told: Callable[[File, Came | Unavailable], None]
    """Called once for each try, when it ends."""
    under_way: dict[str, asyncio.Task[Came]] = field(default_factory=dict)
    """By sha256."""

    def begin(self, file: File) -> asyncio.Task[Came]:
        """The try that brings a file: the one that runs, or a new one. It goes on when nobody waits for it."""
        task = self.under_way.get(file.sha256)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._bring(file))
            self.under_way[file.sha256] = task
            task.add_done_callback(lambda done: self._ended(file, done))
        return task

    async def _bring(self, file: File) -> Came:
        since = asyncio.get_running_loop().time()
        reasons: list[str] = []
        lasting, busy = True, False
        for source in self.sources(file):
            try:
                await source.fetch(file)
            except Unavailable as error:
                reasons.append(f"{source.name}: {error}")
                lasting = lasting and error.lasting
                busy = busy or isinstance(error, Busy)
            else:
                seconds = asyncio.get_running_loop().time() - since
                return Came(source=source.name, seconds=seconds)
        if busy:
            raise Busy("; ".join(reasons))
        raise Unavailable("; ".join(reasons) or "there is no source for it", lasting=lasting)

    def _ended(self, file: File, task: asyncio.Task[Came]) -> None:
        del self.under_way[file.sha256]
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self.told(file, task.result())
        elif isinstance(error, Unavailable):
            self.told(file, error)
        else:
            self.told(file, Unavailable(f"{type(error).__name__}: {error}", lasting=False))

    async def stop(self) -> None:
        """End all that is under way."""
        tasks = list(self.under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
