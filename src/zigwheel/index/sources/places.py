"""The places that may have a file: the operator's caches, those that its package declares, builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from zigwheel.index.model import File
from zigwheel.index.sources.caches import Cache, Network
from zigwheel.index.sources.supply import Source
from zigwheel.store.model import Store

MOST_KNOWN = 10_000
"""Caches whose failures are remembered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Where files may come from: what the operator trusts to be of use, with what packages declare."""

    before: Sequence[Source]
    """Asked first: the operator's caches."""
    after: Sequence[Source]
    """Asked last: builds."""
    declared: Callable[[str], Mapping[str, Sequence[str]]]
    """The URLs that a project declares, by its name."""
    store: Store
    """Where what comes goes."""
    reach: Sequence[Network]
    """Networks that caches may be in, beside the public one."""
    known: dict[tuple[str, str], Cache] = field(default_factory=dict)
    """By project and URL. One that fails for a project may do so on purpose, and is asked for others."""

    def of(self, file: File) -> list[Source]:
        """The places that may have a file, in the order in which they are asked."""
        return [*self.before, *self._declared(file.project), *self.after]

    def _declared(self, project: str) -> list[Cache]:
        if len(self.known) > MOST_KNOWN:
            self.known.clear()
        return [
            self.known.setdefault(
                (project, url),
                Cache(url=url, store=self.store, project=project, reach=self.reach),
            )
            for url in self.declared(project).get(project, ())
        ]
