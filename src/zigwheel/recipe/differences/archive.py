"""Two archives: which members differ, and how."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from zigwheel.recipe.differences.contents import compared
from zigwheel.recipe.model import Output

MOST = 20
"""So many differences of one kind are told."""

LARGEST = 256 * 2**20
"""Bytes of a member that is looked into."""


def against(output: Output, made: Path) -> Iterator[str]:
    """How a wheel differs from what a recipe has on record; nothing if it is the same, byte for byte."""
    data = made.read_bytes()
    wanted = output.file
    if made.name != wanted.name:
        yield f"it is named {made.name}"
    if hashlib.sha256(data).hexdigest() == wanted.sha256:
        return
    if len(data) != wanted.size:
        yield f"it has {len(data)} bytes, not {wanted.size}"
    found = {}
    with zipfile.ZipFile(made) as archive:
        for info in archive.infolist():
            found[info.filename] = hashlib.sha256(archive.read(info)).hexdigest()
    yield from only(output.members, found)
    changed = [
        name for name in output.members if name in found and found[name] != output.members[name]
    ]
    for name in changed[:MOST]:
        yield f"{name}: its sha256 is {found[name]}, not {output.members[name]}"
    if len(changed) > MOST:
        yield f"{len(changed) - MOST} more members differ"
    if found == output.members:
        yield (
            "every member is the same, so that the archive itself differs: order, dates, modes or "
            "compression"
        )


def between(expected: Path, made: Path) -> Iterator[str]:
    """How a wheel differs from the one that it should be, member by member."""
    with zipfile.ZipFile(expected) as one, zipfile.ZipFile(made) as other:
        first = {info.filename: info for info in one.infolist()}
        second = {info.filename: info for info in other.infolist()}
        yield from only(first, second)
        both = [name for name in first if name in second]
        if both != [name for name in second if name in first]:
            yield "the members are in another order"
        for name in both:
            yield from entries(first[name], second[name])
            if (
                first[name].CRC == second[name].CRC
                and first[name].file_size == second[name].file_size
            ):
                continue
            if max(first[name].file_size, second[name].file_size) > LARGEST:
                yield f"{name}: the contents differ, and are too large to look into"
                continue
            for line in compared(name, one.read(name), other.read(name)):
                yield f"{name}: {line}"


def entries(one: zipfile.ZipInfo, other: zipfile.ZipInfo) -> Iterator[str]:
    """How the entries of one member differ, whatever it holds."""
    name = one.filename
    if one.date_time != other.date_time:
        yield f"{name}: timestamp {stamp(other)}, not {stamp(one)}"
    if one.external_attr != other.external_attr:
        yield f"{name}: mode {other.external_attr >> 16:o}, not {one.external_attr >> 16:o}"
    if one.compress_type != other.compress_type:
        yield f"{name}: another way of compression"
    elif one.CRC == other.CRC and one.compress_size != other.compress_size:
        yield f"{name}: compressed to {other.compress_size} bytes, not {one.compress_size}"


def stamp(info: zipfile.ZipInfo) -> str:
    """The time of a member, to the second."""
    year, month, day, hour, minute, second = info.date_time
    return f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"


def only(expected: Mapping[str, object], found: Mapping[str, object]) -> Iterator[str]:
    """Which names are in one and not in the other."""
    for name in sorted(expected.keys() - found.keys())[:MOST]:
        yield f"{name} is missing"
    for name in sorted(found.keys() - expected.keys())[:MOST]:
        yield f"{name} is too much"
