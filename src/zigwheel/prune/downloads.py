"""How often each wheel was asked for: tables as those who count write them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from zigwheel.errors import ConfigError

NAMES = ("file", "filename", "name")
"""What the column with the names of files is called."""

COUNTS = ("downloads", "download_count", "count")
"""What the column with the numbers is called."""

MOST = 256 * 2**20
"""Bytes of a table."""


def read_downloads(file: Path) -> dict[str, int]:
    """Downloads by file name, from JSON or CSV; a file that is there twice has the sum.

    JSON: an object of numbers by file name, or rows (bare, or under `rows`); CSV: with a line of heads.
    A row has `file` or `filename`, and `downloads` or `download_count`. Raises `ConfigError`.
    """
    place = repr(str(file))
    try:
        if file.stat().st_size > MOST:
            raise ConfigError(f"the table of downloads {place} has more than {MOST} bytes")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the table of downloads {place} cannot be read: {error}") from error
    return parsed(text, place)


def parsed(text: str, place: str) -> dict[str, int]:
    """The same, from a text."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            table = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"the table of downloads {place} is no JSON: {error}") from error
        if isinstance(table, dict) and "rows" not in table:
            return summed(((key, number) for key, number in table.items()), place)
        rows = table["rows"] if isinstance(table, dict) else table
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ConfigError(f"the rows of the table of downloads {place} are no objects")
    else:
        try:
            rows = list(csv.DictReader(io.StringIO(text), strict=True))
        except csv.Error as error:
            raise ConfigError(f"the table of downloads {place} is no CSV: {error}") from error
    return summed((cells(row, place) for row in rows), place)


def cells(row: Mapping[str, Any], place: str) -> tuple[Any, Any]:
    """The file and the number of a row."""
    name = next((row[key] for key in NAMES if key in row), None)
    number = next((row[key] for key in COUNTS if key in row), None)
    if name is None or number is None:
        raise ConfigError(
            f"the table of downloads {place} has a row without "
            + ("the name of a file" if name is None else "a number"),
            hint=f"columns are called {' or '.join(NAMES)}, and {' or '.join(COUNTS)}",
        )
    return name, number


def summed(pairs: Iterable[tuple[Any, Any]], place: str) -> dict[str, int]:
    """Numbers by file name. Raises `ConfigError` for what is none."""
    found: dict[str, int] = {}
    for name, number in pairs:
        digits = isinstance(number, str) and number.isascii() and number.isdigit()
        value = int(number[:20]) if digits else number
        if not isinstance(name, str) or type(value) is not int or value < 0:
            raise ConfigError(
                f"the table of downloads {place} says {number!r} of {name!r}, which is no number "
                "of downloads of a file"
            )
        found[name] = found.get(name, 0) + value
    return found
