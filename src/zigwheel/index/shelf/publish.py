"""What is uploaded becomes part of the index: first its bytes, then what is said of them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from zigwheel.errors import ServiceError
from zigwheel.index.model import File
from zigwheel.index.shelf.arrival import Arrival
from zigwheel.index.shelf.catalogue import Catalogue
from zigwheel.recipe.document import parsed_signed
from zigwheel.recipe.model import Recipe
from zigwheel.store.model import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelves:
    """Where an index keeps things."""

    catalogue: Catalogue
    """What is known."""
    store: Store
    """The bytes: of sdists, of METADATA, of recipes, and of those wheels that are here now."""


def publish(shelves: Shelves, arrival: Arrival, path: Path) -> File:
    """Make an uploaded file part of the index; it is on the disk when this returns.

    Raises `ServiceError` where its name has other content already, before anything is stored.
    """
    file = arrival.file
    had = shelves.catalogue.content_of(file.filename)
    if not had or had == file.sha256:
        shelves.store.put(path, file.sha256)
        if file.metadata:
            shelves.store.put(io.BytesIO(arrival.metadata), file.metadata)
    return shelves.catalogue.add(file, arrival.shown)


def read_recipe(data: bytes) -> Recipe:
    """A recipe that was uploaded. Raises `RecipeError`, or an `ErrorCollection`."""
    return parsed_signed(data, "the recipe", ())[0]


def publish_recipe(shelves: Shelves, recipe: Recipe, data: bytes, uploaded: str) -> str:
    """Make a recipe part of the index: its sha256.

    Wheels that are here, or come later, are ones that can be made again if it says their sha256. Raises
    `ServiceError` where its sdist is not here, or a wheel of its is here with other content: it would
    then be a recipe of something else.
    """
    catalogue = shelves.catalogue
    project = canonicalize_name(recipe.name)
    sdists = [one for one in catalogue.files_with(recipe.sdist.sha256) if one.project == project]
    if not sdists:
        raise ServiceError(
            f"the recipe's sdist {recipe.sdist.name!r} with the sha256 {recipe.sdist.sha256!r} is not here",
            hint="upload the sdist first, and then its recipe",
        )
    for wheel in recipe.wheels:
        had = catalogue.content_of(wheel.name)
        if had and had != wheel.output.file.sha256:
            raise ServiceError(
                f"the recipe makes {wheel.name!r} with the sha256 {wheel.output.file.sha256!r}, "
                f"and the index has {had!r} under that name",
                hint="a recipe has to be of the wheels that were uploaded, or `zigwheel recipe` writes one",
            )
    sha256 = shelves.store.put(io.BytesIO(data)).sha256
    catalogue.add_recipe(
        sha256,
        project,
        uploaded,
        [(one.output.file.sha256, bytes.fromhex(one.output.start)) for one in recipe.wheels],
    )
    return sha256
