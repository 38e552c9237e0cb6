"""Whether the database and the store of an index agree; what does not is mended, or told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from zigwheel.errors import StoreError, ZigwheelError
from zigwheel.index.model import File
from zigwheel.index.shelf.arrival import METADATA_LIMIT, is_metadata
from zigwheel.index.shelf.publish import Shelves, read_recipe
from zigwheel.recipe.model import Recipe

State: TypeAlias = Literal["mended", "lost"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something that was not as it should be."""

    state: State
    """Whether it is now, or somebody has to bring what is lost."""
    what: str
    """What it was, in words."""


def check(shelves: Shelves) -> Iterator[Finding]:
    """Look at all that an index has; each thing is mended before it is told."""
    yield from database(shelves)
    known = yield from recipes(shelves)
    for file in shelves.catalogue.files():
        yield from one_file(shelves, file, known)


def database(shelves: Shelves) -> Iterator[Finding]:
    """SQLite's own look at its file."""
    for line in shelves.catalogue.integrity():
        yield Finding(state="lost", what=f"the database is damaged: {line}")


def recipes(shelves: Shelves) -> Generator[Finding, None, dict[str, Recipe]]:
    """The recipes that can be read, by their hash; one that can't be is forgotten."""
    known: dict[str, Recipe] = {}
    for sha256 in shelves.catalogue.recipes():
        try:
            with shelves.store.get(sha256) as stream:
                known[sha256] = read_recipe(stream.read())
        except ZigwheelError as error:
            shelves.catalogue.forget_recipe(sha256)
            yield Finding(
                state="lost", what=f"the recipe {sha256} cannot be read: {error.__class__.__name__}"
            )
    return known


def one_file(shelves: Shelves, file: File, known: dict[str, Recipe]) -> Iterator[Finding]:
    """Whether the bytes of a file are here, or can be made again."""
    here = whole(shelves, file.sha256)
    if here and file.trouble:
        shelves.catalogue.set_trouble(file.sha256, "")
        yield Finding(state="mended", what=f"{file.filename} is here, and is offered again")
    if not here and not file.trouble:
        reason = why_lost(shelves, file, known)
        if reason:
            shelves.catalogue.set_trouble(file.sha256, reason)
            yield Finding(state="lost", what=f"{file.filename} is not here, and {reason}")
    if file.metadata and not whole(shelves, file.metadata):
        if here and (data := metadata_of(shelves, file)) is not None:
            shelves.store.put(io.BytesIO(data), file.metadata)
            yield Finding(state="mended", what=f"METADATA of {file.filename} are taken from it")
        else:
            shelves.catalogue.forget_metadata(file.filename)
            yield Finding(
                state="lost", what=f"METADATA of {file.filename} are gone, and not announced now"
            )


def why_lost(shelves: Shelves, file: File, known: dict[str, Recipe]) -> str:
    """Why a file can't be made again; empty if it can."""
    if not file.is_wheel:
        return "nothing makes an sdist again"
    if file.recipe not in known:
        return "no recipe makes it"
    if not whole(shelves, known[file.recipe].sdist.sha256):
        return "the sdist of its recipe is not here"
    return ""


def whole(shelves: Shelves, sha256: str) -> bool:
    """Whether a blob is in the store, and right; a damaged one is set aside."""
    try:
        shelves.store.get(sha256).close()
    except StoreError:
        return False
    return True


def metadata_of(shelves: Shelves, file: File) -> bytes | None:
    """METADATA of a wheel that is here."""
    with shelves.store.get(file.sha256) as stream, zipfile.ZipFile(stream) as archive:
        names = [name for name in archive.namelist() if is_metadata(name)]
        return archive.open(names[0]).read(METADATA_LIMIT) if names else None
