"""A manifest as JSON, version 1: what `zigwheel wheels` writes beside the wheels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from zigwheel.errors import MatrixError
from zigwheel.matrix.model import (
    LeftOut,
    Manifest,
    SdistResult,
    TestPlan,
    TestResult,
    TestState,
    WheelResult,
    WheelState,
)

SCHEMA = 1
"""Version of the form; a reader refuses others."""

MOST_BYTES = 64 * 2**20
"""A larger file is no manifest."""

Record = TypeVar("Record")


def to_json(manifest: Manifest) -> str:
    """The text of a manifest."""
    table = {"schema": SCHEMA, **plain(manifest)}
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def plain(value: Any) -> Any:
    """A value as JSON has it: objects, lists, scalars."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def read_manifest(file: Path) -> Manifest:
    """The manifest in a file. Raises `MatrixError` that names the field."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise MatrixError(f"{str(file)!r} has more than {MOST_BYTES} bytes")
        table = json.loads(file.read_bytes())
    except OSError as error:
        raise MatrixError(
            f"{str(file)!r} cannot be read: {error.strerror}",
            hint="name the manifest that `zigwheel wheels` wrote, such as `wheelhouse.json`",
        ) from error
    except (ValueError, RecursionError) as error:
        raise MatrixError(f"{str(file)!r} is no manifest: {error}") from error
    return from_table(table, str(file))


def from_table(table: object, place: str) -> Manifest:
    """A manifest from what JSON held. Raises `MatrixError`."""
    if not isinstance(table, dict) or table.get("schema") != SCHEMA:
        found = table.get("schema") if isinstance(table, dict) else table
        raise MatrixError(
            f"{place} is no manifest of version {SCHEMA}: `schema` is {str(found)[:40]!r}",
            hint="it is written by `zigwheel wheels` of the same release of zigwheel",
        )
    wheels = many(table, "wheels", place)
    return record(
        Manifest,
        {
            **{name: value for name, value in table.items() if name != "schema"},
            "sdist": record(SdistResult, table.get("sdist"), f"{place}: sdist"),
            "wheels": tuple(wheel(one, f"{place}: wheels[{i}]") for i, one in enumerate(wheels)),
            "left_out": records(LeftOut, table, "left_out", place),
            "plans": records(TestPlan, table, "plans", place),
        },
        place,
    )


def wheel(table: object, place: str) -> WheelResult:
    """One wheel."""
    if not isinstance(table, dict):
        raise MatrixError(f"{place} is no object")
    found = {**table, "tests": records(TestResult, table, "tests", place)}
    result = record(WheelResult, found, place)
    if result.file and ("/" in result.file or "\\" in result.file or result.file.startswith(".")):
        raise MatrixError(f"{place}.file is {result.file!r}, which is no name of a file")
    return result


def many(table: Mapping[str, Any], name: str, place: str) -> list[Any]:
    """A list."""
    value = table.get(name, [])
    if not isinstance(value, list):
        raise MatrixError(f"{place}: {name} is no list")
    return value


def records(kind: type[Record], table: Mapping[str, Any], name: str, place: str) -> tuple[Any, ...]:
    """A list of objects."""
    found = many(table, name, place)
    return tuple(record(kind, one, f"{place}: {name}[{i}]") for i, one in enumerate(found))


def record(kind: type[Record], table: object, place: str) -> Record:
    """An object whose fields are those of a dataclass and have their types."""
    if not isinstance(table, dict):
        raise MatrixError(f"{place} is no object")
    known = {f.name: str(f.type) for f in fields(kind)}  # type: ignore[arg-type]
    values = {
        name: typed(table[name], known[name], f"{place}.{name}") for name in table if name in known
    }
    try:
        return kind(**values)
    except TypeError as error:
        raise MatrixError(f"{place}: {error}") from error


PLAIN: Mapping[str, tuple[type, ...]] = {"int": (int,), "bool": (bool,), "float": (int, float)}
"""Types of fields by their annotation; all other scalars are texts."""

OF_TUPLES: Mapping[str, tuple[type, ...]] = {
    "tuple[str, ...]": (str,),
    "tuple[float, ...]": (int, float),
}
"""What a list of scalars may hold, by the annotation of its field."""

STATES: Mapping[str, tuple[str, ...]] = {
    "TestState": get_args(TestState),
    "WheelState": get_args(WheelState),
}
"""What a field of these types may hold."""


def typed(value: Any, annotation: str, place: str) -> Any:
    """A value of the type that a field has."""
    if annotation.startswith("tuple"):
        right = isinstance(value, (list, tuple))
        if right and annotation in OF_TUPLES:
            right = all(isinstance(item, OF_TUPLES[annotation]) for item in value)
        value = tuple(value) if right else value
    elif annotation.startswith("Mapping"):
        right = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
    elif annotation.endswith("Result"):
        right = not isinstance(value, (dict, str))
    elif annotation in STATES:
        right = value in STATES[annotation]
    else:
        kinds = PLAIN.get(annotation, (str,))
        right = isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
        if right and annotation in ("int", "float"):
            right = 0 <= value < 2**63  # nor NaN, nor infinity
    if not right:
        raise MatrixError(f"{place} is {str(value)[:40]!r}, which is no {annotation}")
    return value
