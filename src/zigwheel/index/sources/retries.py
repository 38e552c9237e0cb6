"""Files that could not be had are looked for again, now and then, so that they come back by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from zigwheel.index.model import File
from zigwheel.index.shelf.catalogue import Catalogue
from zigwheel.index.sources.supply import Busy, Came, Supply, Unavailable

FIRST = 60.0
"""Seconds until a file is looked for again; twice as long each time."""

LONGEST = 6 * 3600.0

STEP = 15.0
"""Seconds between two looks at what is due."""

AT_ONCE = 20
"""Files that are looked for in one go."""


@dataclass(kw_only=True, slots=True)
class Due:
    """A file that is looked for again."""

    when: float
    """In seconds of the event loop."""
    wait: float
    """How long the next wait is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Retries:
    """Takes files off the pages that cannot be had, and puts them there again."""

    catalogue: Catalogue
    """Where it is noted."""
    due: dict[str, Due] = field(default_factory=dict)
    """By sha256."""

    def ended(self, file: File, outcome: Came | Unavailable) -> None:
        """Note how a try for a file has ended. What no recipe and no cache has may still come to a cache."""
        now = asyncio.get_running_loop().time()
        if isinstance(outcome, Came):
            self.due.pop(file.sha256, None)
            self.catalogue.set_trouble(file.sha256, "")
            return
        if isinstance(outcome, Busy):
            return
        self.catalogue.set_trouble(file.sha256, str(outcome))
        wait = self.due[file.sha256].wait if file.sha256 in self.due else FIRST
        self.due[file.sha256] = Due(when=now + wait, wait=min(2 * wait, LONGEST))

    async def follow(self, supply: Supply) -> None:
        """Look again, until cancelled; at first, for all that was in trouble when the server started."""
        self.await_all(await asyncio.to_thread(self.catalogue.troubled))
        while True:
            now = asyncio.get_running_loop().time()
            ready = [sha256 for sha256, due in self.due.items() if due.when <= now]
            for sha256 in ready[:AT_ONCE]:
                files = await asyncio.to_thread(self.catalogue.files_with, sha256)
                if files and files[0].trouble:
                    await asyncio.wait([supply.begin(files[0])])
                else:
                    self.due.pop(sha256, None)
            await asyncio.sleep(STEP)

    def await_all(self, files: Iterable[File]) -> None:
        """Look for these soon."""
        now = asyncio.get_running_loop().time()
        for file in files:
            self.due.setdefault(file.sha256, Due(when=now, wait=FIRST))
