"""`[[tool.zigwheel.overrides]]`: settings for some targets.

All of an override is checked, whether or not it applies: a mistake shows where it is made, not on
the first build for another system.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zigwheel.config.condition import Condition
from zigwheel.config.conditions import Conditions, condition_errors, holds
from zigwheel.config.convert import Errors, Part, built, read_record, read_value
from zigwheel.config.globs import has_wildcard, matches
from zigwheel.config.kinds import Key, keys_of
from zigwheel.config.merge import Mode, Modes, is_full, merged
from zigwheel.config.model import Config
from zigwheel.config.words import (
    child,
    did_you_mean,
    either,
    quote,
    unknown_key,
    wrong_type,
    wrong_value,
)
from zigwheel.errors import ConfigError

MODES: tuple[Mode, ...] = ("none", "append", "prepend")
FIXED = {
    "target": "an override applies to a target, so it cannot choose one",
    "python": "an override applies to a target, so it cannot choose its Python",
    "generate": "a command runs once for all targets; choose among its outputs in `sources`",
    "wheels": "it says what is built for which target; for some write `[[tool.zigwheel.wheels.overrides]]`",
    "caches": "they are of the project, whatever it is built for",
    "minimum-version": "it is read before all else; write it into `[tool.zigwheel]`",
}
FOR_ALL = "a table applies to every entry; for some write `[[{place}]]` with a glob as `name`"

# Names of components and where each is introduced: TOML key of the array to name to place.
Names = dict[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """One entry, checked."""

    place: str
    """Its TOML path."""
    condition: Condition
    """When it applies."""
    body: Part
    """What it changes."""
    modes: Modes
    """Its `inherit`."""


def read_overrides(raw: object, names: Names, errors: Errors) -> tuple[Override, ...]:
    """The overrides of `[tool.zigwheel]`, with `names` extended by the components that they add."""
    place = "tool.zigwheel.overrides"
    if not isinstance(raw, list):
        errors.append(wrong_type(place, raw, "an array of tables", f"write `[[{place}]]`"))
        return ()
    found = []
    for index, entry in enumerate(raw):
        where = f"{place}[{index}]"
        if isinstance(entry, dict):
            found.append(read_override(entry, where, names, errors))
        else:
            errors.append(wrong_type(where, entry, "a table"))
    return tuple(found)


def read_override(
    entry: Mapping[str, object], place: str, names: Names, errors: Errors
) -> Override:
    """One override."""
    before = len(errors)
    condition = read_condition(entry, place, errors)
    body = read_body(entry, place, names, errors)
    modes = read_modes(Config, entry.get("inherit", {}), body, f"{place}.inherit", errors)
    usable = len(errors) == before
    return Override(
        place=place,
        condition=built(Condition, condition) if usable else Condition(),
        body=body,
        modes=modes,
    )


def read_condition(entry: Mapping[str, object], place: str, errors: Errors) -> Part:
    """The `if` of an override, which must be there and say something."""
    if "if" not in entry:
        keys = either([f"if.{name}" for name in keys_of(Condition)])
        errors.append(ConfigError(f"missing key `{place}.if`", hint=f"say when it applies: {keys}"))
        return {}
    condition = read_record(Condition, entry["if"], f"{place}.if", errors)
    errors += condition_errors(condition, entry["if"], f"{place}.if")
    return condition


def read_body(entry: Mapping[str, object], place: str, names: Names, errors: Errors) -> Part:
    """What an override changes."""
    keys = keys_of(Config)
    allowed = [name for name in keys if name not in FIXED]
    body: Part = {}
    for name, raw in entry.items():
        where = child(place, name)
        if name in ("if", "inherit"):
            continue
        if name in FIXED:
            errors.append(ConfigError(f"`{where}` is not allowed", hint=FIXED[name]))
        elif name not in keys:
            errors.append(unknown_key(place, name, ["if", "inherit", *allowed]))
        else:
            value = read_change(keys[name], raw, where, names, errors)
            if value is not None:
                body[name] = value
    return body


def read_change(key: Key, raw: object, place: str, names: Names, errors: Errors) -> Any:
    """The value of one key of an override, of which nothing is required."""
    record = key.kind.record
    if record is None:
        return read_value(key.kind, raw, place, errors)
    if key.kind.shape == "record":
        return read_record(record, raw, place, errors, complete=False)
    known = names[key.name]
    if key.kind.shape == "named":
        value = read_value(key.kind, raw, place, errors)
        for name in value or ():
            known.setdefault(name, child(place, name))
        return value
    if isinstance(raw, list):
        entries = [read_entry(record, v, f"{place}[{i}]", known, errors) for i, v in enumerate(raw)]
        return [entry for entry in entries if "name" in entry]
    if not known:
        errors.append(
            ConfigError(f"`{place}` changes nothing: there is no `[[tool.zigwheel.{key.name}]]`")
        )
    hint = FOR_ALL.format(place=without_indices(place))
    return read_record(record, raw, place, errors, complete=False, without={"name": hint})


def without_indices(place: str) -> str:
    """A TOML path as the header of an array of tables writes it."""
    import re

    return re.sub(r"\[\d+\]", "", place)


def read_entry(
    record: type, raw: object, place: str, known: dict[str, str], errors: Errors
) -> Part:
    """Changes to the components whose names match a glob, or a whole new component."""
    if not isinstance(raw, dict):
        errors.append(wrong_type(place, raw, "a table"))
        return {}
    rest = {name: value for name, value in raw.items() if name != "name"}
    part = read_record(record, rest, place, errors, complete=False)
    pattern = raw.get("name")
    where = f"{place}.name"
    if pattern is None:
        errors.append(ConfigError(f"missing key `{where}`", hint="it is a glob, such as `*`"))
        return {}
    if not isinstance(pattern, str):
        errors.append(wrong_type(where, pattern, "a string"))
        return {}
    entry = {"name": pattern, **part}
    if not any(matches(pattern, name) for name in known):
        if is_full(entry):
            read_value(keys_of(record)["name"].kind, pattern, where, errors)
            known[pattern] = place
        else:
            key = "output" if "output" in keys_of(record) else "sources"
            errors.append(matches_nothing(where, pattern, known, key))
    return entry


def matches_nothing(place: str, pattern: str, known: Mapping[str, str], key: str) -> ConfigError:
    """The error for a name that fits no entry; one with `key` would be new."""
    near = did_you_mean(pattern, known)
    hint = "" if has_wildcard(pattern) else f"to add a new entry, give its `{key}`"
    if known and not near:
        hint = f"there is {either(list(known))}" + (f"; {hint}" if hint else "")
    return ConfigError(f"`{place}` is {quote(pattern)}, which matches no name{near}", hint=hint)


def read_modes(record: type, raw: object, body: Any, place: str, errors: Errors) -> Modes:
    """`inherit`: how the lists and tables of an override's body meet those below them."""
    if not isinstance(raw, dict):
        errors.append(wrong_type(place, raw, "a table"))
        return {}
    keys = keys_of(record)
    modes: dict[str, Any] = {}
    for name, value in raw.items():
        where = child(place, name)
        if name not in keys:
            errors.append(unknown_key(place, name, list(keys)))
        elif not says(body, name):
            outer = where.replace(".inherit", "", 1)
            errors.append(
                ConfigError(f"`{where}` has nothing to act on: the override has no `{outer}`")
            )
        elif keys[name].kind.shape != "named" and (inner := keys[name].kind.record) is not None:
            modes[name] = read_modes(inner, value, spoken(body, name), where, errors)
        elif keys[name].kind.shape == "scalar":
            errors.append(
                ConfigError(f"`{where}` is not allowed: `{name}` is not a list or a table")
            )
        elif value in MODES:
            modes[name] = value
        else:
            must = " or ".join([", ".join(f'"{m}"' for m in MODES[:-1]), f'"{MODES[-1]}"'])
            errors.append(wrong_value(where, value, must))
    return modes


def says(body: Any, name: str) -> bool:
    """Whether a part, or one of a list of parts, has a key."""
    return any(name in part for part in (body if isinstance(body, list) else [body]))


def spoken(body: Any, name: str) -> Any:
    """The value of a key in a part, or all values in a list of parts."""
    if isinstance(body, list):
        return [part[name] for part in body if name in part]
    return body[name]


def with_overrides(below: Part, overrides: tuple[Override, ...], conditions: Conditions) -> Part:
    """`below` with every override that applies, in order."""
    for override in overrides:
        if holds(override.condition, conditions):
            below = merged(below, override.body, override.modes)
    return below
