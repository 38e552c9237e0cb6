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
    skip: tuple[str, ...] = ()
    """`test-skip`."""
    without: tuple[str, str] = ("", "")
    """Identifiers, and a test that is not run there; the reason is told in `what`."""


PROJECTS = (
    Project(name="fastsum", what="C"),
    Project(name="geometry", what="C++17"),
    Project(name="sieve", what="Cython"),
    Project(name="stable", what="C, `abi3`"),
    Project(
        name="bitarray",
        what="C, of the corpus",
        # it reads words of 64 bits at odd addresses, which 32-bit ARM refuses; so does what gcc makes of it
        skip=("*-manylinux_armv7l",),
    ),
    Project(
        name="xxhash",
        what="C, of the corpus; on musl without its test of ctypes, which Python there is built without",
        without=("*-musllinux_*", "tests/test_fastcall.py::TestFastcallNormal::test_input_ctypes"),
    ),
)


def laid_out(project: Project, workshop: Workshop) -> Path:
    """A copy of a project that selects the whole matrix. Raises `Failed` where it is not converted."""
    if project.name in EXAMPLES:
        folder = copied(project.name, workshop.folder / project.name)
        tests: dict[str, object] = {
            "test-command": f"python {{project}}/tests/test_{project.name}.py"
        }
    else:
        (package,) = (one for one in packages() if one.name == project.name)
        folder = prepared(package, workshop)
        tests = {
            "test-command": f"python {shlex.join(package.suite.words)}",
            "test-requires": package.suite.requirements,
            "test-sources": package.suite.copied,  # else the package beside them is imported
            "test-skip": project.skip,
        }
    table = {"targets": TARGETS, "pythons": PYTHONS, **tests}
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    select, test = project.without
    if select:
        command = f"{table['test-command']} --deselect {test}"
        lines += ["[[tool.zigwheel.wheels.overrides]]", f"select = {json.dumps(select)}"]
        lines += [f"test-command = {json.dumps(command)}"]
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(["", "[tool.zigwheel.wheels]", *lines, ""]))
    return folder
