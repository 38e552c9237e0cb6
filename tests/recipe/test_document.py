"""Recipes are written and read again; what is no recipe is refused, with the name of the field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.recipe.recipes import RECIPES, A, recipe
from zigwheel.errors import RecipeError, ZigwheelError
from zigwheel.recipe.document import parsed, read_recipe, statement, to_json
from zigwheel.recipe.model import Recipe
from zigwheel.recipe.reading import MOST_BYTES
from zigwheel.recipe.schema import schema


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The JSON of a recipe after a change."""
    table = json.loads(to_json(recipe()))
    change(table)
    return json.dumps(table).encode()


def refused(data: bytes) -> str:
    with pytest.raises(ZigwheelError) as caught:
        parsed(data, "spam.recipe.json")
    assert caught.value.exit_code == RecipeError.exit_code
    return str(caught.value)


@given(RECIPES)
def test_what_is_written_is_read(one: Recipe) -> None:
    assert parsed(to_json(one).encode(), "x") == one


def test_it_is_an_in_toto_statement_with_slsa_provenance() -> None:
    table = statement(recipe())
    assert table["_type"] == "https://in-toto.io/Statement/v1"
    assert table["predicateType"] == "https://slsa.dev/provenance/v1"
    assert all({"name", "digest"} <= subject.keys() for subject in table["subject"])
    assert table["predicate"]["runDetails"]["builder"]["id"]


NAME = "spam-1.0-cp313-cp313-manylinux_2_17_x86_64.whl"


