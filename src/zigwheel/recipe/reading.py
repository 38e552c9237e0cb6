"""Reading JSON that may come from anybody: bounded, every type checked, every problem named by its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zigwheel.errors import RecipeError, ZigwheelError, raise_all

MOST_BYTES = 64 * 2**20
"""A larger file is no recipe."""

MOST_ITEMS = 100_000
"""More entries of one list or object are not read."""

MOST_TEXT = 4096
"""Characters of a text, where nothing else is said."""

MOST_PROBLEMS = 20
"""So many are told at once."""

LARGEST = 2**53
"""Numbers above are not the same to every reader of JSON (RFC 8259, section 6)."""

SHA256 = re.compile(r"[0-9a-f]{64}")
HEX = re.compile(r"(?:[0-9a-f]{2})*")
ANY = re.compile(r"[^\x00]*", re.DOTALL)


def load(data: bytes, place: str, kind: type[ZigwheelError] = RecipeError) -> object:
    """What a JSON text holds. Raises an error of this kind for what is no JSON, or holds a name twice."""
    if len(data) > MOST_BYTES:
        raise kind(f"{place} has more than {MOST_BYTES} bytes")
    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=single, parse_constant=no_constant
        )
    except (ValueError, RecursionError) as error:
        raise kind(f"{place} is no JSON that can be read: {shown(str(error))}") from error


def single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, in which no name may stand twice: readers differ in which of the two they take."""
    table = dict(pairs)
    if len(table) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice[:80]!r} stands twice in one object")
    return table


def no_constant(text: str) -> None:
    """Refuse `NaN` and `Infinity`, which are no JSON."""
    raise ValueError(f"{text} is no number of JSON's")


def read_bytes(file: Path) -> bytes:
    """A file that is not too large. Raises `RecipeError`."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise RecipeError(f"{str(file)!r} cannot be read: {error.strerror or error}") from error
    if len(data) > MOST_BYTES:
        raise RecipeError(f"{str(file)!r} has more than {MOST_BYTES} bytes, which no recipe has")
    return data


def shown(value: object) -> str:
    """A value in a message: quoted, and not at full length."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


@dataclass(kw_only=True)
class Problems:
    """What was found wrong so far, told at the end."""

    place: str
    """The file."""
    kind: type[ZigwheelError] = RecipeError
    """The class of the errors."""
    errors: list[ZigwheelError] = field(default_factory=list)
    """In the order in which they were found."""

    def add(self, path: str, value: object, wanted: str) -> None:
        """Note that a value is not what it has to be."""
        if len(self.errors) < MOST_PROBLEMS:
            found = "not there" if value is None else f"{shown(repr(value))}"
            self.errors.append(
                self.kind(f"{self.place}: `{path or '(all of it)'}` is {found}, not {wanted}")
            )

    def tell(self) -> None:
        """Raise all of it, if there is anything."""
        raise_all(self.errors)


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A value in a document, with its place; asked for what it should be, it gives that or notes a problem."""

    value: object
    """What JSON held; None where it is not there."""
    path: str
    """Such as `predicate.buildDefinition`."""
    problems: Problems
    """Where what is wrong is noted."""

    def at(self, name: str) -> Node:
        """An entry of an object."""
        table = self.value if isinstance(self.value, dict) else {}
        path = f"{self.path}.{name}" if self.path else name
        return Node(value=table.get(name), path=path, problems=self.problems)

    def object(self) -> Mapping[str, Any]:
        """An object."""
        if isinstance(self.value, dict) and len(self.value) <= MOST_ITEMS:
            return self.value
        self.problems.add(self.path, self.value, f"an object of at most {MOST_ITEMS} entries")
        return {}

    def items(self) -> Iterator[Node]:
        """The entries of a list."""
        values = self.value
        if not isinstance(values, list) or len(values) > MOST_ITEMS:
            self.problems.add(self.path, self.value, f"a list of at most {MOST_ITEMS} entries")
            return
        for number, value in enumerate(values):
            yield Node(value=value, path=f"{self.path}[{number}]", problems=self.problems)

    def entries(self) -> Iterator[tuple[str, Node]]:
        """The entries of an object."""
        for name in self.object():
            yield name, self.at(name)

    def text(
        self, pattern: re.Pattern[str] = ANY, wanted: str = "a text", *, most: int = MOST_TEXT
    ) -> str:
        """A text of which all fits a pattern."""
        value = self.value
        if isinstance(value, str) and len(value) <= most and pattern.fullmatch(value):
            return value
        self.problems.add(self.path, value, wanted)
        return ""

    def sha256(self) -> str:
        """A digest."""
        return self.text(SHA256, "the 64 lower-case hex digits of a sha256")

    def number(self, *, most: float = LARGEST) -> float:
        """A number that is not negative."""
        value = self.value
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= most:
            return value
        self.problems.add(self.path, value, f"a number from 0 to {most:g}")
        return 0

    def whole(self, *, most: int = LARGEST) -> int:
        """A whole number that is not negative."""
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
            return value
        self.problems.add(self.path, value, f"a whole number from 0 to {most}")
        return 0

    def texts(self, pattern: re.Pattern[str] = ANY, wanted: str = "a text") -> tuple[str, ...]:
        """A list of texts."""
        return tuple(item.text(pattern, wanted) for item in self.items())

    def texts_by_name(
        self, pattern: re.Pattern[str] = ANY, wanted: str = "a text"
    ) -> dict[str, str]:
        """An object of texts."""
        return {name: item.text(pattern, wanted) for name, item in self.entries()}

    def expect(self, value: str) -> None:
        """Note where this is another text."""
        if self.value != value:
            self.problems.add(self.path, self.value, repr(value))


def root(value: object, place: str, kind: type[ZigwheelError] = RecipeError) -> Node:
    """The whole of a document; what is wrong with it becomes errors of this kind."""
    return Node(value=value, path="", problems=Problems(place=place, kind=kind))
