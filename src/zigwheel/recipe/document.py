"""A recipe as JSON: an in-toto Statement v1 about the wheels, with SLSA Provenance v1 as its predicate.

`subject` holds the wheels (each with its members in `annotations`), `buildDefinition` what they are made
from, `runDetails` who built them and what that took. docs/reference/recipe.md describes each field;
sources: in-toto Attestation Framework v1 (Statement, ResourceDescriptor), SLSA v1 (Provenance).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from zigwheel.recipe.envelope import opened, sealed
from zigwheel.recipe.model import (
    START,
    File,
    Headers,
    Inputs,
    Output,
    Recipe,
    Record,
    Requirement,
    Settings,
    Tested,
    Toolchain,
    Wheel,
)
from zigwheel.recipe.reading import HEX, SHA256, Node, read_bytes, root
from zigwheel.wheel.paths import path_problem

STATEMENT = "https://in-toto.io/Statement/v1"
PROVENANCE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:zigwheel:recipe:1"
"""The version of the form; a reader refuses others."""

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""What an envelope calls a statement."""

UNNAMED = "urn:zigwheel:unnamed"
"""The builder of a statement that nobody has put a name to. All of these count as one."""

GET_SIGNED = "get the recipe that its builder has signed, or leave --key out"

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
WHEEL_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+!-]*\.whl")
SDIST_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+!-]*(?:\.tar\.gz|\.zip)")
VERSION = re.compile(r"[A-Za-z0-9.!+_-]{1,200}")
WORD = re.compile(r"[A-Za-z0-9._-]*")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SETTING = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
STATE = re.compile(r"passed|failed|not tested")
LARGEST_FILE = 16 * 2**30
"""Bytes; the limit of a store's blob."""


def to_json(recipe: Recipe) -> str:
    """The text of a recipe."""
    return json.dumps(statement(recipe), indent=1, ensure_ascii=False) + "\n"


def statement(recipe: Recipe) -> dict[str, Any]:
    """A recipe as a statement."""
    return {
        "_type": STATEMENT,
        "subject": [subject(wheel.output) for wheel in recipe.wheels],
        "predicateType": PROVENANCE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "name": recipe.name,
                    "version": recipe.version,
                    "sdist": {**descriptor(recipe.sdist), "size": recipe.sdist.size},
                    "wheels": {wheel.name: inputs(wheel) for wheel in recipe.wheels},
                },
                "internalParameters": {"toolchain": toolchain(recipe), "python": recipe.python},
                "resolvedDependencies": [
                    descriptor(recipe.sdist),
                    *(dependency(one) for one in recipe.requirements),
                ],
            },
            "runDetails": {
                "builder": {
                    "id": recipe.builder or UNNAMED,
                    "version": {"zigwheel": recipe.toolchain.zigwheel},
                },
                "byproducts": [
                    {"name": wheel.name, "annotations": record(wheel.record)}
                    for wheel in recipe.wheels
                ],
            },
        },
    }


def descriptor(file: File) -> dict[str, Any]:
    """A file as in-toto's ResourceDescriptor."""
    return {"name": file.name, "digest": {"sha256": file.sha256}}


def subject(output: Output) -> dict[str, Any]:
    """What has to come out."""
    return {
        **descriptor(output.file),
        "annotations": {
            "size": output.file.size,
            "tags": list(output.tags),
            "metadata": output.metadata,
            "members": dict(output.members),
            "start": output.start,
        },
    }


def inputs(wheel: Wheel) -> dict[str, Any]:
    """What a wheel is made from."""
    own = wheel.inputs
    settings = {k: v if isinstance(v, str) else list(v) for k, v in own.settings.items()}
    return {
        "identifier": wheel.identifier,
        "target": own.target,
        "python": own.python,
        "settings": settings,
        "environ": dict(own.environ),
        "withheld": dict(own.withheld),
        "headers": [{"version": one.version, "sha256": one.sha256} for one in own.headers],
    }


def toolchain(recipe: Recipe) -> dict[str, Any]:
    """What builds."""
    own = recipe.toolchain
    return {
        "zigwheel": own.zigwheel,
        "code": own.code,
        "zig": own.zig,
        "compilers": dict(own.compilers),
    }