def outer(table: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = table["predicate"]["buildDefinition"]["externalParameters"]
    return found


def inner(table: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = table["predicate"]["buildDefinition"]["internalParameters"]
    return found


def notes(table: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = table["subject"][0]["annotations"]
    return found


BAD: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("type", lambda t: t.update(_type="x"), "`_type` is 'x'"),
    ("predicate", lambda t: t.update(predicateType=None), "`predicateType` is not there"),
    (
        "version",
        lambda t: t["predicate"]["buildDefinition"].update(buildType="urn:zigwheel:recipe:2"),
        "`predicate.buildDefinition.buildType` is 'urn:zigwheel:recipe:2'",
    ),
    (
        "no-sdist",
        lambda t: outer(t).pop("sdist"),
        "externalParameters.sdist.digest.sha256` is not there",
    ),
    (
        "path",
        lambda t: outer(t)["sdist"].update(name="../spam-1.0.tar.gz"),
        "sdist.name` is '../spam",
    ),
    ("absolute", lambda t: outer(t)["sdist"].update(name="/etc/x.tar.gz"), "sdist.name` is '/etc"),
    ("device", lambda t: outer(t)["sdist"].update(name="C:x.tar.gz"), "sdist.name` is 'C:x"),
    ("size", lambda t: outer(t)["sdist"].update(size=2**60), "sdist.size` is 1152921504606846976"),
    ("negative", lambda t: outer(t)["sdist"].update(size=-1), "sdist.size` is -1"),
    ("float", lambda t: outer(t)["sdist"].update(size=1.5), "sdist.size` is 1.5"),
    ("bool", lambda t: outer(t)["sdist"].update(size=True), "sdist.size` is True"),
    (
        "digest",
        lambda t: outer(t)["sdist"]["digest"].update(sha256="A" * 64),
        "sdist.digest.sha256` is",
    ),
    (
        "wheel",
        lambda t: t["subject"][0].update(name="../../x.whl"),
        "subject[0].name` is '../../x.whl'",
    ),
    ("windows", lambda t: t["subject"][0].update(name="..\\x.whl"), "subject[0].name` is"),
    ("member", lambda t: notes(t)["members"].update({"../x": A}), "members` is '../x'"),
    ("members", lambda t: notes(t).update(members=[1]), "annotations.members` is [1]"),
    ("start", lambda t: notes(t).update(start="ab" * 65), "annotations.start` is"),
    ("list", lambda t: notes(t).update(tags="cp313"), "annotations.tags` is 'cp313'"),
    ("twice", lambda t: t["subject"].append(t["subject"][0]), "subject[1].name` is"),
    ("inputs", lambda t: outer(t)["wheels"].pop(NAME), f"wheels.{NAME}.target` is not there"),
    ("more", lambda t: outer(t)["wheels"].update(x={}), "externalParameters.wheels.x` is 'x'"),
    (
        "variable",
        lambda t: outer(t)["wheels"][NAME].update(environ={"A=B": ""}),
        "environ` is 'A=B'",
    ),
    ("nul", lambda t: outer(t)["wheels"][NAME].update(environ={"A": "\0"}), "environ.A` is"),
    (
        "setting",
        lambda t: outer(t)["wheels"][NAME].update(settings={"-x": ""}),
        "settings` is '-x'",
    ),
    ("code", lambda t: inner(t)["toolchain"].update(code="x"), "toolchain.code` is 'x'"),
    ("zig", lambda t: inner(t)["toolchain"].update(zig=["0"]), "toolchain.zig` is ['0']"),
    (
        "requirement",
        lambda t: t["predicate"]["buildDefinition"]["resolvedDependencies"][1].update(
            name="x @ file:///etc"
        ),
        "resolvedDependencies[1].name` is 'x @ file:///etc'",
    ),
    (
        "hash",
        lambda t: t["predicate"]["buildDefinition"]["resolvedDependencies"][1][
            "annotations"
        ].update(sha256=["md5"]),
        "annotations.sha256[0]` is 'md5'",
    ),
    (
        "unhashed",
        lambda t: t["predicate"]["buildDefinition"]["resolvedDependencies"][1][
            "annotations"
        ].update(sha256=[]),
        "annotations.sha256` is",
    ),
    (
        "other-sdist",
        lambda t: t["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"].update(
            sha256="d" * 64
        ),
        "resolvedDependencies[0].digest` is",
    ),
    (
        "builder",
        lambda t: t["predicate"]["runDetails"].update(builder=3),
        "builder.id` is not there",
    ),
    (
        "state",
        lambda t: t["predicate"]["runDetails"]["byproducts"][0]["annotations"]["tests"][0].update(
            state="ok"
        ),
        "tests[0].state` is 'ok'",
    ),
]


@pytest.mark.parametrize(("change", "said"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_the_field_is_named(change: Callable[[dict[str, Any]], object], said: str) -> None:
    assert said in refused(changed(change))


def test_all_at_once() -> None:
    def change(table: dict[str, Any]) -> None:
        outer(table)["sdist"]["size"] = "many"
        outer(table)["name"] = "-"
        inner(table)["python"] = None

    text = refused(changed(change))
    assert "sdist.size` is 'many'" in text
    assert "externalParameters.name` is '-'" in text
    assert "internalParameters.python` is not there" in text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no JSON"),
        (b"[" * 200_000, "no JSON"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[]", "is not there"),
        (b"null", "is not there"),
        (b'{"_type": 1, "_type": 2}', "stands twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "spam.recipe.json"),
        (to_json(recipe()).encode()[:-200], "no JSON"),
        (b" " * (MOST_BYTES + 1), "more than"),
    ],
    ids=lambda value: value[:12].decode("latin-1") if isinstance(value, bytes) else "",
)
def test_what_is_no_recipe(data: bytes, said: str) -> None:
    assert said in refused(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.data())
def test_any_value_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    """Never another exception than zigwheel's own, whatever stands in the place of whatever."""
    table: Any = json.loads(to_json(recipe()))
    node = table
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        inside = isinstance(node[key], (dict, list)) and len(node[key])
        if not inside or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = data.draw(JSON)
    try:
        text = json.dumps(table)
        found = parsed(text.encode("utf-8", "surrogatepass"), "x")
    except ZigwheelError:
        return
    assert isinstance(found, Recipe)
    assert parsed(to_json(found).encode(), "x") == found


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    with pytest.raises(ZigwheelError):
        parsed(data, "x")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        read_recipe(tmp_path / "none.json")


def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


@given(RECIPES)
def test_the_schema_knows_every_recipe(one: Recipe) -> None:
    validator().validate(statement(one))


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to each value within a value."""
    steps = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for step, inner in steps:
        yield (*path, step)
        yield from places(inner, (*path, step))


WRONG = ("", "no such thing", -1, 1.5, True, None, [], {}, ["x"], {"x": 1}, "../x", "A" * 64)


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_the_schema_refuses_nothing_that_is_read(wrong: object) -> None:
    """It may know less than the reader does, and never more."""
    check, refused_by_it = validator(), 0
    for path in places(json.loads(to_json(recipe()))):
        table = json.loads(to_json(recipe()))
        at = table
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = wrong
        if check.is_valid(table):
            continue
        refused_by_it += 1
        with pytest.raises(ZigwheelError):
            parsed(json.dumps(table).encode(), "x")
    assert refused_by_it > 30
