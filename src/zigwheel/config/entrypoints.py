"""entry_points.txt from `scripts`, `gui-scripts` and `entry-points` (PEP 621)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from zigwheel.config.words import child, quote
from zigwheel.errors import MetadataError

if TYPE_CHECKING:
    from pyproject_metadata import StandardMetadata

RESERVED = {"console_scripts": "scripts", "gui_scripts": "gui-scripts"}
"""Groups that `[project]` has a table of their own for."""

REFERENCE = re.compile(
    r"\s*\w+(?:\.\w+)*\s*(?::\s*\w+(?:\.\w+)*\s*)?(?:\[\s*[\w.-]+(?:\s*,\s*[\w.-]+)*\s*\])?\s*"
)
"""`module`, `module:object`, and the old form with extras."""


def check_entry_points(project: Mapping[str, Any]) -> Iterator[MetadataError]:
    """What is wrong with the three tables, as far as their types are right."""
    for key in ("scripts", "gui-scripts"):
        yield from _check_group(f"project.{key}", project.get(key), script=True)
    groups = project.get("entry-points")
    for group, entries in groups.items() if isinstance(groups, Mapping) else ():
        if group in RESERVED:
            yield MetadataError(
                f"`project.entry-points.{group}` is not allowed (PEP 621)",
                hint=f"write `[project.{RESERVED[group]}]` instead",
            )
        else:
            yield from _check_group(child("project.entry-points", group), entries, script=False)


def _check_group(place: str, entries: object, *, script: bool) -> Iterator[MetadataError]:
    for name, reference in entries.items() if isinstance(entries, Mapping) else ():
        wrong = not name.strip() or name != name.strip() or re.search(r"[=\r\n]|^\[", name)
        if wrong or (script and re.search(r"[/\\]|^\.+$", name)):
            yield MetadataError(
                f"`{place}` has the name {quote(name)}",
                hint="use letters, digits, `.`, `_` and `-`",
            )
        if not isinstance(reference, str):
            continue
        if not REFERENCE.fullmatch(reference) or (script and ":" not in reference):
            form = '`"package.module:function"`' if script else '`"package.module:object"`'
            yield MetadataError(
                f"`{child(place, name)}` is {quote(reference)}", hint=f"write it as {form}"
            )


def entry_points_text(standard: StandardMetadata) -> bytes:
    """The file's bytes, groups and names sorted; empty if there are no entries."""
    groups = {
        **standard.entrypoints,
        "console_scripts": standard.scripts,
        "gui_scripts": standard.gui_scripts,
    }
    blocks = [
        "\n".join(
            [f"[{group}]", *(f"{name} = {groups[group][name]}" for name in sorted(groups[group]))]
        )
        for group in sorted(groups)
        if groups[group]
    ]
    return "\n\n".join(blocks).encode() + (b"\n" if blocks else b"")
