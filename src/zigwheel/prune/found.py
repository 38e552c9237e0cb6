"""What lies in a store, held against what recipes make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from zigwheel.prune.policy import Candidate
from zigwheel.recipe.known import Known
from zigwheel.recipe.model import File
from zigwheel.store.model import BlobDamaged, BlobMissing, Store, chunks, hashed

DAY = 86400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What a store holds."""

    candidates: tuple[Candidate, ...]
    """Wheels that recipes make, in the order of their names in the store."""
    sdists: tuple[int, int]
    """The sdists of the recipes: how many, and their bytes. They always stay."""
    unknown: tuple[int, int]
    """All else: how many, and their bytes. No recipe makes these; they always stay."""


def contents(
    store: Store,
    known: Mapping[str, Known],
    *,
    independent: int,
    downloads: Mapping[str, int] | None,
    sdists: Path | None,
    now: float,
) -> Contents:
    """What a store holds. `sdists` is a folder that is looked into as well; `now` in seconds since 1970.

    Raises `StoreError`.
    """
    roots = {one.recipe.sdist.sha256 for one in known.values()}
    checked: dict[str, str] = {}
    candidates, kept, unknown = [], [0, 0], [0, 0]
    for blob in store.blobs():
        one = known.get(blob.sha256)
        if one is None:
            those = kept if blob.sha256 in roots else unknown
            those[0] += 1
            those[1] += blob.size
            continue
        sdist = one.recipe.sdist
        if sdist.sha256 not in checked:
            checked[sdist.sha256] = lacking(store, sdist, sdists)
        added = store.added(blob.sha256)
        name = one.wheel.name
        candidates.append(
            Candidate(
                sha256=blob.sha256,
                size=blob.size,
                file=name,
                identifier=one.wheel.identifier,
                name=one.recipe.name,
                version=one.recipe.version,
                seconds=one.wheel.record.seconds,
                age=(now - (now if added is None else added)) / DAY,
                downloads=None if downloads is None else downloads.get(name, 0),
                refused=refusal(one, independent) or checked[sdist.sha256],
            )
        )
    return Contents(
        candidates=tuple(candidates), sdists=(kept[0], kept[1]), unknown=(unknown[0], unknown[1])
    )


def refusal(one: Known, independent: int) -> str:
    """Why a wheel does not count as one that can be made again; empty if it does."""
    if one.reconstructable(independent):
        return ""
    number = len(one.builders)
    return f"made by {number} builder{'s' if number > 1 else ''}, and {independent} are asked for"


def lacking(store: Store, sdist: File, folder: Path | None) -> str:
    """Why an sdist cannot be built from; empty where it is at hand, and all of its bytes are right."""
    try:
        store.get(sdist.sha256).close()
        return ""
    except BlobMissing:
        reason = f"its sdist {sdist.name} is not in the store"
    except BlobDamaged:
        reason = f"its sdist {sdist.name} is damaged in the store"
    if folder is None:
        return reason
    return "" if holds(folder / sdist.name, sdist) else f"{reason}, nor in the folder of sdists"


def holds(file: Path, wanted: File) -> bool:
    """Whether a file is what it should be."""
    try:
        if file.stat().st_size != wanted.size:
            return False
        with file.open("rb") as stream:
            return hashed(chunks(stream)).sha256 == wanted.sha256
    except OSError:
        return False


def delete(
    store: Store, candidates: list[Candidate], gone: Callable[[Candidate], None]
) -> tuple[int, int]:
    """Delete wheels, one after the other; `gone` is told of each. How many there were, and their bytes.

    Raises `StoreError`; what was deleted until then has been told.
    """
    number = size = 0
    for one in candidates:
        if store.delete(one.sha256):
            number += 1
            size += one.size
            gone(one)
    return number, size
