"""`zigwheel wheels`: every wheel of a release."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zigwheel.cli.options import cache_folder, settings_of
from zigwheel.errors import ConfigError, MatrixError
from zigwheel.setup import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

    from zigwheel.cli.options import Subparsers
    from zigwheel.config.read import Project
    from zigwheel.matrix.model import Manifest, Selection, TestPlan, TestResult
    from zigwheel.matrix.run import Tester

EXAMPLE = """\
examples:
  zigwheel wheels                                  all that [tool.zigwheel.wheels] selects
  zigwheel wheels --only cp313-manylinux_aarch64   one of them
  zigwheel wheels dist/fastsum-1.2.0.tar.gz        from an sdist that exists
  zigwheel wheels --print-build-identifiers        only say which
"""

UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "wheels",
        help="build and test every wheel of a release",
        description="Build the sdist and from it every wheel that [tool.zigwheel.wheels] selects, "
        "and test what can be run here.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "project",
        nargs="?",
        default=".",
        type=Path,
        help="folder with the pyproject.toml, or an sdist (default: .)",
    )
    add_selection(parser)
    add_output(parser)
    add_limits(parser)
    parser.set_defaults(run=run)


def add_selection(parser: argparse.ArgumentParser) -> None:
    """What is built."""
    group = parser.add_argument_group("what is built")
    group.add_argument(
        "--only", action="append", default=[], metavar="ID", help="this one; may be repeated"
    )
    group.add_argument(
        "--platform", default="", help="linux, macos, windows, auto (this machine's) or all"
    )
    group.add_argument(
        "--archs", default="", help="architectures, with commas: x86_64,aarch64; native; all"
    )
    group.add_argument("--allow-empty", action="store_true", help="no wheel at all is no error")
    group.add_argument(
        "--print-build-identifiers", action="store_true", help="print what would be built"
    )
    group.add_argument(
        "-C",
        "--config-setting",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="an option of [tool.zigwheel]; may be repeated",
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    """Where the results go."""
    group = parser.add_argument_group("results")
    group.add_argument(
        "-o", "--output-dir", type=Path, default=Path("wheelhouse"), help="default: wheelhouse"
    )
    group.add_argument(
        "--manifest", type=Path, metavar="FILE", help="default: OUTPUT_DIR.json, beside it"
    )
    group.add_argument("--report", type=Path, metavar="FILE", help="an HTML page of all of it")
    group.add_argument("--junit", type=Path, metavar="FILE", help="JUnit XML")
    group.add_argument("--json", action="store_true", help="print the manifest, not a table")
    group.add_argument("-q", "--quiet", action="store_true", help="show no progress")
    group.add_argument("-v", "--verbose", action="store_true", help="show what builds say")


def add_limits(parser: argparse.ArgumentParser) -> None:
    """How it is done."""
    group = parser.add_argument_group("how")
    group.add_argument("--resume", action="store_true", help="go on where an interrupted run ended")
    group.add_argument(
        "-j", "--jobs", type=int, default=0, metavar="N", help="default: one for each processor"
    )
    group.add_argument(
        "--memory",
        default="",
        metavar="SIZE",
        help="most that all builds together may need, such as 4G (default: 80 %% of what is free)",
    )
    group.add_argument(
        "--no-isolation",
        dest="isolation",
        action="store_false",
        help="build in this environment; install nothing",
    )
    group.add_argument("--no-test", dest="test", action="store_false", help="build only")
    group.add_argument(
        "--test-seconds",
        type=int,
        default=3600,
        metavar="N",
        help="how long one test may take (default: 3600)",
    )
    group.add_argument(
        "--interpreter",
        action="append",
        default=[],
        metavar="ID=COMMAND",
        help="what runs the tests of an identifier; may be repeated",
    )
    group.add_argument(
        "--interpreters", type=Path, metavar="FILE", help="a JSON table of such commands"
    )


def run(arguments: argparse.Namespace) -> int:
    """Select, build, test, and report."""
    from zigwheel.config.read import read_project
    from zigwheel.matrix.release import released
    from zigwheel.matrix.report.choose import watcher_for
    from zigwheel.matrix.run import Options, run_matrix
    from zigwheel.matrix.schedule import Limits
    from zigwheel.target.host import describe_host
    from zigwheel.target.system import cores, free_memory

    environ, host = dict(os.environ), describe_host()
    settings = settings_of(arguments.settings)
    origin = arguments.project
    if not origin.exists():
        raise ConfigError(
            f"there is no {str(origin)!r}", hint="name a project's folder or an sdist"
        )

    def select(project: Project) -> Selection:
        from zigwheel.matrix.select import Limits as Wanted
        from zigwheel.matrix.select import select as choose

        archs = tuple(word for word in arguments.archs.split(",") if word)
        wanted = Wanted(only=tuple(arguments.only), platform=arguments.platform, archs=archs)
        return choose(project, wanted, settings=settings, environ=environ, host=host)

    if origin.is_dir():  # so that a mistake shows before anything is built
        chosen = checked(select(read_project(origin.resolve())), arguments)
        if arguments.print_build_identifiers:
            return print_identifiers(chosen, as_json=arguments.json)
    output = arguments.output_dir.absolute()
    manifest_file = arguments.manifest or output.with_name(f"{output.name}.json")
    cache = cache_folder(environ, host)
    watcher = watcher_for(
        sys.stderr,
        environ,
        quiet=arguments.quiet,
        verbose=arguments.verbose,
        project=origin if origin.is_dir() else None,
    )
    opening = released(
        origin,
        lambda project: checked(select(project), arguments),
        settings=settings,
        environ=environ,
        cache=cache,
        isolation=arguments.isolation,
        say=say,
    )
    with interruptible(), opening as (release, selection):
        if arguments.print_build_identifiers:
            return print_identifiers(selection, as_json=arguments.json)
        options = Options(
            output=output,
            manifest=manifest_file,
            limits=Limits(
                jobs=arguments.jobs or cores(),
                memory=memory_of(arguments.memory) or free_memory() * 4 // 5,
            ),
            resume=arguments.resume,
            test=tester(arguments, release.project.root, environ) if arguments.test else None,
            cache=cache,
        )
        manifest = run_matrix(release, selection, options, watcher)
    report(manifest, arguments, environ)
    return MatrixError.exit_code if manifest.failed else 0


def checked(selection: Selection, arguments: argparse.Namespace) -> Selection:
    """A selection that is not empty, unless that is allowed. Raises `MatrixError`."""
    if not selection.jobs and not arguments.allow_empty and not arguments.print_build_identifiers:
        reasons = sorted({one.reason for one in selection.left_out})
        raise MatrixError(
            "no wheel is selected: " + "; ".join(reasons[:5]),
            hint="`zigwheel wheels --print-build-identifiers` shows what is; "
            "--allow-empty makes this no error",
        )
    return selection


def print_identifiers(selection: Selection, *, as_json: bool) -> int:
    """Print what would be built, one line each, or as JSON with the identifiers that each serves."""
    if as_json:
        import json

        rows = [
            {"identifier": j.identifier, "target": j.target, "python": j.python, "serves": j.serves}
            for j in selection.jobs
        ]
        print(json.dumps(rows, indent=1))
    else:
        for job in selection.jobs:
            print(job.identifier)
    return 0


def tester(arguments: argparse.Namespace, project: Path, environ: dict[str, str]) -> Tester:
    """What runs the tests."""
    from zigwheel.matrix.interpreters import find_interpreters
    from zigwheel.matrix.trial import run_test
    from zigwheel.target.host import describe_host

    interpreters = find_interpreters(
        environ, describe_host(), named=arguments.interpreter, table=arguments.interpreters
    )

    def test(plan: TestPlan, wheel: Path, work: Path, stop: Event) -> TestResult:
        return run_test(
            plan,
            wheel,
            project=project,
            interpreters=interpreters,
            work=work,
            environ=environ,
            stop=stop,
            seconds=arguments.test_seconds,
        )

    return test


def report(manifest: Manifest, arguments: argparse.Namespace, environ: dict[str, str]) -> None:
    """Write and print what came out."""
    import shutil

    from zigwheel.matrix.manifest import to_json
    from zigwheel.matrix.report.github import write_summary
    from zigwheel.matrix.report.table import final_table
    from zigwheel.storage import put_file, told

    texts: dict[Path, str] = {}
    if arguments.report:
        from zigwheel.matrix.report.page import report_html

        texts[arguments.report] = report_html(manifest)
    if arguments.junit:
        from zigwheel.matrix.report.junit import junit_xml

        texts[arguments.junit] = junit_xml(manifest)
    for file, text in texts.items():
        with told("writing a report", file.absolute().parent):
            put_file(file.absolute(), text.encode("utf-8"))
    write_summary(manifest, environ)
    if arguments.json:
        print(to_json(manifest), end="")
    else:
        print(final_table(manifest, shutil.get_terminal_size((120, 24)).columns))


def memory_of(text: str) -> int:
    """Bytes from `4G`, `512M`, `4GiB`; empty gives 0. Raises `ConfigError`."""
    if not text:
        return 0
    found = re.fullmatch(r"(\d+)([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE)
    if not found or not int(found[1]):
        raise ConfigError(f"--memory {text!r} is no size", hint="write it as 4G or 512M")
    return int(found[1]) * UNITS[found[2].upper()]


@contextmanager
def interruptible() -> Iterator[None]:
    """While the block runs, being asked to end is as Ctrl-C is: what is finished is written down."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
