"""TOML text becomes tables."""

from __future__ import annotations

import re
import sys
from typing import Any


class TomlError(ValueError):
    """Text that is no TOML: what is wrong, and where."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        """The parser's words, without the place."""
        self.line = line
        """Line, counted from 1."""
        self.column = column
        """Column in characters, counted from 1."""


def parse(text: str) -> dict[str, Any]:
    """The tables of a TOML document. Raises `TomlError`."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise located(str(error), text) from None
    except RecursionError:
        raise TomlError("too many nested values", 1, 1) from None
    except ValueError as error:
        raise TomlError(str(error), 1, 1) from None  # a number with too many digits for Python


def located(message: str, text: str) -> TomlError:
    """The parser's message, which ends in the place, taken apart."""
    lines = text.split("\n")
    match = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    if match:
        return TomlError(message[: match.start()], int(match[1]), int(match[2]))
    return TomlError(message.removesuffix(" (at end of document)"), len(lines), len(lines[-1]) + 1)
