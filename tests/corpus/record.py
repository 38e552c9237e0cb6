"""What is on record of each package: its sdist, what its own build makes, how its tests run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

FOLDER = Path(__file__).parent

Work: TypeAlias = Literal["none", "some", "all"]

ALWAYS_ABSENT: Mapping[str, str] = {
    "{dist-info}/top_level.txt": "setuptools' own; nothing in the standards asks for it",
    "{dist-info}/zip-safe": "a mark for eggs, which setuptools copies into wheels; nothing reads it there",
}
"""Patterns of files of a package's own wheel that zigwheel's never hold, and why."""

ALWAYS_ADDED: Mapping[str, str] = {
    "{dist-info}/sboms/*": "what is linked statically is told by a bill of materials (PEP 770)",
}
"""Patterns of files that zigwheel's wheels may hold whatever the package's own does, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suite:
    """A package's own tests."""

    requirements: tuple[str, ...]
    """What is installed beside the wheel."""
    copied: tuple[str, ...]
    """Files and folders of the sdist that the tests need; the rest is not there when they run."""
    folder: str
    """Where the command runs, below the folder of what was copied."""
    words: tuple[str, ...]
    """Arguments of the environment's Python."""
    passed: int
    """Tests that passed with the package's own build, on CPython 3.11 for x86-64 Linux."""
    seconds: int
    """When to give up."""
    failed: int = 0
    """Tests that fail with the package's own build, too."""
    abroad: str = ""
    """Why they are not run by the interpreters of other machines; empty where they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """One release. Paths of files: `{suffix}` stands for the end of a module's file name,
    `{dist-info}` and `{data}` for the folders of these names.
    """

    name: str
    """As in `[project]`, normalised; the name of its folder here, if it has one."""
    version: str
    """Release."""
    sdist: str
    """File name of the sdist."""
    sha256: str
    """Of the sdist."""
    difficulty: int
    """1 (nothing but sources) to 5, as judged from the package's own build."""
    quick: bool
    """Built and tested by default; the others with `ZIGWHEEL_CORPUS=all` or `=NAME,NAME`."""
    python: str
    """Version specifiers for the Python that it can be built for."""
    removed: tuple[str, ...]
    """Files of the sdist that are taken away: they belong to its own build."""
    extensions: tuple[str, ...]
    """Extension modules of its own wheel."""
    files: tuple[str, ...]
    """All files of its own wheel, built by setuptools with gcc."""
    absent: Mapping[str, str]
    """Patterns of files of its own wheel that ours does not hold, and why."""
    added: Mapping[str, str]
    """Patterns of files that only ours holds, and why."""
    suite: Suite
    """Its tests."""
    handwork: str = ""
    """What had to be done by hand, and why."""
    system: str = ""
    """A library of this machine that its own build links, too, so that no other machine is promised."""
    nowhere: Mapping[str, str] = field(default_factory=dict)
    """Platforms that it is not made for, and who says so."""

    @property
    def by_hand(self) -> Path:
        """What takes the place of its own `pyproject.toml` where that is not converted."""
        return FOLDER / self.name / "pyproject.toml"

    @property
    def patch(self) -> Path:
        """What is changed after the conversion."""
        return FOLDER / self.name / "handwork.patch"

    @property
    def work(self) -> Work:
        """How much of the move is done by hand."""
        return "all" if self.by_hand.is_file() else "some" if self.patch.is_file() else "none"


def packages() -> tuple[Package, ...]:
    """All packages on record, in the file's order."""
    table = json.loads((FOLDER / "packages.json").read_text(encoding="utf-8"))
    return tuple(package(name, entry) for name, entry in table.items())


def package(name: str, entry: Mapping[str, Any]) -> Package:
    """One entry of the file."""
    rest = {key: frozen(value) for key, value in entry.items() if key != "tests"}
    suite = Suite(**{key: frozen(value) for key, value in entry["tests"].items()})
    return Package(name=name, suite=suite, **rest)


def frozen(value: Any) -> Any:
    """Lists as tuples."""
    return tuple(value) if isinstance(value, list) else value
