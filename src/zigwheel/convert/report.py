"""What a conversion has to say, for people and for machines. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence

from zigwheel.convert.compare import Comparison
from zigwheel.convert.components import Note
from zigwheel.convert.conversion import Conversion
from zigwheel.convert.model import Record

SHOWN = 10
"""Commands of the build that are listed."""


def difference(old: str, new: str) -> str:
    """A unified diff of pyproject.toml."""
    lines = difflib.unified_diff(
        old.splitlines(keepends=True),
        new.splitlines(keepends=True),
        "pyproject.toml",
        "pyproject.toml (converted)",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def text(conversion: Conversion, records: Sequence[Record], unneeded: Sequence[str]) -> str:
    """The report for a terminal."""
    handwork = [note for note in conversion.notes if note.handwork]
    rest = [note for note in conversion.notes if not note.handwork]
    lines = []
    if handwork:
        lines += ["Not carried over; this is left to you:", *map(line, handwork), ""]
    else:
        lines += ["Everything that the build does for a wheel was carried over.", ""]
    if rest:
        lines += ["Worth knowing:", *map(line, rest), ""]
    if commands := commands_of(records):
        more = len(commands) - SHOWN
        lines += ["Programs that the build ran:", *(f"  {c}" for c in commands[:SHOWN])]
        lines += [f"  and {more} more", ""] if more > 0 else [""]
    if unneeded:
        lines += [f"zigwheel reads no more: {', '.join(unneeded)}"]
    return "\n".join(lines).rstrip() + "\n"


def line(note: Note) -> str:
    """A note as a line."""
    return f"  {note.place}: {note.text}" if note.place else f"  {note.text}"


def commands_of(records: Sequence[Record]) -> list[str]:
    """The commands of all runs, each once, with the line that ran it."""
    found = dict.fromkeys(
        f"{command.place}: {' '.join(command.words)[:100]}"
        for record in records
        for command in record.commands
    )
    return list(found)


def compared(comparison: Comparison) -> str:
    """The outcome of `--check`."""
    lines = [
        f"files in both wheels: {comparison.same_files}",
        f"extension modules with the same init functions: {comparison.same_modules}",
        *(f"only the project's own build has: {path}" for path in comparison.missing),
        *(f"only zigwheel's wheel has: {path}" for path in comparison.added),
        *(f"the init functions differ: {text}" for text in comparison.modules),
        *(f"METADATA differs: {text}" for text in comparison.metadata),
        "the wheels hold the same" if comparison.equal else "the wheels do not hold the same",
    ]
    return "\n".join(lines) + "\n"


def as_json(
    new: str, conversion: Conversion, records: Sequence[Record], comparison: Comparison | None
) -> str:
    """All of it for a machine."""
    from dataclasses import asdict

    table = {
        "pyproject": new,
        "notes": [asdict(note) for note in conversion.notes],
        "platforms": [
            {**asdict(record.platform), "failure": record.failure, "tag": record.tag}
            for record in records
        ],
        "commands": commands_of(records),
        "check": {**asdict(comparison), "equal": comparison.equal} if comparison else None,
    }
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"
