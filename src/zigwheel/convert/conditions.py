"""The shortest `if` that holds on some of the recorded platforms and on no other. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from typing import Any

from zigwheel.convert.model import Platform

KEYS = ("os", "arch", "libc", "abi")
"""Keys of `if` that tell recorded platforms apart, the plainest first."""

KINDS = {"pypy": "pypy*", "free-threaded": "cp*t", "": "cp*[0-9]"}
"""Kinds of Pythons as globs of ABI tags."""


def value(platform: Platform, key: str) -> str:
    """What a key of `if` is held against on a platform."""
    if key == "abi":
        kind = "pypy" if platform.implementation == "pypy" else ""
        return KINDS["free-threaded" if platform.free_threaded else kind]
    if key == "libc":
        return {"windows": "gnu", "macos": "none"}.get(platform.os, platform.libc)
    return str(getattr(platform, key))


def condition(wanted: Collection[Platform], every: Sequence[Platform]) -> dict[str, Any]:
    """The value of `if` for exactly `wanted` among `every`; empty where that is all of them.

    One key is tried before two, and a union of conditions comes last. `wanted` is not empty.
    """
    chosen = frozenset(wanted)
    if chosen == frozenset(every):
        return {}
    for count in range(1, len(KEYS) + 1):
        for keys in combinations(KEYS, count):
            if found := exact(chosen, every, keys):
                return found
    parts = [condition(part, every) for part in apart(chosen)]
    return {"any": parts}


def exact(
    wanted: frozenset[Platform], every: Sequence[Platform], keys: Sequence[str]
) -> dict[str, Any]:
    """A condition of these keys, each of which is needed; empty if there is none."""
    allowed = {key: {value(p, key) for p in wanted} for key in keys}
    held = frozenset(p for p in every if all(value(p, key) in allowed[key] for key in keys))
    if held != wanted:
        return {}
    return {key: spelled(key, allowed[key], {value(p, key) for p in every}) for key in keys}


def spelled(key: str, allowed: Collection[str], known: Collection[str]) -> str | list[str]:
    """Globs for the allowed values, or for the others with `!` where those are fewer.

    Architectures are named: there are more of them than are recorded.
    """
    others = sorted(set(known) - set(allowed))
    if key != "arch" and 0 < len(others) < len(allowed):
        return [f"!{other}" for other in others]
    found = sorted(allowed)
    return found[0] if len(found) == 1 else found


def apart(wanted: frozenset[Platform]) -> Iterator[frozenset[Platform]]:
    """Parts of a set of platforms: by system, or each for itself where there is one system."""
    systems = sorted({p.os for p in wanted})
    if len(systems) > 1:
        for system in systems:
            yield frozenset(p for p in wanted if p.os == system)
    else:
        for platform in sorted(wanted, key=repr):
            yield frozenset({platform})
