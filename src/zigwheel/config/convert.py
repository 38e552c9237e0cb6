"""TOML values become checked values: tuples, dicts and strings of the right kind and form.

What comes out is a `Part`: a dict of TOML keys to values, nested where the model nests, holding
only what was said. `merge.py` lays parts over each other, and `built` makes the dataclasses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from zigwheel.config.forms import Mark, reads_as
from zigwheel.config.kinds import Key, Kind, keys_of, words
from zigwheel.config.words import (
    child,
    fold,
    nearest,
    quote,
    unknown_key,
    wrong_type,
    wrong_value,
)
from zigwheel.errors import ConfigError

Part: TypeAlias = dict[str, Any]
Errors: TypeAlias = list[ConfigError]

# Keys that people bring from setuptools and scikit-build-core, and what to do instead.
FOREIGN = MappingProxyType(
    {
        "language": "the language of a source follows from its suffix; leave the key out",
        "depends": "headers that sources include are found; leave the key out",
        "extra-objects": "an object file fits one target alone: compile its source as a `[[tool.zigwheel.library]]`",
        "runtime-library-dirs": 'write `extra-link-args = ["-Wl,-rpath,..."]`',
        "build-type": "see `optimize`",
    }
)


class Listing(dict[str, str]):
    """A table that was written as a list: it replaces a table below it instead of merging."""


def read_record(
    record: type,
    raw: object,
    place: str,
    errors: Errors,
    *,
    complete: bool = True,
    without: Mapping[str, str] = MappingProxyType({}),
    beside: tuple[str, ...] = (),
) -> Part:
    """What the table `raw` at `place` says, in the terms of the dataclass `record`.

    `complete` asks for the required keys; `without` maps keys that are not allowed here to the hint
    that says why; `beside` are keys that are read elsewhere. Whatever is wrong is added to `errors`
    and left out.
    """
    keys = keys_of(record)
    if not isinstance(raw, dict):
        errors.append(wrong_type(place, raw, "a table", record_hint(place, raw)))
        return {}
    part: Part = {}
    for name, value in raw.items():
        key = keys.get(name)
        if name in without:
            errors.append(ConfigError(f"`{child(place, name)}` is not allowed", hint=without[name]))
        elif key is None:
            errors.append(
                no_such_key(record, place, name, (*(n for n in keys if n not in without), *beside))
            )
        else:
            part[name] = read_value(key.kind, value, child(place, name), errors)
    if complete:
        errors += [missing(place, raw, key) for key in keys.values() if lacks(raw, key, keys)]
    return {name: value for name, value in part.items() if value is not None}


def lacks(raw: Mapping[str, object], key: Key, keys: Mapping[str, Key]) -> bool:
    """Whether a required key is absent, and not just misspelt."""
    if not key.required or key.name in raw or key.kind.unless in raw:
        return False
    return not any(name not in keys and nearest(name, [key.name]) for name in raw)


def missing(place: str, raw: Mapping[str, object], key: Key) -> ConfigError:
    """The error for a required key that is absent; the entry's name helps to find it."""
    name = raw.get("name")
    entry = f" ({quote(name)})" if isinstance(name, str) else ""
    return ConfigError(f"missing key `{child(place, key.name)}`{entry}")


def no_such_key(record: type, place: str, name: str, known: tuple[str, ...]) -> ConfigError:
    """The error for an unknown key: misspelt, of another tool, or of another table."""
    if hint := FOREIGN.get(fold(name), ""):
        return ConfigError(f"unknown key `{child(place, name)}`", hint=hint)
    if not any(fold(name) == fold(other) for other in known):
        for outer, key in keys_of(record).items():
            if key.kind.record and (inner := nearest_exact(name, keys_of(key.kind.record))):
                return ConfigError(
                    f"unknown key `{child(place, name)}`; did you mean `{outer}.{inner}`?"
                )
    return unknown_key(place, name, known)


def nearest_exact(name: str, known: Mapping[str, Key]) -> str:
    """The key that is `name` in another spelling, or an empty string."""
    return next((key for key in known if fold(key) == fold(name)), "")


def record_hint(place: str, raw: object) -> str:
    """What to write where a table was expected."""
    if place.endswith(".version") and isinstance(raw, str):
        return "a version that is a plain string belongs in `[project]`"
    return f"write `[{place}]`" if place.startswith("tool.") and "[" not in place else ""


def read_value(kind: Kind, raw: object, place: str, errors: Errors) -> Any:
    """What `raw` means as `kind`; None, with errors, if it has another type or form."""
    if kind.shape == "scalar":
        return read_scalar(kind, raw, place, errors)
    if kind.shape == "list":
        return read_list(kind, raw, place, errors)
    if kind.shape == "table":
        return read_table(kind, raw, place, errors)
    if kind.record is None:
        raise TypeError(f"`{place}` has no dataclass")
    if kind.shape == "record":
        return read_record(kind.record, raw, place, errors)
    if kind.shape == "named":
        return read_named(kind, raw, place, errors)
    if not isinstance(raw, list):
        errors.append(wrong_type(place, raw, words(kind), f"write `[[{place}]]`"))
        return None
    return [read_record(kind.record, v, f"{place}[{i}]", errors) for i, v in enumerate(raw)]


def read_scalar(kind: Kind, raw: object, place: str, errors: Errors) -> object:
    """A string, integer or boolean."""
    if type(raw) not in kind.types:
        errors.append(wrong_type(place, raw, words(kind), scalar_hint(kind, raw)))
        return None
    if not isinstance(raw, str) or (not raw and kind.blank):
        return raw
    if kind.choices and raw not in kind.choices:
        near = nearest(raw, kind.choices)
        hint = f'did you mean "{near}"?' if near else ""
        errors.append(wrong_value(place, raw, words(kind), hint))
        return None
    if not raw:
        errors.append(
            wrong_value(place, raw, kind.form.text if kind.form else "a string that is not empty")
        )
        return None
    value = reads_as(kind.form, raw) if kind.form else raw
    if value is None and kind.form:
        errors.append(wrong_value(place, raw, kind.form.text))
    return value


