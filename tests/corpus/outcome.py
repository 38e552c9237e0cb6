"""What became of a package, and the file that keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE = Path(__file__).parent / "outcomes.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Abroad:
    """How far a package came on another machine."""

    wheel: str = ""
    """File name of the wheel; empty if there is none."""
    modules: int = 0
    """Extension modules that the interpreter imports."""
    passed: int | None = None
    """Its own tests that pass there; None if they were not run."""
    index: int | None = None
    """Those that pass there with the wheel of the index, asked for where not all did with ours."""
    trouble: str = ""
    """What went wrong, or why nothing was tried."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How far a package came."""

    version: str
    """Its release."""
    work: str
    """`none`: converted as it is; `some`: a patch after that; `all`: written by hand."""
    wheel: str = ""
    """File name of the wheel for this machine; empty if it could not be built."""
    differences: tuple[str, ...] = ()
    """What its wheel lacks or adds beside that of its own build, without a reason on record."""
    passed: int | None = None
    """Its own tests that pass; None if they could not be run."""
    trouble: str = ""
    """What went wrong."""
    abroad: Mapping[str, Abroad] = field(default_factory=dict)
    """By interpreter."""


def read() -> dict[str, Outcome]:
    """What the last run of each package found."""
    found = {}
    for name, entry in json.loads(FILE.read_text(encoding="utf-8")).items():
        entry["differences"] = tuple(entry["differences"])
        entry["abroad"] = {place: Abroad(**one) for place, one in entry["abroad"].items()}
        found[name] = Outcome(**entry)
    return found


def write(outcomes: Mapping[str, Outcome]) -> None:
    """Keep what was found."""
    entries = {name: asdict(outcomes[name]) for name in sorted(outcomes)}
    text = json.dumps(entries, indent=1, ensure_ascii=False)
    FILE.write_text(text + "\n", encoding="utf-8", newline="\n")