def dependency(one: Requirement) -> dict[str, Any]:
    """A requirement; a digest has one value there, and a version has many files."""
    return {
        "name": one.name,
        "uri": f"pkg:pypi/{one.name}@{one.version}",
        "annotations": {"version": one.version, "sha256": list(one.hashes)},
    }


def record(one: Record) -> dict[str, Any]:
    """What was measured and seen."""
    return {
        "seconds": round(one.seconds, 3),
        "cpu_seconds": round(one.cpu_seconds, 3),
        "memory": one.memory,
        "audit": list(one.audit),
        "tests": [
            {"identifier": test.identifier, "state": test.state, "reason": test.reason}
            for test in one.tests
        ],
    }


def document(recipe: Recipe, key: Path | None = None) -> str:
    """The text of a recipe's file: in an envelope where a private key signs it. Raises `RecipeError`."""
    text = to_json(recipe)
    if key is None:
        return text
    return sealed(text.encode("utf-8"), PAYLOAD_TYPE, key)


def read_recipe(file: Path, keys: Sequence[Path] = ()) -> Recipe:
    """The recipe in a file, bare or in an envelope; with public `keys`, one of them must have signed it.

    Raises `RecipeError` that names every field that is not as it has to be.
    """
    return read_signed(file, keys)[0]


def read_signed(file: Path, keys: Sequence[Path]) -> tuple[Recipe, str]:
    """As `read_recipe`, with the id of the key that has signed it; empty where there are no keys."""
    return parsed_signed(read_bytes(file), repr(str(file)), keys)


def parsed(data: bytes, place: str, keys: Sequence[Path] = ()) -> Recipe:
    """A recipe from the bytes of a file."""
    return parsed_signed(data, place, keys)[0]


def parsed_signed(data: bytes, place: str, keys: Sequence[Path]) -> tuple[Recipe, str]:
    """As `parsed`, with the id of the key that has signed it."""
    table, signer = opened(data, place, PAYLOAD_TYPE, keys, unsigned=GET_SIGNED)
    return from_statement(root(table, place)), signer


def from_statement(node: Node) -> Recipe:
    """A recipe from a statement."""
    node.at("_type").expect(STATEMENT)
    node.at("predicateType").expect(PROVENANCE)
    definition = node.at("predicate").at("buildDefinition")
    definition.at("buildType").expect(BUILD_TYPE)
    node.problems.tell()  # the rest of another form would only be noise
    details = node.at("predicate").at("runDetails")
    outer, inner = definition.at("externalParameters"), definition.at("internalParameters")
    made = records(details.at("byproducts"))
    wheels = tuple(wheels_of(node.at("subject"), outer.at("wheels"), made))
    sdist = file_of(outer.at("sdist"), outer.at("sdist").at("size"), SDIST_NAME, "an sdist")
    recipe = Recipe(
        name=outer.at("name").text(NAME, "the name of a distribution"),
        version=outer.at("version").text(VERSION, "a version"),
        sdist=sdist,
        toolchain=toolchain_of(inner.at("toolchain")),
        python=inner.at("python").text(VERSION, "a version"),
        requirements=tuple(requirements(definition.at("resolvedDependencies"), sdist)),
        wheels=tuple(sorted(wheels, key=lambda wheel: wheel.name)),
        builder=details.at("builder").at("id").text(),
    )
    node.problems.tell()
    return recipe


def file_of(node: Node, size: Node, pattern: re.Pattern[str], what: str) -> File:
    """A file."""
    return File(
        name=node.at("name").text(pattern, f"the file name of {what}"),
        size=size.whole(most=LARGEST_FILE),
        sha256=node.at("digest").at("sha256").sha256(),
    )


