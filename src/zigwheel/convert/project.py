"""The recorded METADATA and entry points, as `[project]` (PEP 621, PEP 639). Pure but for `texts`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.utils import getaddresses
from typing import Any

from zigwheel.convert.components import Note
from zigwheel.convert.licenses import PREFIX, expression
from zigwheel.convert.model import Record

Reader = Callable[[str], str]
"""The text of a file of the project; empty where it cannot be read."""

Table = dict[str, Any]


def project_table(record: Record, files: Sequence[str], read: Reader) -> tuple[Table, list[Note]]:
    """All of `[project]` but a dynamic version, from the METADATA that the build wrote."""
    from packaging.metadata import parse_email

    raw, _ = parse_email(record.metadata)
    notes: list[Note] = []
    table: Table = {"name": raw.get("name", ""), "version": raw.get("version", "")}
    table["description"] = " ".join(raw.get("summary", "").split())
    table["readme"] = readme(raw, files, read, notes)
    table["requires-python"] = raw.get("requires_python", "")
    license_part(table, raw, read, notes)
    table["authors"] = people(raw.get("author", ""), raw.get("author_email", ""))
    table["maintainers"] = people(raw.get("maintainer", ""), raw.get("maintainer_email", ""))
    table["keywords"] = [k.strip() for k in raw.get("keywords", []) if k.strip()]
    spdx = isinstance(table["license"], str) and table["license"]
    table["classifiers"] = [
        c for c in raw.get("classifiers", []) if not (spdx and c.startswith(PREFIX))
    ]
    table["urls"] = urls(raw)
    table["dependencies"], table["optional-dependencies"] = requirements(
        raw.get("requires_dist", []), raw.get("provides_extra", [])
    )
    table |= entry_points(record.entry_points)
    return {key: value for key, value in table.items() if value}, notes


def release_of(record: Record) -> str:
    """The version that the build gave its wheel; empty if it wrote none."""
    from packaging.metadata import parse_email

    return parse_email(record.metadata)[0].get("version", "")


def readme(
    raw: Mapping[str, Any], files: Iterable[str], read: Reader, notes: list[Note]
) -> str | dict[str, str]:
    """The file that the description came from, or the one that starts it, or else its text."""
    text = plain(raw.get("description", ""))
    if not text:
        return ""
    choices = sorted(
        (f for f in files if re.match(r"(?i)[^/]*\.(rst|md|txt)$|readme[^/]*$", f)),
        key=lambda f: (not f.lower().startswith("readme"), f),
    )
    texts = {choice: plain(read(choice)) for choice in choices}
    for choice in choices:
        if texts[choice] == text:
            return choice
    for choice in choices:
        if texts[choice] and (texts[choice] in text or text in texts[choice]):
            notes.append(
                Note(
                    text=f"the description is made of more than {choice!r}, which is now all of it",
                    handwork=False,
                )
            )
            return choice
    return {"text": f"{text}\n", "content-type": raw.get("description_content_type", "text/x-rst")}


def plain(text: str) -> str:
    """A text without what differs between a file and METADATA."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def license_part(table: Table, raw: Mapping[str, Any], read: Reader, notes: list[Note]) -> None:
    """`license` and `license-files`."""
    paths = list(raw.get("license_files", []))
    table["license"] = raw.get("license_expression", "") or expression(
        raw.get("license", ""), raw.get("classifiers", []), [read(path) for path in paths]
    )
    table["license-files"] = paths
    if not table["license"] and raw.get("license"):
        first = raw["license"].strip().splitlines()[0][:60]
        notes.append(
            Note(
                text=f"the license {first!r} is not written as SPDX does: name it in `project.license`",
                handwork=False,
            )
        )


def people(names: str, addresses: str) -> list[dict[str, str]]:
    """`authors` or `maintainers`."""
    found = [
        {key: value for key, value in (("name", name), ("email", email)) if value}
        for name, email in getaddresses([addresses])
        if "@" in email
    ]
    if names and len(found) == 1 and "name" not in found[0]:
        return [{"name": names, **found[0]}]
    more = [{"name": name.strip()} for name in names.split(",") if name.strip()]
    return [*(m for m in more if m["name"] not in [f.get("name") for f in found]), *found]


def urls(raw: Mapping[str, Any]) -> dict[str, str]:
    """`urls`, with the home page first."""
    found = {"Homepage": raw.get("home_page", ""), "Download": raw.get("download_url", "")}
    found |= raw.get("project_urls", {})
    return {name: url for name, url in found.items() if url and url != "UNKNOWN"}


EXTRA = re.compile(r"""\s*(?:and\s*)?\(?\s*extra\s*==\s*["']([^"']+)["']\s*\)?\s*""")


def requirements(
    lines: Iterable[str], extras: Iterable[str]
) -> tuple[list[str], dict[str, list[str]]]:
    """`dependencies` and `optional-dependencies`."""
    always: list[str] = []
    optional: dict[str, list[str]] = {extra: [] for extra in extras}
    for line in lines:
        head, _, marker = line.partition(";")
        match = EXTRA.search(marker)
        if not match:
            always.append(line.strip())
            continue
        rest = (marker[: match.start()] + marker[match.end() :]).strip()
        rest = re.sub(r"^and\s+|\s+and$", "", rest)
        while rest.startswith("(") and rest.endswith(")") and rest.count("(") == 1:
            rest = rest[1:-1]
        optional.setdefault(match[1], []).append(
            f"{head.strip()}; {rest}" if rest else head.strip()
        )
    return always, optional


def entry_points(text: str) -> Table:
    """`scripts`, `gui-scripts` and `entry-points`."""
    import configparser

    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    names = {"console_scripts": "scripts", "gui_scripts": "gui-scripts"}
    groups = {section: dict(parser.items(section)) for section in parser.sections()}
    own: Table = {names[group]: found for group, found in groups.items() if group in names}
    others = {group: found for group, found in groups.items() if group not in names}
    return {**own, **({"entry-points": others} if others else {})}
