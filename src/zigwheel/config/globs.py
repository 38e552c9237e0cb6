"""Globs over names: `*`, `?`, `[...]`, `{a,b}` and a leading `!`. Nothing here reads the disk."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from fnmatch import fnmatchcase


def expand_braces(pattern: str) -> list[str]:
    """The patterns that `{a,b}` in `pattern` stands for; braces nest, an unclosed one is itself."""
    start = pattern.find("{")
    ends = closing(pattern, start) if start >= 0 else []
    if not ends:
        return [pattern]
    head, tail = pattern[:start], pattern[ends[-1] + 1 :]
    edges = [start, *ends]
    choices = [pattern[a + 1 : b] for a, b in itertools.pairwise(edges)]
    return [one for choice in choices for one in expand_braces(head + choice + tail)]


def closing(pattern: str, start: int) -> list[int]:
    """Where the commas and the end of the brace at `start` are; empty if it is not closed."""
    depth = 0
    found: list[int] = []
    for position in range(start, len(pattern)):
        char = pattern[position]
        depth += (char == "{") - (char == "}")
        if depth == 0:
            return [*found, position]
        if char == "," and depth == 1:
            found.append(position)
    return []


def matches(pattern: str, name: str) -> bool:
    """Whether the whole `name` matches a glob, which has no leading `!`."""
    return any(
        fnmatchcase(name, one) if has_wildcard(one) else one == name
        for one in expand_braces(pattern)
    )


def chosen(patterns: Iterable[str], name: str) -> bool:
    """Whether a list of globs chooses `name`: one of them matches, and none with a leading `!`.

    A list of nothing but negations chooses what none of them matches.
    """
    every = list(patterns)
    wanted = [pattern for pattern in every if not pattern.startswith("!")]
    barred = [pattern[1:] for pattern in every if pattern.startswith("!")]
    if any(matches(pattern, name) for pattern in barred):
        return False
    return not wanted or any(matches(pattern, name) for pattern in wanted)


def has_wildcard(pattern: str) -> bool:
    """Whether a glob can match more than the one name that it spells."""
    return any(char in pattern for char in "*?[{")