def wheels_of(subjects: Node, made_from: Node, made: Mapping[str, Record]) -> Iterator[Wheel]:
    """The wheels: each subject with its inputs."""
    seen: set[str] = set()
    for node in subjects.items():
        output = output_of(node)
        name = output.file.name
        if name in seen:
            node.problems.add(f"{node.path}.name", name, "another name than those before it")
        seen.add(name)
        own = made_from.at(name)
        yield Wheel(
            identifier=own.at("identifier").text(WORD, "an identifier"),
            inputs=inputs_of(own),
            output=output,
            record=made.get(name, Record()),
        )
    for name, node in made_from.entries():
        if name not in seen:
            node.problems.add(node.path, name, "the name of a wheel in `subject`")


def output_of(node: Node) -> Output:
    """What has to come out."""
    notes = node.at("annotations")
    members = notes.at("members").texts_by_name(SHA256, "a sha256")
    for path in members:
        if problem := path_problem(path):
            node.problems.add(f"{notes.path}.members", path, f"a path, since it {problem}")
    return Output(
        file=file_of(node, notes.at("size"), WHEEL_NAME, "a wheel"),
        tags=notes.at("tags").texts(re.compile(r"\w+-\w+-\w+"), "a tag"),
        metadata=notes.at("metadata").sha256(),
        members=members,
        start=notes.at("start").text(HEX, "hex digits", most=2 * START),
    )


def inputs_of(node: Node) -> Inputs:
    """What a wheel is made from."""
    environ = node.at("environ").texts_by_name()
    withheld = node.at("withheld").texts_by_name(SHA256, "a sha256")
    for name in (*environ, *withheld):
        if not VARIABLE.fullmatch(name):
            node.problems.add(f"{node.path}.environ", name, "the name of a variable")
    return Inputs(
        target=node.at("target").text(WORD, "a target"),
        python=node.at("python").text(WORD, "a Python"),
        settings=settings_of(node.at("settings")),
        environ=environ,
        withheld=withheld,
        headers=tuple(
            Headers(
                version=one.at("version").text(VERSION, "a version"),
                sha256=one.at("sha256").sha256(),
            )
            for one in node.at("headers").items()
        ),
    )


def settings_of(node: Node) -> Settings:
    """PEP 517's `config_settings`."""
    found: dict[str, str | tuple[str, ...]] = {}
    for name, one in node.entries():
        if not SETTING.fullmatch(name):
            node.problems.add(node.path, name, "a name of an option")
        found[name] = one.texts() if isinstance(one.value, list) else one.text()
    return found


def toolchain_of(node: Node) -> Toolchain:
    """What builds."""
    return Toolchain(
        zigwheel=node.at("zigwheel").text(VERSION, "a version"),
        code=node.at("code").sha256(),
        zig=node.at("zig").text(VERSION, "a version"),
        compilers=node.at("compilers").texts_by_name(SHA256, "a sha256"),
    )


def requirements(node: Node, sdist: File) -> Iterator[Requirement]:
    """What was installed; the sdist is among these, too."""
    for one in node.items():
        if isinstance(one.value, dict) and one.value.get("name") == sdist.name:
            if one.at("digest").at("sha256").sha256() != sdist.sha256:
                one.problems.add(f"{one.path}.digest", one.value.get("digest"), "the sdist's")
            continue
        notes = one.at("annotations")
        hashes = notes.at("sha256").texts(SHA256, "a sha256")
        if not hashes:
            one.problems.add(f"{notes.path}.sha256", [], "at least one sha256")
        yield Requirement(
            name=one.at("name").text(NAME, "the name of a distribution"),
            version=notes.at("version").text(VERSION, "a version"),
            hashes=hashes,
        )


def records(node: Node) -> dict[str, Record]:
    """What was measured and seen, by the names of wheels."""
    return {one.at("name").text(): record_of(one.at("annotations")) for one in node.items()}


def record_of(node: Node) -> Record:
    """What was measured and seen of one wheel."""
    return Record(
        seconds=node.at("seconds").number(),
        cpu_seconds=node.at("cpu_seconds").number(),
        memory=node.at("memory").whole(),
        audit=node.at("audit").texts(),
        tests=tuple(
            Tested(
                identifier=one.at("identifier").text(WORD, "an identifier"),
                state=one.at("state").text(STATE, "passed, failed or not tested"),
                reason=one.at("reason").text(),
            )
            for one in node.at("tests").items()
        ),
    )
