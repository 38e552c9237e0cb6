"""Secondary caches that packages declare for themselves: `caches` in `[tool.zigwheel]`."""

from __future__ import annotations

from typing import Any

from zigwheel.config.convert import Errors, read_record
from zigwheel.config.model import Config
from zigwheel.config.toml import TomlError, parse

MOST = 4
"""Caches that a project may have. Each is asked in its turn while a client waits."""


def declared_caches(pyproject: bytes) -> tuple[str, ...]:
    """The caches that a `pyproject.toml` declares; none if it is not well formed, which says its build."""
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
