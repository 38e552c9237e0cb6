"""Who has built the same wheel: statements of builders, and how many they are for each wheel.

A statement is an in-toto Statement v1 with SLSA's Verification Summary v1 as its predicate, bare or in an
envelope: "this builder has followed the recipe, and these wheels came out as it says".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zigwheel.recipe.document import PAYLOAD_TYPE, STATEMENT, UNNAMED, WHEEL_NAME
from zigwheel.recipe.envelope import opened
from zigwheel.recipe.model import Recipe
from zigwheel.recipe.reading import read_bytes, root

SUMMARY = "https://slsa.dev/verification_summary/v1"

INDEPENDENT = 2
"""So many builders have to come to the same wheel before it may be deleted."""

POLICY = "urn:zigwheel:equal-bytes"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What a builder says."""

    builder: str
    """A URI; with keys, the id of the key that has signed it."""
    wheels: frozenset[str]
    """The sha256 of each wheel that came out."""


def summary(
    recipe: Recipe,
    names: Iterable[str],
    *,
    builder: str,
    machine: str,
    circumstances: Mapping[str, str],
) -> str:
    """The text of a statement that the wheels of these names came out as the recipe says.

    `machine` is the kind of machine that has built, such as `linux-aarch64`.
    """
    wanted = set(names)
    table = {
        "_type": STATEMENT,
        "subject": [
            {"name": wheel.name, "digest": {"sha256": wheel.output.file.sha256}}
            for wheel in recipe.wheels
            if wheel.name in wanted
        ],
        "predicateType": SUMMARY,
        "predicate": {
            "verifier": {
                "id": builder or UNNAMED,
                "version": {"zigwheel": recipe.toolchain.zigwheel},
            },
            "resourceUri": f"pkg:pypi/{recipe.name}@{recipe.version}",
            "policy": {"uri": POLICY},
            "verificationResult": "PASSED",
            "verifiedLevels": [],
            "slsaVersion": "1.0",
            "zigwheel": {"machine": machine, "circumstances": dict(circumstances)},
        },
    }
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def read_statement(file: Path, keys: Sequence[Path] = ()) -> Statement:
    """The statement in a file. With public keys, one of them has to have signed it.

    Raises `RecipeError` that names the field.
    """
    place = repr(str(file))
    table, signer = opened(
        read_bytes(file),
        place,
        PAYLOAD_TYPE,
        keys,
        unsigned="have its builder sign it: zigwheel verify --sign KEY",
    )
    return parsed(table, place, signer)


def parsed(table: object, place: str, signer: str) -> Statement:
    """A statement from what JSON held."""
    node = root(table, place)
    node.at("_type").expect(STATEMENT)
    node.at("predicateType").expect(SUMMARY)
    predicate = node.at("predicate")
    predicate.at("verificationResult").expect("PASSED")
    predicate.at("policy").at("uri").expect(POLICY)
    builder = predicate.at("verifier").at("id").text()
    found = []
    for one in node.at("subject").items():
        one.at("name").text(WHEEL_NAME, "the file name of a wheel")
        found.append(one.at("digest").at("sha256").sha256())
    node.problems.tell()
    return Statement(builder=signer or builder, wheels=frozenset(found))


def builders(
    recipe: Recipe, statements: Iterable[Statement], *, maker: str = ""
) -> dict[str, frozenset[str]]:
    """Who has come to each wheel of a recipe, its first builder included, by file name.

    `maker` is who has signed the recipe; empty: whom it names.
    """
    found = {wheel.name: {maker or recipe.builder or UNNAMED} for wheel in recipe.wheels}
    for statement in statements:
        for wheel in recipe.wheels:
            if wheel.output.file.sha256 in statement.wheels:
                found[wheel.name].add(statement.builder)
    return {name: frozenset(those) for name, those in found.items()}


def reconstructable(
    recipe: Recipe,
    statements: Iterable[Statement],
    *,
    independent: int = INDEPENDENT,
    maker: str = "",
) -> frozenset[str]:
    """The names of the wheels that enough builders have come to."""
    by_wheel = builders(recipe, statements, maker=maker)
    return frozenset(name for name, those in by_wheel.items() if len(those) >= independent)
