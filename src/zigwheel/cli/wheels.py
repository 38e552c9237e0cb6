"""`zigwheel wheels`: every wheel of a release."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zigwheel.cli.options import (
    add_limits,
    add_signing,
    builder_of,
    cache_folder,
    limits_of,
    settings_of,
)
from zigwheel.errors import ConfigError, MatrixError
from zigwheel.setup import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

    from zigwheel.cli.options import Subparsers
    from zigwheel.config.read import Project
    from zigwheel.matrix.model import Manifest, Selection, TestPlan, TestResult
    from zigwheel.matrix.release import Release
    from zigwheel.matrix.run import Tester
    from zigwheel.recipe.model import Recipe

EXAMPLE = """\
examples:
  zigwheel wheels                                  all that [tool.zigwheel.wheels] selects
  zigwheel wheels --only cp313-manylinux_aarch64   one of them
  zigwheel wheels dist/fastsum-1.2.0.tar.gz        from an sdist that exists
  zigwheel wheels --print-build-identifiers        only say which
"""


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
    add_manner(parser)
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
    group.add_argument(
        "--recipe",
        type=Path,
        metavar="FILE",
        help="what `zigwheel rebuild` makes the wheels from again; default: OUTPUT_DIR.recipe.json",
    )
    group.add_argument("--no-recipe", dest="recipes", action="store_false", help="write no recipe")
    add_signing(group)
    group.add_argument("--report", type=Path, metavar="FILE", help="an HTML page of all of it")
    group.add_argument("--junit", type=Path, metavar="FILE", help="JUnit XML")
    group.add_argument("--json", action="store_true", help="print the manifest, not a table")
    group.add_argument("-q", "--quiet", action="store_true", help="show no progress")
    group.add_argument("-v", "--verbose", action="store_true", help="show what builds say")


def add_manner(parser: argparse.ArgumentParser) -> None:
    """How it is done."""
    group = parser.add_argument_group("how")
    group.add_argument("--resume", action="store_true", help="go on where an interrupted run ended")
    add_limits(group)
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
    from zigwheel.target.host import describe_host

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
            limits=limits_of(arguments),
            resume=arguments.resume,
            test=tester(arguments, release.project.root, environ) if arguments.test else None,
            cache=cache,
        )
        recipe = begun_recipe(arguments, release, cache, environ) if arguments.recipes else None
        manifest = run_matrix(release, selection, options, watcher)
        if recipe is not None:
            file = arguments.recipe or output.with_name(f"{output.name}.recipe.json")
            write_recipe(recipe, file.absolute(), arguments, release, selection, manifest)
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


def begun_recipe(
    arguments: argparse.Namespace, release: Release, cache: Path, environ: dict[str, str]
) -> Recipe | None:
    """What a recipe says before the builds; None where one can't be written, and was not asked for."""
    from zigwheel.errors import RecipeError
    from zigwheel.recipe.create import begun

    try:
        return begun(release, cache=cache, environ=environ, builder=builder_of(arguments, environ))
    except (MatrixError, RecipeError) as error:
        if arguments.recipe or arguments.sign:
            raise
        say(f"zigwheel: warning: no recipe is written: {error}")
        return None


def write_recipe(
    recipe: Recipe,
    file: Path,
    arguments: argparse.Namespace,
    release: Release,
    selection: Selection,
    manifest: Manifest,
) -> None:
    """Write the recipe of what was built; say which wheels it does not have."""
    from zigwheel.recipe.create import finished
    from zigwheel.recipe.document import document
    from zigwheel.storage import put_file, told

    folder = arguments.output_dir.absolute()
    recipe, without = finished(recipe, release, selection, manifest, folder)
    if without:
        say(
            "zigwheel: warning: the recipe does not have these, which are made from libraries or an SDK "
            f"of this machine: {', '.join(without)}"
        )
    with told("writing the recipe", file.parent):
        put_file(file, document(recipe, arguments.sign).encode("utf-8"))


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
