"""Two contents of one member: lines of a text, or sections, symbols and strings of compiled code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from zigwheel.audit.image import read_images
from zigwheel.audit.macho import is_macho
from zigwheel.audit.pe import Pe
from zigwheel.errors import AuditError

MOST = 5
"""So many symbols, strings or lines are told."""

WORDS = re.compile(rb"[\x20-\x7e]{6,}")
"""What `strings` shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """What is compared of one architecture's code."""

    arch: str
    """Its name in `target.triple`."""
    sections: dict[str, bytes] = field(default_factory=dict)
    """Contents by name; only where LIEF is installed."""
    symbols: frozenset[str] = frozenset()
    """Names that it asks for or offers."""
    timestamp: int = 0
    """Of a PE file."""


def compared(name: str, one: bytes, other: bytes) -> Iterator[str]:
    """How a member's content differs from what it should be: `one` is what it should be."""
    try:
        images = images_of(one, name), images_of(other, name)
    except AuditError as error:
        yield str(error)
        return
    if images[0] or images[1]:
        yield from code(*images, one, other)
    elif b"\0" in one or b"\0" in other:
        yield f"{len(other)} bytes, not {len(one)}; the first difference is at {first(one, other)}"
    else:
        yield from lines(one, other)


def images_of(data: bytes, name: str) -> list[Image]:
    """The code in a file, one for each architecture; none if it is something else."""
    found = read_images(data, name)
    sections = sections_of(data) if found else []
    return [
        Image(
            arch=image.arch,
            sections=sections[number] if number < len(sections) else {},
            symbols=frozenset(image.imported) | frozenset(image.exported),
            timestamp=image.timestamp if isinstance(image, Pe) else 0,
        )
        for number, image in enumerate(found)
    ]


def sections_of(data: bytes) -> list[dict[str, bytes]]:
    """The sections of each architecture's code, by LIEF; nothing where that is not installed."""
    try:
        import lief
    except ImportError:
        return []
    if is_macho(data):
        fat = lief.MachO.parse(list(data))
        binaries = list(fat) if fat else []
    else:
        binaries = [lief.parse(list(data))]
    found = []
    for binary in binaries:
        table: dict[str, bytes] = {}
        for section in binary.sections if binary else ():
            segment = getattr(section, "segment_name", "")
            place = f"{segment},{section.name}" if segment else str(section.name)
            while place in table:
                place += "'"
            table[place] = bytes(section.content)
        found.append(table)
    return found


def code(expected: list[Image], found: list[Image], one: bytes, other: bytes) -> Iterator[str]:
    """How compiled code differs."""
    archs = [image.arch for image in expected], [image.arch for image in found]
    if archs[0] != archs[1]:
        yield f"code for {', '.join(archs[1]) or 'no machine'}, not {', '.join(archs[0])}"
        return
    for was, now in zip(expected, found, strict=True):
        of = f" ({was.arch})" if len(expected) > 1 else ""
        if was.timestamp != now.timestamp:
            yield f"timestamp {now.timestamp}, not {was.timestamp}{of}"
        for name in [*was.sections, *(n for n in now.sections if n not in was.sections)]:
            before, after = was.sections.get(name), now.sections.get(name)
            if before is None or after is None:
                yield f"section {name} is {'too much' if before is None else 'missing'}{of}"
            elif before != after:
                sizes = f"{len(after)} bytes, not {len(before)}"
                if len(before) == len(after):
                    sizes = (
                        f"{sum(a != b for a, b in zip(before, after, strict=True))} bytes differ"
                    )
                yield f"section {name}: {sizes}; the first at {first(before, after):#x}{of}"
        yield from told(f"symbols{of}", was.symbols, now.symbols)
    yield from told("strings", strings(one), strings(other))


def told(what: str, expected: frozenset[str], found: frozenset[str]) -> Iterator[str]:
    """What is in one and not in the other."""
    for words, names in (("missing", expected - found), ("too much", found - expected)):
        if names:
            more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
            shown = ", ".join(repr(name[:100]) for name in sorted(names)[:MOST])
            yield f"{what} {words}: {shown}{more}"


def strings(data: bytes) -> frozenset[str]:
    """The printable texts in a file."""
    return frozenset(match[0].decode("ascii") for match in WORDS.finditer(data))


def lines(one: bytes, other: bytes) -> Iterator[str]:
    """The first lines in which two texts differ, as `diff` shows them."""
    import difflib

    texts = [data.decode("utf-8", "backslashreplace").splitlines() for data in (one, other)]
    changed = changes(difflib.unified_diff(texts[0], texts[1], n=0, lineterm=""))
    for number, line in enumerate(changed):
        if number == 2 * MOST:
            yield "and more lines"
            return
        yield line
    if texts[0] == texts[1]:
        yield "the ends of lines differ"


def changes(diff: Iterable[str]) -> Iterator[str]:
    """The lines of a diff that are added or taken away."""
    for line in diff:
        if line[:1] in "+-" and line[:3] not in ("+++", "---"):
            yield f"{line[0]} {line[1:121]}"


def first(one: bytes, other: bytes) -> int:
    """Where two contents begin to differ."""
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return at
    return min(len(one), len(other))
