"""`[dependency-groups]` (PEP 735): the requirements of the groups that `test-groups` names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from zigwheel.config.words import child, did_you_mean, either, quote, type_words
from zigwheel.errors import ConfigError

TABLE = "dependency-groups"


def requirements_of(
    table: Mapping[str, Any], names: Iterable[str], place: str, errors: list[ConfigError]
) -> tuple[str, ...]:
    """The requirements of groups, in order; what is wrong is added to `errors`.

    `table` is all of pyproject.toml, `place` the setting that names the groups.
    """
    groups = table.get(TABLE, {})
    if not isinstance(groups, dict):
        errors.append(ConfigError(f"`{TABLE}` is {type_words(groups)}; it must be a table"))
        return ()
    found: list[str] = []
    for name in names:
        found += group(groups, name, f"`{place}`", (), errors)
    return tuple(dict.fromkeys(found))


def group(
    groups: Mapping[str, Any],
    name: str,
    place: str,
    outer: tuple[str, ...],
    errors: list[ConfigError],
) -> list[str]:
    """The requirements of one group and of those that it includes."""
    key = next((key for key in groups if normalized(key) == normalized(name)), None)
    if key is None:
        near = did_you_mean(name, list(groups))
        hint = (
            "" if near else f"there is {either(groups)}" if groups else f"there is no `[{TABLE}]`"
        )
        errors.append(ConfigError(f"{place} names the group {quote(name)}{near}", hint=hint))
        return []
    if key in outer:
        circle = " -> ".join((*outer[outer.index(key) :], key))
        errors.append(ConfigError(f"`{child(TABLE, key)}` includes itself: {circle}"))
        return []
    if not isinstance(groups[key], list):
        errors.append(ConfigError(f"`{child(TABLE, key)}` must be an array of requirements"))
        return []
    found = []
    for index, item in enumerate(groups[key]):
        where = f"{child(TABLE, key)}[{index}]"
        if isinstance(item, str):
            found += requirement(item, where, errors)
        elif isinstance(item, dict) and list(item) == ["include-group"]:
            found += group(groups, str(item["include-group"]), f"`{where}`", (*outer, key), errors)
        else:
            errors.append(
                ConfigError(
                    f"`{where}` is {quote(item)}; it must be a requirement or "
                    '`{ include-group = "NAME" }`'
                )
            )
    return found


def requirement(text: str, place: str, errors: list[ConfigError]) -> list[str]:
    """A requirement, if it is one (PEP 508)."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).split("\n")[0]
        errors.append(ConfigError(f"`{place}` is {quote(text)}, which is no requirement: {reason}"))
        return []
    return [text]


def normalized(name: str) -> str:
    """A name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()
