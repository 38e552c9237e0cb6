"""Interpreters that a person names: `--interpreter IDENTIFIER=COMMAND`, and tables of them as JSON."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from zigwheel.errors import MatrixError, ZigwheelError, raise_all
from zigwheel.matrix.emulate import Way

SCHEMA = 1
"""Version of the table's form."""

VARIABLE = "ZIGWHEEL_INTERPRETERS"
"""The environment variable that names a table."""

KEYS = ("command", "environ", "before")

EXAMPLE = (
    'write {"schema": 1, "interpreters": {"cp313-manylinux_aarch64": '
    '{"command": ["qemu-aarch64", "-L", "/root", "/root/usr/bin/python3.13"]}}}'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """An interpreter that was named."""

    pattern: str
    """The identifier that it is for, or a pattern of them with `*`, `?` and `[...]`."""
    way: Way
    """How it is run."""
    place: str
    """Where it was named."""

    @property
    def is_exact(self) -> bool:
        """Whether it is for one identifier; it is then used or complained of, and no other looked for."""
        return not any(char in self.pattern for char in "*?[")

    def serves(self, identifier: str) -> bool:
        """Whether it was named for an identifier."""
        return fnmatchcase(identifier, self.pattern)


def read_option(text: str) -> Named:
    """Read `IDENTIFIER=COMMAND`; the command is split into words as a shell does. Raises `MatrixError`."""
    pattern, equals, command = text.partition("=")
    words = split(command.strip())
    if not (equals and pattern.strip() and words):
        raise MatrixError(
            f"--interpreter {text!r} names no interpreter",
            hint="write IDENTIFIER=COMMAND, such as `cp313-manylinux_aarch64=/opt/python/bin/python3`",
        )
    return Named(pattern=pattern.strip(), way=Way(command=words), place=f"--interpreter {text!r}")


def split(command: str) -> tuple[str, ...]:
    """The words of a command line. Raises `MatrixError`."""
    if os.path.isfile(command):
        return (command,)
    try:
        words = shlex.split(command, posix=os.name != "nt")
    except ValueError as error:
        raise MatrixError(f"--interpreter: {command!r}: {error}") from error
    return tuple(word.strip('"') if os.name == "nt" else word for word in words)


def read_table(file: Path) -> Iterator[Named]:
    """The interpreters of a table. Raises `MatrixError`, with all that is wrong."""
    try:
        table = json.loads(file.read_bytes())
    except OSError as error:
        raise MatrixError(
            f"the table of interpreters {str(file)!r} cannot be read: {error.strerror}",
            hint=f"it is named by --interpreters or {VARIABLE}",
        ) from error
    except (ValueError, RecursionError) as error:
        raise MatrixError(f"{str(file)!r} is no table of interpreters: {error}") from error
    found = table.get("interpreters") if isinstance(table, dict) else None
    if not isinstance(found, dict) or table.get("schema") != SCHEMA:
        raise MatrixError(
            f"{str(file)!r} is no table of interpreters of version {SCHEMA}", hint=EXAMPLE
        )
    errors: list[ZigwheelError] = []
    named = []
    for pattern, entry in found.items():
        place = f"{str(file)!r}: `{pattern}`"
        if wrong := problem(entry):
            errors.append(MatrixError(f"{place} {wrong}", hint=EXAMPLE))
        else:
            named.append(Named(pattern=pattern, way=way_of(entry), place=place))
    raise_all(errors)
    return iter(named)


def problem(entry: Any) -> str:
    """What is wrong with an entry; empty if nothing."""
    if not isinstance(entry, dict):
        return "is no object"
    if unknown := sorted(set(entry) - set(KEYS)):
        return f"has the unknown key `{unknown[0]}`; known are `{'`, `'.join(KEYS)}`"
    if not is_words(entry.get("command")) or not entry["command"]:
        return "has no `command`, a list of words"
    if not is_words(entry.get("before", [])):
        return "has a `before` that is no list of words"
    environ = entry.get("environ", {})
    if not isinstance(environ, dict) or not is_words(list(environ.values())):
        return "has an `environ` that is no object of texts"
    return ""


def is_words(value: Any) -> bool:
    """Whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def way_of(entry: dict[str, Any]) -> Way:
    """How the interpreter of an entry is run."""
    return Way(
        command=tuple(entry["command"]),
        environ=dict(entry.get("environ", {})),
        before=tuple(entry.get("before", [])),
    )


def named_ones(options: Sequence[str], table: Path | None) -> tuple[Named, ...]:
    """All that were named; those of options go before those of the table. Raises `MatrixError`."""
    return (*map(read_option, options), *(read_table(table) if table else ()))
