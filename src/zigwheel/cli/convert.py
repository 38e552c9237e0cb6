"""`zigwheel convert`: a project of another backend becomes one of zigwheel's."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.errors import ConfigError

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers
    from zigwheel.convert.compare import Comparison
    from zigwheel.convert.model import Record
    from zigwheel.target.model import Host

EXAMPLE = """\
The project's own build is run, once for each platform that it is made to believe itself on: foreign
code, in a process with a time limit, an environment and a folder of its own. Run it on projects whose
`pip install` you would run. Nothing is written without --write or --output.

example:
  zigwheel convert . --check
  zigwheel convert fastsum-1.0.tar.gz --output fastsum
"""

UNNEEDED = ("setup.py", "setup.cfg", "MANIFEST.in")


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "convert",
        help="write [tool.zigwheel] for a project of setuptools",
        description="Write [tool.zigwheel] and [project] from what a project's own build does.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "project", nargs="?", default=".", type=Path, help="folder or sdist (default: .)"
    )
    parser.add_argument("--write", action="store_true", help="write the project's pyproject.toml")
    parser.add_argument(
        "-o", "--output", type=Path, help="put the converted project into this new folder"
    )
    parser.add_argument(
        "--check", action="store_true", help="build both for this machine and compare the wheels"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--seconds", type=int, default=600, help="limit for each run of the build (default: 600)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Record, convert, show; then write and compare, as far as that is asked for."""
    refuse(arguments)
    import os

    from zigwheel.target.host import describe_host

    environ, host = dict(os.environ), describe_host()
    with workplace() as work:
        records = recorded(arguments, work, environ, host)
        return show(arguments, work, environ, host, records)


def refuse(arguments: argparse.Namespace) -> None:
    """What cannot be done is said before anything runs."""
    if arguments.write and arguments.project.is_file():
        raise ConfigError(
            f"--write changes a folder, and {str(arguments.project)!r} is a file",
            hint="an sdist is converted into a new folder: --output DIR",
        )
    if arguments.output is not None and arguments.output.exists():
        raise ConfigError(
            f"--output names {str(arguments.output)!r}, which is there already",
            hint="name a folder that can be made",
        )
    from importlib.util import find_spec

    if find_spec("tomlkit") is None:
        raise ConfigError(
            "tomlkit, which changes TOML and keeps its comments, is not installed",
            hint='install "zigwheel[convert]"',
        )


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder for all of it, which is gone afterwards."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="zigwheel-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def say(text: str) -> None:
    """Progress goes to standard error."""
    print(text, file=sys.stderr, flush=True)


def recorded(
    arguments: argparse.Namespace, work: Path, environ: dict[str, str], host: Host
) -> list[Record]:
    """The project's build on all platforms."""
    from zigwheel.cli.options import cache_folder
    from zigwheel.convert.record import records
    from zigwheel.zig.toolchain import find_zig

    cache = cache_folder(environ, host)
    zig = find_zig(cache=cache, environ=environ, host=host)
    return records(
        arguments.project.resolve(),
        work=work / "records",
        python=host.executable,
        environ=environ,
        seconds=arguments.seconds,
        say=say,
        zig=(str(zig.executable), str(cache / "zig-global")) if zig else ("", ""),
    )


def show(
    arguments: argparse.Namespace,
    work: Path,
    environ: dict[str, str],
    host: Host,
    records: list[Record],
) -> int:
    """Print what came of it, and write what was asked for. The exit code: 1 if the check failed."""
    from zigwheel.config.toml import parse
    from zigwheel.convert import report
    from zigwheel.convert.conversion import convert
    from zigwheel.convert.document import document

    project = work / "records" / "project"
    file = project / "pyproject.toml"
    old = file.read_text(encoding="utf-8") if file.is_file() else ""
    conversion = convert(project, parse(old), records)
    new = document(old, conversion)
    unneeded = [name for name in UNNEEDED if (project / name).is_file()]
    if not arguments.json:
        sys.stdout.write(f"{report.difference(old, new)}\n")
        sys.stdout.write(report.text(conversion, records, unneeded))
    write(arguments, project, new)
    outcome = checked(arguments, work, environ, host, new) if arguments.check else None
    if arguments.json:
        sys.stdout.write(report.as_json(new, conversion, records, outcome))
    elif outcome:
        sys.stdout.write(f"\n{report.compared(outcome)}")
    return 1 if outcome and not outcome.equal else 0


def write(arguments: argparse.Namespace, project: Path, new: str) -> None:
    """Write the new pyproject.toml where that was asked for."""
    import shutil

    from zigwheel.storage import put_file

    if arguments.output is not None:
        shutil.copytree(project, arguments.output, symlinks=True)
        put_file(arguments.output / "pyproject.toml", new.encode())
        say(f"zigwheel: written: {arguments.output / 'pyproject.toml'}")
    if arguments.write:
        put_file(arguments.project / "pyproject.toml", new.encode())
        say(f"zigwheel: written: {arguments.project / 'pyproject.toml'}")


def checked(
    arguments: argparse.Namespace,
    work: Path,
    environ: dict[str, str],
    host: Host,
    new: str,
) -> Comparison:
    """The two wheels beside each other."""
    from zigwheel.convert.check import check

    return check(
        work / "records" / "project",
        new,
        work=work / "check",
        python=host.executable,
        environ=environ,
        seconds=arguments.seconds,
        say=say,
    )
