"""Tables of several platforms, as what they share and overrides for the rest. Pure.

Items of lists and keys of tables that all platforms have stand in the base; what only some have is
added by an override, so that nothing has to be taken back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zigwheel.convert.components import Options
from zigwheel.convert.conditions import condition
from zigwheel.convert.model import Platform

SAID_ONCE = frozenset({"c-standard", "cxx-standard", "language", "optional"})
"""Options that hold for all where one platform has them and none contradicts: MSVC has no word for
the older standards, and a build may be optional where it is known to be difficult.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """Changes for some platforms."""

    condition: Mapping[str, Any]
    """The value of `if`."""
    changes: Mapping[str, Options]
    """Component to options: lists come behind those of the base, tables are merged, values replace."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """Components for all platforms."""

    base: Mapping[str, Options]
    """Component to its options."""
    overrides: tuple[Override, ...]
    """In the order in which they came up."""


def merge(tables: Mapping[Platform, Mapping[str, Options]], *, removable: bool) -> Merged:
    """What the components of all platforms have in common, and what not.

    `removable` says whether a component has a switch, `enabled`, by which a platform does without.
    """
    every = list(tables)
    base: dict[str, Options] = {}
    found: dict[str, Override] = {}
    for name in dict.fromkeys(name for table in tables.values() for name in table):
        having = {p: table[name] for p, table in tables.items() if name in table}
        base[name] = {}
        for option in dict.fromkeys(key for options in having.values() for key in options):
            values = {p: options.get(option) for p, options in having.items()}
            common, rest = split(values, option)
            if common:
                base[name][option] = common
            for value, platforms in rest:
                when = condition(platforms, list(having))
                put(found, when, name, option, value)
        if removable and len(having) < len(every):
            when = condition([p for p in every if p not in having], every)
            put(found, when, name, "enabled", False)
    return Merged(base=base, overrides=tuple(found.values()))


def put(
    found: dict[str, Override], when: Mapping[str, Any], name: str, option: str, value: Any
) -> None:
    """Add a change to the override with this condition."""
    key = json.dumps(when, sort_keys=True)
    override = found.setdefault(key, Override(condition=when, changes={}))
    options: Options = dict(override.changes.get(name, {}))
    before = options.get(option)
    if isinstance(value, list) and before:
        value = [*before, *value]
    elif isinstance(value, dict) and before:
        value = {**before, **value}
    options[option] = value
    found[key] = Override(condition=when, changes={**override.changes, name: options})


def split(
    values: Mapping[Platform, Any], option: str
) -> tuple[Any, list[tuple[Any, list[Platform]]]]:
    """What all platforms have of one option, and for the rest which platforms have it."""
    sample = next(value for value in values.values() if value is not None)
    if isinstance(sample, list):
        return parts(values, lambda items: list(items))
    if isinstance(sample, dict):
        common, rest = parts(values, lambda table: [frozen(item) for item in table.items()])
        return dict(map(thawed, common)), [(dict(map(thawed, part)), on) for part, on in rest]
    present = list(dict.fromkeys(v for v in values.values() if v is not None))
    everywhere = len(present) == 1 and (option in SAID_ONCE or None not in values.values())
    if everywhere:
        return present[0], []
    return None, [(value, [p for p, v in values.items() if v == value]) for value in present]


def parts(
    values: Mapping[Platform, Any], items_of: Any
) -> tuple[list[Any], list[tuple[list[Any], list[Platform]]]]:
    """Items that all platforms have, and groups of the others by who has them; order is kept."""
    each = {platform: items_of(value or ()) if value else [] for platform, value in values.items()}
    items = list(dict.fromkeys(item for found in each.values() for item in found))
    common = [item for item in items if all(item in found for found in each.values())]
    groups: dict[tuple[Platform, ...], list[Any]] = {}
    for item in items:
        if item not in common:
            groups.setdefault(tuple(p for p, f in each.items() if item in f), []).append(item)
    return common, [(found, list(platforms)) for platforms, found in groups.items()]


def frozen(item: tuple[str, Any]) -> tuple[str, Any]:
    """A table's item that can be compared and found in a set."""
    key, value = item
    return key, tuple(value) if isinstance(value, list) else value


def thawed(item: tuple[str, Any]) -> tuple[str, Any]:
    """The item as it was."""
    key, value = item
    return key, list(value) if isinstance(value, tuple) else value


def only(overrides: Sequence[Override], names: Sequence[str]) -> bool:
    """Whether there is a single component, which an override need not name."""
    return len(names) == 1 and all(set(o.changes) <= set(names) for o in overrides)
