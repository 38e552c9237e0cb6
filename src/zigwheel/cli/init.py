"""`zigwheel init`: a new project, or the workflow that builds, tests and publishes one."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zigwheel.config.read import read_project, tool_table
from zigwheel.errors import ConfigError
from zigwheel.scaffold import LANGUAGES, SERVICES

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers

EXAMPLE = """\
Without --ci a new project is made, in a folder that has no pyproject.toml. With --ci the workflow of the
project that is there is written, at the top of its repository. Nothing is overwritten without --force.

examples:
  zigwheel init fastsum --language c          a package with one extension module, and its test
  zigwheel init --ci github                   .github/workflows/wheels.yml
  zigwheel init --ci gitlab --print           only show it
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "init",
        help="make a new project, or the CI of one",
        description="Make a small project to start from, or the workflow that builds all wheels of "
        "a project, tests them and publishes them.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "project", nargs="?", default=".", type=Path, help="folder of the project (default: .)"
    )
    parser.add_argument(
        "--language", choices=tuple(LANGUAGES), help="of the new project (default: c)"
    )
    parser.add_argument("--name", help="of the new project (default: the folder's)")
    parser.add_argument("--ci", choices=tuple(SERVICES), help="write the workflow for this service")
    parser.add_argument("--force", action="store_true", help="overwrite what is there")
    parser.add_argument(
        "--print", action="store_true", help="print the workflow, and write nothing"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the project, the workflow, or both; their paths go to standard output."""
    project: Path = arguments.project
    new = not arguments.ci or arguments.language or arguments.name
    if arguments.print and new:
        raise ConfigError("--print shows a workflow", hint="add --ci github or --ci gitlab")
    if new:
        make(project, arguments)
    if arguments.ci:
        write_workflow(project, arguments)
    return 0


def make(project: Path, arguments: argparse.Namespace) -> None:
    """A new project. Raises `ConfigError`."""
    from zigwheel.scaffold import project_files

    refuse_other_projects(project)
    name = arguments.name or project.resolve().name
    files = project_files(name, arguments.language or "c")
    written = {project / path: data for path, data in files.items()}
    if not arguments.force:
        refuse_what_is_there(written)
    write(written)


def refuse_other_projects(project: Path) -> None:
    """A folder that has a project says what can be done with that one. Raises `ConfigError`."""
    there = [name for name in ("pyproject.toml", "setup.py") if os.path.lexists(project / name)]
    if there:
        table = read_project(project).table if there[0] == "pyproject.toml" else {}
        raise ConfigError(
            f"there is a project already: {str(project / there[0])!r}", hint=next_step(table)
        )


def builds_with_zigwheel(table: Mapping[str, Any]) -> bool:
    """Whether the project with this pyproject.toml is one of ours."""
    return bool(tool_table(table)) or backend_of(table).startswith("zigwheel.")


def backend_of(table: Mapping[str, Any]) -> str:
    """The build backend; PEP 517 makes it setuptools where none is named."""
    system = table.get("build-system")
    named = system.get("build-backend") if isinstance(system, dict) else None
    return str(named or "setuptools.build_meta")


def next_step(table: Mapping[str, Any]) -> str:
    """What a project with this pyproject.toml can do."""
    backend = backend_of(table)
    if builds_with_zigwheel(table):
        return "`zigwheel init --ci github` writes the workflow of it"
    if backend.startswith("setuptools"):
        return "`zigwheel convert` writes `[tool.zigwheel]` from what its build by setuptools does"
    return (
        f'in `[build-system]` write `build-backend = "zigwheel.build"` in the place of `{backend}`, and '
        '`requires = ["zigwheel"]`; then name the sources in `[[tool.zigwheel.extension]]`'
    )


def write_workflow(project: Path, arguments: argparse.Namespace) -> None:
    """The workflow of a project, in a file or on standard output. Raises `ConfigError`."""
    from zigwheel.scaffold import workflow

    table = read_project(project).table
    if not builds_with_zigwheel(table):
        raise ConfigError(
            f"{str(project / 'pyproject.toml')!r} does not build with zigwheel",
            hint=next_step(table),
        )
    top = repository(project)
    directory = project.resolve().relative_to(top.resolve()).as_posix()
    metadata = table.get("project")
    requires = metadata.get("requires-python", "") if isinstance(metadata, dict) else ""
    text = workflow(arguments.ci, directory, str(requires))
    if arguments.print:
        sys.stdout.write(text)
        return
    files = {top / SERVICES[arguments.ci].path: text.encode()}
    if not arguments.force:
        refuse_what_is_there(files, "; `--print` shows what it would write, to compare")
    write(files)


def repository(project: Path) -> Path:
    """The top level of the repository that a project lies in; its own folder where there is none."""
    real = project.resolve()
    found = [folder for folder in (real, *real.parents) if os.path.lexists(folder / ".git")]
    return found[0] if found and found[0] != real else project


def refuse_what_is_there(files: Mapping[Path, bytes], more: str = "") -> None:
    """Nothing is overwritten unasked; what holds the same already is no loss. Raises `ConfigError`."""
    there = [
        file
        for file, data in files.items()
        if os.path.lexists(file) and not (file.is_file() and file.read_bytes() == data)
    ]
    if there:
        names = ", ".join(repr(str(file)) for file in there)
        raise ConfigError(
            f"{names} {'is' if len(there) == 1 else 'are'} there already",
            hint=f"--force overwrites{more}",
        )


def write(files: Mapping[Path, bytes]) -> None:
    """Write all files, and print their paths. Raises `StorageError`."""
    from zigwheel.storage import put_file, told

    for file, data in files.items():
        with told("writing", file):
            put_file(file, data)
        print(file)
