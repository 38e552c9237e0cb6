"""Figures and foreign text as people read them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles and links: up to BEL or ST
    r"|\x1b[PX^_].*?(?:\x1b\\|\Z)"
    r"|[\x1b\x9b]\[?[0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
"""What moves the cursor or sets a colour, and commands to the terminal. Source: ECMA-48, xterm."""

CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""What no text needs, what turns its direction, and what neither XML nor UTF-8 can hold."""


def cleaned(text: str) -> str:
    """The text of a program without what a terminal, XML or an editor would act on."""
    plain = ESCAPES.sub("", text.replace("\r\n", "\n"))
    lines = (line.rpartition("\r")[2] for line in plain.rstrip("\r").split("\n"))
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", "\n".join(lines)).expandtabs(8)


def first_lines(text: str, most: int) -> list[str]:
    """The first lines of a text; the last one says how many are left out."""
    lines = cleaned(text).strip("\n").split("\n")
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"... {len(lines) - most + 1} more lines"]


def told(error: str) -> str:
    """The one line of an error that says most: the compiler's first, else the first of all."""
    lines = [line.strip() for line in cleaned(error).strip().split("\n")]
    return next((line for line in lines if "error: " in line), lines[0])


def size(count: int) -> str:
    """Bytes, such as `23 kB`."""
    if count < 1000:
        return f"{count} B"
    power = 1 if count < 999_500 else 2 if count < 999_500_000 else 3
    value, unit = count / 1000**power, ("kB", "MB", "GB")[power - 1]
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"


def seconds(value: float) -> str:
    """A duration, such as `0.8 s`, `43 s` or `2:05 min`."""
    if value < 9.95:
        return f"{value:.1f} s"
    whole = round(value)
    if whole < 100:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02} min"
    return f"{whole // 3600}:{whole // 60 % 60:02} h"


def count(number: int, noun: str) -> str:
    """A number of things: `1 wheel`, `2 wheels`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shortened(text: str, width: int) -> str:
    """At most `width` characters of one line, its middle left out."""
    if len(text) <= width:
        return text
    if width < 8:
        return text[:width]
    head = (width - 3) // 2
    return f"{text[:head]}...{text[len(text) - (width - 3 - head) :]}"


def split(identifier: str) -> tuple[str, str]:
    """The Python and the target of an identifier such as `cp313-manylinux_x86_64`."""
    python, _, target = identifier.partition("-")
    return python, target


def folded(identifiers: Iterable[str]) -> list[str]:
    """Identifiers as the fewest globs with braces, such as `cp{39,310}-win32`; each means no other."""
    pythons: dict[str, list[str]] = {}
    for identifier in identifiers:
        python, target = split(identifier)
        pythons.setdefault(target, []).append(python)
    targets: dict[tuple[str, ...], list[str]] = {}
    for target, names in pythons.items():
        targets.setdefault(tuple(sorted(set(names), key=python_order)), []).append(target)
    return [
        f"{braced(names)}-{braced(group)}" if group != [""] else braced(names)
        for names, group in targets.items()
    ]


def braced(names: Sequence[str]) -> str:
    """Names as one glob."""
    return names[0] if len(names) == 1 else "{" + ",".join(names) + "}"


IMPLEMENTATIONS: Mapping[str, str] = {"cp": "", "pp": "PyPy ", "gp": "GraalPy "}
"""What stands before the version of a Python, for people."""

PYTHON = re.compile(r"([a-z]+)(\d)(\d+)(.*)")


def python_label(python: str) -> str:
    """A Python's name for people: `3.13t` for `cp313t`, `PyPy 3.11` for `pp311`."""
    found = PYTHON.fullmatch(python)
    if not found or found[1] not in IMPLEMENTATIONS:
        return python
    return f"{IMPLEMENTATIONS[found[1]]}{found[2]}.{found[3]}{found[4]}"


def python_order(python: str) -> tuple[int, int, int, str]:
    """Sorts Pythons: CPython first, then by version, free-threaded ones behind the others."""
    found = PYTHON.fullmatch(python)
    if not found:
        return (len(IMPLEMENTATIONS), 0, 0, python)
    kinds = list(IMPLEMENTATIONS)
    kind = kinds.index(found[1]) if found[1] in kinds else len(kinds)
    return (kind, int(found[2]), int(found[3]), found[4])
