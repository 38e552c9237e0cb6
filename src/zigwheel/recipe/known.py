"""What several recipes and statements say together of each wheel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zigwheel.errors import RecipeError, ZigwheelError, raise_all
from zigwheel.recipe.document import UNNAMED, read_signed
from zigwheel.recipe.model import Recipe, Wheel
from zigwheel.recipe.statements import INDEPENDENT, Statement, read_statement

RECIPES = "*.recipe.json"
"""What is read of a folder that is named for recipes."""

STATEMENTS = "*.json"
"""What is read of a folder that is named for statements."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A wheel that a recipe makes."""

    recipe: Recipe
    """The first recipe that has it."""
    wheel: Wheel
    """Its part of that."""
    builders: frozenset[str]
    """Who has come to these bytes: those of all recipes that have it, and of all statements about it."""

    def reconstructable(self, independent: int = INDEPENDENT) -> bool:
        """Whether enough builders have come to it."""
        return len(self.builders) >= independent


def read_known(
    recipes: Iterable[Path], statements: Iterable[Path], keys: Sequence[Path] = ()
) -> dict[str, Known]:
    """What the recipes in files and folders say of wheels, by the sha256 of each.

    With public keys, each recipe and each statement has to be signed with one of them, and a builder is
    a key. Raises `RecipeError`, or an `ErrorCollection` of what is wrong with all of the files.
    """
    errors: list[ZigwheelError] = []
    read: list[tuple[Recipe, str]] = []
    said: list[Statement] = []
    for file in files_in(recipes, RECIPES, errors):
        try:
            read.append(read_signed(file, keys))
        except ZigwheelError as error:
            errors.append(error)
    for file in files_in(statements, STATEMENTS, errors):
        try:
            said.append(read_statement(file, keys))
        except ZigwheelError as error:
            errors.append(error)
    raise_all(errors)
    return known(read, said)


def known(
    recipes: Iterable[tuple[Recipe, str]], statements: Iterable[Statement]
) -> dict[str, Known]:
    """The same, of recipes with the ids of the keys that have signed them (or empty texts)."""
    found: dict[str, Known] = {}
    for recipe, signer in recipes:
        maker = signer or recipe.builder or UNNAMED
        for wheel in recipe.wheels:
            sha256 = wheel.output.file.sha256
            had = found.get(sha256)
            if had is None:
                found[sha256] = Known(recipe=recipe, wheel=wheel, builders=frozenset([maker]))
            else:
                found[sha256] = replace(had, builders=had.builders | {maker})
    for statement in statements:
        for sha256 in statement.wheels & found.keys():
            had = found[sha256]
            found[sha256] = replace(had, builders=had.builders | {statement.builder})
    return found


def files_in(paths: Iterable[Path], pattern: str, errors: list[ZigwheelError]) -> Iterator[Path]:
    """Files as they are named; of folders, those whose names fit, in order."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        files = sorted(path.glob(pattern))
        if not files:
            errors.append(RecipeError(f"the folder {str(path)!r} has no {pattern!r}"))
        yield from files
