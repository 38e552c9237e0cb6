"""Laying parts over each other: pyproject.toml, overrides, the environment, `-C`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from zigwheel.config.convert import Listing, Part
from zigwheel.config.globs import has_wildcard, matches
from zigwheel.config.kinds import keys_of
from zigwheel.config.model import Config

Mode: TypeAlias = Literal["none", "append", "prepend"]
# How lists and tables meet those below: TOML keys to a Mode, nested like a part.
Modes: TypeAlias = Mapping[str, Any]

NO_MODES: Modes = MappingProxyType({})


def merged(below: Part, above: Part, modes: Modes = NO_MODES, record: type = Config) -> Part:
    """`below` with what `above` says; both are parts of `record`.

    Scalars and lists replace, tables merge key by key, unless `modes` says otherwise. Components
    (arrays of tables) merge by name: there `above` holds one table for all of them, or entries
    whose `name` is a glob.
    """
    keys = keys_of(record)
    result = dict(below)
    for name, value in above.items():
        kind = keys[name].kind
        mode = modes.get(name, NO_MODES if kind.record else "")
        if kind.record is None:
            result[name] = combined(result.get(name), value, mode)
        elif kind.shape == "record":
            result[name] = merged(result.get(name, {}), value, mode, kind.record)
        elif kind.shape == "named":
            parts = {} if mode == "none" else result.get(name, {})
            changed = {n: merged(parts.get(n, {}), v, record=kind.record) for n, v in value.items()}
            result[name] = {**parts, **changed}
        elif isinstance(value, dict):
            parts = result.get(name, [])
            result[name] = [merged(part, value, mode, kind.record) for part in parts]
        else:
            result[name] = with_entries(result.get(name, []), value, mode, kind.record)
    return result


def with_entries(below: list[Part], entries: list[Part], modes: Modes, record: type) -> list[Part]:
    """Components, changed by entries whose `name` is a glob; full entries of new names add."""
    parts = list(below)
    for entry in entries:
        pattern = entry["name"]
        change = {name: value for name, value in entry.items() if name != "name"}
        hits = [index for index, part in enumerate(parts) if matches(pattern, part["name"])]
        for index in hits:
            parts[index] = merged(parts[index], change, modes, record)
        if not hits and is_full(entry):
            parts.append(dict(entry))
    return parts


def is_full(entry: Part) -> bool:
    """Whether an entry describes a whole component, not changes to others."""
    described = any(key in entry for key in ("sources", "cffi", "output"))
    return described and not has_wildcard(entry["name"])


def combined(below: Any, above: Any, mode: str) -> Any:
    """A list or table that meets one below it; a scalar replaces.

    `append` puts the later items of a list last and lets the later values of a table win, which is
    what tables do by default; `prepend` does the opposite; `none` replaces.
    """
    if isinstance(above, dict):
        first, last = (above, below or {}) if mode == "prepend" else (below or {}, above)
        if mode == "none" or (isinstance(above, Listing) and not mode):
            return above
        # Two lists together are still a list, which replaces what is further below.
        both = isinstance(above, Listing) and isinstance(below, Listing)
        return Listing({**first, **last}) if both else {**first, **last}
    if not isinstance(above, tuple) or mode in ("", "none"):
        return above
    return (below or ()) + above if mode == "append" else above + (below or ())