def scalar_hint(kind: Kind, raw: object) -> str:
    """How to write a value of another type as what is wanted, where one can tell."""
    if str in kind.types and type(raw) in (int, float):
        return f'write "{raw}"'
    if bool in kind.types and raw in ("true", "false"):
        return f"write {raw} without quotes"
    return ""


def read_list(kind: Kind, raw: object, place: str, errors: Errors) -> tuple[object, ...] | None:
    """A list of scalars; one string where the kind allows it."""
    if isinstance(raw, str) and Mark.SINGLE in kind.marks:
        if not raw and kind.blank and not (kind.item and kind.item.blank):
            return ()
        value = read_item(kind, raw, place, errors)
        return None if value is None else (value,)
    if not isinstance(raw, (list, tuple)):
        hint = f"write [{quote(raw)}]" if isinstance(raw, str) else ""
        errors.append(wrong_type(place, raw, words(kind), hint))
        return None
    items = [read_item(kind, item, f"{place}[{i}]", errors) for i, item in enumerate(raw)]
    return tuple(item for item in items if item is not None)


def read_item(kind: Kind, raw: object, place: str, errors: Errors) -> object:
    """One value of a list or table."""
    if kind.item is None:
        raise TypeError(f"`{place}` has no items")
    return read_value(kind.item, raw, place, errors)


def read_table(kind: Kind, raw: object, place: str, errors: Errors) -> dict[str, Any] | None:
    """A table with free keys; a list of paths where the kind allows it."""
    if isinstance(raw, list) and Mark.LISTED in kind.marks:
        return read_listing(kind, raw, place, errors)
    if isinstance(raw, str) and Mark.ASSIGNED in kind.marks:
        raw = read_assignments(kind, raw, place, errors)
    if not isinstance(raw, dict):
        errors.append(wrong_type(place, raw, words(kind)))
        return None
    values: dict[str, Any] = {}
    for name, value in raw.items():
        where = child(place, name)
        if kind.item is not None and isinstance(value, dict):
            dotted = f"{name}.{next(iter(value), '')}"
            hint = f"a key with a dot in it is written in quotes: `{child(place, dotted)}`"
            errors.append(wrong_type(where, value, words(kind.item), hint))
        elif kind.key is not None and right_key(kind.key, name, place, errors):
            values[name] = read_item(kind, value, where, errors)
    return {name: value for name, value in values.items() if value is not None}


def read_assignments(kind: Kind, raw: str, place: str, errors: Errors) -> Part:
    """The table that a string of assignments stands for; empty, with an error, if it is none."""
    from zigwheel.config.assignments import AssignmentError, assigned, repeated

    try:
        return dict(assigned(raw) if Mark.EXPANDED in kind.marks else repeated(raw))
    except AssignmentError as error:
        errors.append(
            wrong_value(
                place, raw, f'assignments such as `A=1 B="x y"`; {error}', "or write a table"
            )
        )
        return {}


def right_key(kind: Kind, name: str, place: str, errors: Errors) -> bool:
    """Whether `name` has the form of a table's keys."""
    if name and (kind.form is None or reads_as(kind.form, name) is not None):
        return True
    must = kind.form.text if kind.form else "a string that is not empty"
    errors.append(ConfigError(f"`{place}` has the key {quote(name)}; it must be {must}"))
    return False


def read_named(kind: Kind, raw: object, place: str, errors: Errors) -> dict[str, Part] | None:
    """Tables by their names, of which no key is required: an override changes single ones."""
    if not isinstance(raw, dict) or kind.record is None or kind.key is None:
        errors.append(wrong_type(place, raw, words(kind), f"write `[{place}.NAME]`"))
        return None
    return {
        name: read_record(kind.record, value, child(place, name), errors, complete=False)
        for name, value in raw.items()
        if right_key(kind.key, name, place, errors)
    }


def read_listing(kind: Kind, raw: Sequence[object], place: str, errors: Errors) -> Listing:
    """A list of paths, as the table of each one's last part to the path."""
    from pathlib import PurePosixPath

    listing = Listing()
    for index, item in enumerate(raw):
        where = f"{place}[{index}]"
        path = read_item(kind, item, where, errors)
        if not isinstance(path, str):
            continue
        name = PurePosixPath(path).name
        if not name:
            must = "a path with a last part, which becomes its name in the wheel"
            errors.append(wrong_value(where, path, must, "or write a table"))
        elif name in listing:
            errors.append(
                ConfigError(
                    f"`{where}` is {quote(path)}; {quote(listing[name])} has the same last part",
                    hint=f"write a table of the path in the wheel to the path in the project: "
                    f"`{place} = {{ {child('', name)} = {quote(path)} }}`",
                )
            )
        else:
            listing[name] = path
    return listing


def built(record: type, part: Part) -> Any:
    """The dataclass `record` that a complete part describes."""
    keys = keys_of(record)
    return record(**{keys[n].field: built_value(keys[n].kind, v) for n, v in part.items()})


def built_value(kind: Kind, value: Any) -> Any:
    """The frozen form of a part's value."""
    if kind.record is not None and kind.shape == "record":
        return built(kind.record, value)
    if kind.record is not None and kind.shape == "named":
        return MappingProxyType({n: built(kind.record, entry) for n, entry in value.items()})
    if kind.record is not None:
        return tuple(built(kind.record, entry) for entry in value)
    return MappingProxyType(dict(value)) if kind.shape == "table" else value
