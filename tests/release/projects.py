"""What is built: examples and packages of the corpus, each with a `[tool.zigwheel.wheels]` of its own."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.corpus.project import prepared
from tests.corpus.record import packages
from tests.corpus.rig import Workshop
from tests.examples.rig import EXAMPLES, copied

TARGETS = ("linux", "macos", "windows", "macosx_universal2")
PYTHONS = ("cp39", "cp311", "cp313", "cp314", "cp315")


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """One project of the matrix."""

    name: str
    """Name of an example, or of a package of the corpus."""
    what: str
    """What kind of a project it is, for the page."""


PROJECTS = (
    Project(name="fastsum", what="C"),
    Project(name="geometry", what="C++17"),
    Project(name="sieve", what="Cython"),
    Project(name="stable", what="C, `abi3`"),
    Project(name="bitarray", what="C, of the corpus"),
    Project(name="xxhash", what="C, of the corpus"),
)


def laid_out(project: Project, workshop: Workshop) -> Path:
    """A copy of a project that selects the whole matrix. Raises `Failed` where it is not converted."""
    if project.name in EXAMPLES:
        folder = copied(project.name, workshop.folder / project.name)
        command = f"python {{project}}/tests/test_{project.name}.py"
        requires: tuple[str, ...] = ()
    else:
        (package,) = (one for one in packages() if one.name == project.name)
        suite, folder = package.suite, prepared(package, workshop)
        words = [quoted(word, suite.copied) for word in suite.words]
        command, requires = f"python {' '.join(words)}", suite.requirements
    table = {
        "targets": TARGETS,
        "pythons": PYTHONS,
        "test-command": command,
        "test-requires": requires,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "[tool.zigwheel.wheels]", *lines, ""]))
    return folder


def quoted(word: str, copied: tuple[str, ...]) -> str:
    """A word of a package's tests for a shell; a file that they need is named from the project."""
    return f"{{project}}/{word}" if word.split("/")[0] in copied else shlex.quote(word)
