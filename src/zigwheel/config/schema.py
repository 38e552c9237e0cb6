"""The JSON schema (draft-07) of `[tool.zigwheel]`, for editors and validators.

Made from the same kinds that reading follows, with the docstrings of the model as descriptions. It
holds what one value can show; what `check.py` finds between values is not in it.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

from zigwheel.config.condition import Condition
from zigwheel.config.forms import Form, Mark, whole_pattern
from zigwheel.config.kinds import Key, Kind, keys_of
from zigwheel.config.model import Config
from zigwheel.config.overrides import FIXED, MODES

Schema: TypeAlias = dict[str, Any]

JSON_TYPES: Mapping[type, str] = {str: "string", int: "integer", bool: "boolean"}


@cache
def texts_of(record: type) -> Mapping[str, str]:
    """The docstrings under the fields of a dataclass and its bases, by field, each on one line."""
    texts: dict[str, str] = {}
    for base in reversed(record.__mro__[:-1]):
        tree = ast.parse(inspect.getsource(base)).body[0]
        if not isinstance(tree, ast.ClassDef):
            raise TypeError(f"{base!r} is no class")
        for field, text in zip(tree.body, tree.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(text, ast.Expr)
                and isinstance(text.value, ast.Constant)
            ):
                texts[field.target.id] = " ".join(str(text.value.value).split())
    return texts


def config_schema() -> Schema:
    """The schema of the whole table."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "zigwheel",
        "description": "The settings of zigwheel: `[tool.zigwheel]` in pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {**properties(Config), "overrides": overrides_schema()},
        "definitions": {"condition": condition_schema()},
    }


def properties(record: type) -> Schema:
    """The schemas of all keys that a dataclass describes."""
    texts = texts_of(record)
    return {key.name: key_schema(key, texts[key.field]) for key in keys_of(record).values()}


def key_schema(key: Key, text: str) -> Schema:
    """The schema of one key, with its text and, where JSON can say it, its default."""
    schema = {"description": text, **kind_schema(key.kind)}
    if type(key.default) in JSON_TYPES and key.default != "":
        schema["default"] = key.default
    return schema


def kind_schema(kind: Kind) -> Schema:
    """The schema of a value."""
    if kind.shape == "scalar":
        return scalar_schema(kind)
    if kind.shape == "list":
        return list_schema(kind)
    if kind.shape == "table":
        return table_schema(kind)
    if kind.record is Condition:
        return {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/condition"}}
    if kind.record is None:
        raise TypeError(f"{kind!r} has no dataclass")
    record = record_schema(kind.record)
    if kind.shape == "named":
        return {
            "type": "object",
            "additionalProperties": record,
            "propertyNames": names_schema(kind),
        }
    return record if kind.shape == "record" else {"type": "array", "items": record}


def record_schema(record: type) -> Schema:
    """The schema of the table that a dataclass describes."""
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": properties(record),
    }
    required = [key for key in keys_of(record).values() if key.required]
    always = [key.name for key in required if not key.kind.unless]
    either = [
        {"anyOf": [{"required": [key.name]}, {"required": [key.kind.unless]}]}
        for key in required
        if key.kind.unless
    ]
    schema |= {"required": always} if always else {}
    return {**schema, "allOf": either} if either else schema


def scalar_schema(kind: Kind) -> Schema:
    """The schema of a string, integer or boolean."""
    types = [JSON_TYPES[t] for t in kind.types]
    schema: Schema = {"type": types if types[1:] else types[0]}
    if kind.choices:
        return {**schema, "enum": list(kind.choices)}
    if str not in kind.types:
        return schema
    if kind.form:
        return {**schema, "pattern": anchored(kind.form, blank=kind.blank)}
    return schema if kind.blank else {**schema, "minLength": 1}


def anchored(form: Form, *, blank: bool) -> str:
    """The pattern of a form as JSON schema needs it, where a match anywhere would do."""
    return f"^(?:{whole_pattern(form)}){'?' if blank else ''}$"


