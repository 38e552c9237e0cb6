"""Events that a run wrote down. Foreign code ran beside it, so nothing here is taken on trust."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 64 << 20
"""Bytes of a file of events."""

MOST = 200_000
"""Events of a run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One line."""

    kind: str
    """What happened."""
    values: dict[str, Any]
    """The rest of the line."""

    def text(self, key: str) -> str:
        """A text; empty where there is none."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> list[str]:
        """A list of texts; what is none is left out."""
        value = self.values.get(key)
        return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

    def table(self, key: str) -> dict[str, str]:
        """A table of texts."""
        value = self.values.get(key)
        items = value.items() if isinstance(value, dict) else ()
        return {name: item for name, item in items if isinstance(item, str)}

    def truth(self, key: str) -> bool:
        """A truth."""
        return self.values.get(key) is True

    def number(self, key: str) -> float:
        """A number; zero where there is none."""
        value = self.values.get(key)
        return float(value) if isinstance(value, (int, float)) else 0.0


def read_events(file: Path) -> Iterator[Event]:
    """All events of a run; lines that are none are passed over."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST)
    except FileNotFoundError:
        return
    for number, line in enumerate(data.split(b"\n")):
        if number >= MOST:
            return
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict) and isinstance(value.get("event"), str):
            yield Event(kind=value["event"], values=value)
