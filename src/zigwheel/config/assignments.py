"""Assignments as shells write them, `A=1 B="x y" C='$literal'`, and what `$NAME` in them stands for.

A value is kept as it would stand between double quotes, so that what a shell takes literally has a
backslash before it. Pure, and no shell: nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_SPECIAL = re.compile(r'([\\$"`])')
_REFERENCE = re.compile(rf"\\([\\$\"`])|\$(?:({NAME})|\{{({NAME})\}})|(\$\(|`|\$\{{)")


class AssignmentError(ValueError):
    """A string that is no list of assignments, or a value with something that only a shell can do."""


def assigned(text: str) -> dict[str, str]:
    """The values by their names, in order; white space, or `;`, stands between assignments.

    A later value of a name may refer to the one before.
    """
    table: dict[str, str] = {}
    for name, value in pairs(text):
        if name in table:
            value = _REFERENCE.sub(
                lambda found, name=name: (  # type: ignore[misc]
                    table[name] if name in (found[2], found[3]) else found[0]
                ),
                value,
            )
        table[name] = value
    return table


def repeated(text: str) -> dict[str, list[str]]:
    """The literal values by their names; a name that is assigned more than once has them all."""
    table: dict[str, list[str]] = {}
    for name, value in pairs(text):
        table.setdefault(name, []).append(unescaped(value))
    return table


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Names and values, in order."""
    for word in words(text):
        name, equals, value = word.partition("=")
        if not equals or not name or _SPECIAL.search(name):
            raise AssignmentError(f"`{word}` assigns nothing")
        yield name, value


def words(text: str) -> Iterator[str]:
    """The words of a shell's line, each as it would stand between double quotes."""
    position, word = 0, None
    while position < len(text):
        char = text[position]
        position += 1
        if char.isspace() or char == ";":
            if word is not None:
                yield word
            word = None
            continue
        word = word or ""
        if char == "\\" and position < len(text):
            word += escaped(text[position])
            position += 1
        elif char == "`" or text.startswith("$(", position - 1):
            raise AssignmentError("it has a command, and no shell reads it")
        elif char in "'\"":
            end = closing_quote(text, position, char)
            inside = text[position:end]
            word += escaped(inside) if char == "'" else inside
            position = end + 1
        else:
            word += char
    if word is not None:
        yield word


def closing_quote(text: str, start: int, quote: str) -> int:
    """Where the quote that was opened before `start` ends."""
    position = start
    while position < len(text):
        if text[position] == quote:
            return position
        position += 2 if quote == '"' and text[position] == "\\" else 1
    raise AssignmentError(f"a quotation mark {quote} is not closed")


def escaped(text: str) -> str:
    """A literal text as it stands between double quotes."""
    return _SPECIAL.sub(r"\\\1", text)


def unescaped(value: str) -> str:
    """The text of a value in which nothing stands for anything else."""
    return re.sub(r'\\([\\$"`])', r"\1", value)


def expanded(value: str, variables: Mapping[str, str]) -> str:
    """The text of a value; a variable that is not set is empty. Raises `AssignmentError`."""

    def text(found: re.Match[str]) -> str:
        if found[4]:
            what = "a command" if found[4] != "${" else "`${...}` with more than a name"
            raise AssignmentError(f"it has {what}, and no shell reads it")
        return found[1] or variables.get(found[2] or found[3], "")

    return _REFERENCE.sub(text, value)