def list_schema(kind: Kind) -> Schema:
    """The schema of a list, or of one string where that will do."""
    item = item_schema(kind)
    schema: Schema = {"type": "array", "items": item}
    if Mark.SINGLE in kind.marks and kind.blank:
        return {"anyOf": [item, {"enum": [""]}, schema]}
    if Mark.SINGLE in kind.marks:
        return {"anyOf": [item, {**schema, "minItems": 1}]}
    return schema


def table_schema(kind: Kind) -> Schema:
    """The schema of a table with free keys, or of a list where that will do."""
    item = item_schema(kind)
    schema: Schema = {"type": "object", "additionalProperties": item}
    if kind.key is not None:
        schema["propertyNames"] = names_schema(kind)
    if Mark.LISTED in kind.marks:
        return {"anyOf": [schema, {"type": "array", "items": item}]}
    if Mark.ASSIGNED in kind.marks:
        return {"anyOf": [schema, {"type": "string"}]}
    return schema


def names_schema(kind: Kind) -> Schema:
    """The schema of a table's keys."""
    if kind.key is None:
        raise TypeError(f"{kind!r} has no keys")
    return {name: v for name, v in scalar_schema(kind.key).items() if name != "type"}


def item_schema(kind: Kind) -> Schema:
    """The schema of what a list or table holds."""
    if kind.item is None:
        raise TypeError(f"{kind!r} has no items")
    return kind_schema(kind.item)


def condition_schema() -> Schema:
    """The schema of an override's `if`, which has at least one key."""
    schema = record_schema(Condition)
    schema["properties"]["env"]["minProperties"] = 1
    schema["properties"]["python"].update(minLength=1)
    return {**schema, "description": summary(Condition), "minProperties": 1}


def summary(record: type) -> str:
    """The first paragraph of a dataclass's docstring, on one line."""
    return " ".join((inspect.getdoc(record) or "").split("\n\n")[0].split())


def overrides_schema() -> Schema:
    """The schema of `[[tool.zigwheel.overrides]]`."""
    keys = [key for key in keys_of(Config).values() if key.name not in FIXED]
    entry = {
        "type": "object",
        "additionalProperties": False,
        "required": ["if"],
        "properties": {
            "if": {"$ref": "#/definitions/condition"},
            "inherit": {
                "description": "How lists and tables of this override meet what is there: "
                "`append`, `prepend` or `none` (replace).",
                **inherit_schema(Config),
            },
            **{key.name: change_schema(key) for key in keys},
        },
    }
    return {"description": "Settings for some targets.", "type": "array", "items": entry}


def change_schema(key: Key) -> Schema:
    """The schema of a key in an override, where nothing is required."""
    place = f"#/properties/{key.name}"
    if key.kind.record is None or key.kind.shape == "named":
        return {"$ref": place}
    inside = f"{place}/properties" if key.kind.shape == "record" else f"{place}/items/properties"
    names = [name for name in keys_of(key.kind.record) if name != "name"]
    table: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"$ref": f"{inside}/{name}"} for name in names},
    }
    if key.kind.shape == "record":
        return table
    glob = {"description": "Glob of the names to change.", "type": "string", "minLength": 1}
    entry = {**table, "properties": {"name": glob, **table["properties"]}, "required": ["name"]}
    return {"anyOf": [table, {"type": "array", "items": entry}]}


def inherit_schema(record: type) -> Schema:
    """The schema of `inherit` for the table that a dataclass describes."""
    modes: Schema = {}
    for key in keys_of(record).values():
        if key.kind.shape in ("list", "table", "named"):
            modes[key.name] = {"enum": list(MODES)}
        elif key.kind.record is not None and key.name not in FIXED:
            modes[key.name] = inherit_schema(key.kind.record)
    return {"type": "object", "additionalProperties": False, "properties": modes}
