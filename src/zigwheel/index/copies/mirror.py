"""What a secondary cache copies from an index: what it is asked for, all, or what is wanted most."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from zigwheel.census.model import Item
from zigwheel.census.upstream import Index
from zigwheel.errors import ZigwheelError
from zigwheel.index.sources.caches import Cache, Failed, Lacks
from zigwheel.store.model import Store

Policy: TypeAlias = Literal["asked", "all", "wanted"]
"""Which blobs are copied."""

AGAIN = (0.0, 3.0, 10.0, 30.0, 120.0)
"""Seconds to wait before each try for a blob that was asked for. The index may be about to make it."""

EVERY = 60.0
"""Seconds between two looks at the index."""

AT_ONCE = 4
"""Blobs that are copied at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mirror:
    """Copies blobs of an index into a store."""

    origin: Cache
    """The index, as a place for blobs."""
    index: Index
    """The same, as an index."""
    store: Store
    """Where copies go."""
    policy: Policy
    """Which blobs are copied."""
    room: int
    """Bytes of all blobs in the store; 0 for as many as there are."""
    log: Callable[..., None]
    """Told of what happens."""
    used: OrderedDict[str, int] = field(default_factory=OrderedDict)
    """The size of each blob in the store; the last that was asked for at the end."""
    under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """What is being copied because it was asked for."""

    def begin(self) -> None:
        """Look at what is there from before; the oldest goes first."""
        there = [(self.store.added(blob.sha256) or 0.0, blob) for blob in self.store.blobs()]
        for _, blob in sorted(there, key=lambda pair: (pair[0], pair[1].sha256)):
            self.used[blob.sha256] = blob.size

    def was_asked(self, sha256: str) -> None:
        """Note that somebody has asked for a blob; copy it soon, if it is not there."""
        if sha256 in self.used:
            self.used.move_to_end(sha256)
        elif self.policy == "asked" and sha256 not in self.under_way and len(self.under_way) < 1000:
            task = asyncio.get_running_loop().create_task(self._patiently(sha256))
            self.under_way[sha256] = task
            task.add_done_callback(lambda done: self.under_way.pop(sha256, None))

    async def _patiently(self, sha256: str) -> None:
        for seconds in AGAIN:
            await asyncio.sleep(seconds)
            if await self.copy(sha256, None):
                return

    async def copy(self, sha256: str, size: int | None) -> bool:
        """Copy a blob; whether it is there now."""
        if sha256 in self.used:
            return True
        try:
            if size is None:
                size = await asyncio.to_thread(self.origin.size_of, sha256)
            if self.room and size > self.room:
                return False
            await asyncio.to_thread(self.origin.bring, sha256, size)
        except Lacks:
            return False
        except (Failed, ZigwheelError) as error:
            self.log("failed", sha256=sha256, reason=str(error))
            return False
        self.used[sha256] = size
        self.log("copied", sha256=sha256, size=size)
        await asyncio.to_thread(self._make_room)
        return True

    def _make_room(self) -> None:
        """Delete what nobody has asked for for the longest time."""
        while self.room and sum(self.used.values()) > self.room:
            sha256, _ = self.used.popitem(last=False)
            self.store.delete(sha256)
            self.log("deleted", sha256=sha256)

    async def follow(self) -> None:
        """Copy what the policy wants, now and whenever the index has changed, until cancelled."""
        seen = -1
        while self.policy != "asked":
            try:
                state = await asyncio.to_thread(self.index.numbers, f"{self.origin.url}/health")
                serial = state.get("serial", 0)
                if serial != seen or self.policy == "wanted":
                    await self._copy_all(await asyncio.to_thread(self._wanted))
                    seen = serial
            except ZigwheelError as error:
                self.log("failed", reason=str(error))
            await asyncio.sleep(EVERY)

    def _wanted(self) -> list[Item]:
        lost: list[str] = []
        items = self.index.all_items(self.index.projects(), AT_ONCE, lost.append)
        if self.policy == "wanted":
            items = most_wanted(
                items, self.index.numbers(f"{self.origin.url}/downloads.json"), self.room
            )
        return items

    async def _copy_all(self, items: Iterable[Item]) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(item: Item) -> None:
            async with gate:
                await self.copy(item.sha256, item.size)

        await asyncio.gather(*(one(item) for item in items if item.sha256))


def most_wanted(items: Iterable[Item], downloads: dict[str, int], room: int) -> list[Item]:
    """What was downloaded most, as far as there is room; nothing that nobody has wanted."""
    chosen, left = [], room
    for item in sorted(items, key=lambda one: (-downloads.get(one.file, 0), one.file)):
        if not downloads.get(item.file):
            break
        if room and item.size > left:
            continue
        left -= item.size
        chosen.append(item)
    return chosen
