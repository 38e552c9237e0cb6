"""Secondary caches that packages declare for themselves: `caches` in `[tool.zigwheel]`."""

from __future__ import annotations

from typing import Any

from zigwheel.config.convert import Errors, read_record
from zigwheel.config.model import Config
from zigwheel.config.toml import TomlError, parse

MOST = 4
"""Caches that a project may have. Each is asked in its turn while a client waits."""

LARGEST = 2**18
"""Bytes of a `pyproject.toml` that is looked at."""

DOTS = 100
"""In a line. A key with many parts takes a parser of TOML memory by the square of their number."""


def declared_caches(pyproject: bytes) -> tuple[str, ...]:
    """The caches that a `pyproject.toml` declares.

    None if it is not well formed, which its build will say, or of a kind that is only made to do harm.
    """
    if len(pyproject) > LARGEST or any(line.count(b".") > DOTS for line in pyproject.splitlines()):
        return ()
    try:
        table: Any = parse(pyproject.decode("utf-8"))
    except (TomlError, UnicodeDecodeError):
        return ()
    for name in ("tool", "zigwheel"):
        table = table.get(name)
        if not isinstance(table, dict):
            return ()
    errors: Errors = []
    part = read_record(Config, {"caches": table.get("caches", [])}, "", errors)
    return () if errors else part["caches"][:MOST]
