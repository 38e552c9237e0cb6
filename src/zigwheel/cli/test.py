"""`zigwheel test`: run the tests of wheels that were built on another machine."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.errors import MatrixError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zigwheel.cli.options import Subparsers
    from zigwheel.matrix.model import Manifest, TestPlan, TestResult, WheelResult

EXAMPLE = """\
example:
  zigwheel test --from wheelhouse.json
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "test",
        help="test wheels that `zigwheel wheels` has built",
        description="Run the tests of a manifest that can be run here and were not run where the "
        "wheels were built, and write what they come to into the manifest.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("--from", dest="manifest", type=Path, required=True, metavar="MANIFEST")
    option(
        "--wheels",
        type=Path,
        metavar="DIR",
        help="folder of the wheels (default: MANIFEST without its ending, or its folder)",
    )
    option("--output", type=Path, metavar="FILE", help="manifest to write (default: MANIFEST)")
    option("--only", default="*", metavar="GLOBS", help="identifiers, as in cibuildwheel")
    option("--all", action="store_true", help="also what was tested already")
    option(
        "--project", type=Path, default=Path(), metavar="DIR", help="`{project}` (default: here)"
    )
    option("--junit", type=Path, metavar="FILE", help="write JUnit XML")
    option("--json", action="store_true", help="print the manifest, not a table")
    option(
        "--test-seconds",
        type=int,
        default=3600,
        metavar="N",
        help="how long one test may take (default: 3600)",
    )
    option(
        "--interpreter",
        action="append",
        default=[],
        metavar="ID=COMMAND",
        help="what runs the tests of an identifier; may be repeated",
    )
    option("--interpreters", type=Path, metavar="FILE", help="a JSON table of such commands")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Test, write, report."""
    import shutil

    from zigwheel.matrix.interpreters import find_interpreters
    from zigwheel.matrix.manifest import read_manifest, to_json
    from zigwheel.matrix.report.github import write_summary
    from zigwheel.matrix.report.table import final_table
    from zigwheel.matrix.trial import run_test
    from zigwheel.storage import put_file, told
    from zigwheel.target.host import describe_host

    environ = dict(os.environ)
    manifest = read_manifest(arguments.manifest)
    wheels = folder_of(arguments, manifest)
    interpreters = find_interpreters(
        environ, describe_host(), named=arguments.interpreter, table=arguments.interpreters
    )
    with tempfile.TemporaryDirectory(prefix="zigwheel-") as work:

        def test(plan: TestPlan, wheel: WheelResult) -> TestResult:
            return run_test(
                plan,
                checked(wheels / wheel.file, wheel),
                project=arguments.project,
                interpreters=interpreters,
                work=Path(work),
                environ=environ,
                stop=threading.Event(),
                seconds=arguments.test_seconds,
            )

        manifest = tested(manifest, test, only=arguments.only, again=arguments.all)
    output = (arguments.output or arguments.manifest).absolute()
    with told("writing the manifest", output.parent):
        put_file(output, to_json(manifest).encode("utf-8"))
        if arguments.junit:
            from zigwheel.matrix.report.junit import junit_xml

            put_file(arguments.junit.absolute(), junit_xml(manifest).encode("utf-8"))
    write_summary(manifest, environ)
    width = shutil.get_terminal_size((120, 24)).columns
    print(to_json(manifest) if arguments.json else final_table(manifest, width))
    return MatrixError.exit_code if manifest.failed else 0


def folder_of(arguments: argparse.Namespace, manifest: Manifest) -> Path:
    """Where the wheels lie. Raises `MatrixError` where none of the likely folders has them."""
    named: Path | None = arguments.wheels
    file: Path = arguments.manifest.absolute()
    names = [wheel.file for wheel in manifest.wheels if wheel.file]
    folders = [named] if named else [file.with_suffix(""), file.parent]
    for folder in folders:
        if any((folder / name).is_file() for name in names):
            return folder
    raise MatrixError(
        f"no wheel of {str(arguments.manifest)!r} is in {' or '.join(map(str, folders))}",
        hint="name their folder with --wheels DIR",
    )


def checked(file: Path, wheel: WheelResult) -> Path:
    """A wheel that is what the manifest says. Raises `MatrixError`."""
    from zigwheel.plan.files import digest

    if not file.is_file():
        raise MatrixError(f"{str(file)!r} is not there", hint="name its folder with --wheels DIR")
    found = digest(file)
    if found != wheel.sha256:
        raise MatrixError(
            f"{str(file)!r} has the sha256 {found}, and the manifest says {wheel.sha256}",
            hint="it is not the wheel that was built: get it again",
        )
    return file


def tested(
    manifest: Manifest,
    test: Callable[[TestPlan, WheelResult], TestResult],
    *,
    only: str,
    again: bool,
) -> Manifest:
    """The manifest with the results of what is tested here; a test that could not be run keeps its place."""
    from zigwheel.matrix.identifiers import selects

    plans = {plan.identifier: plan for plan in manifest.plans}

    def results(wheel: WheelResult) -> Iterator[TestResult]:
        known = {result.identifier: result for result in wheel.tests}
        for identifier in wheel.serves:
            old = known.get(identifier)
            open_now = again or old is None or old.state == "not tested"
            if wheel.state == "built" and open_now and selects(only.split(), identifier):
                plan = plans.get(identifier)
                new = test(plan, wheel) if plan else None
                if new and (new.state != "not tested" or old is None or old.state == "not tested"):
                    print(f"{new.state:11} {identifier}  {new.reason}".rstrip(), file=sys.stderr)
                    old = new
            if old is not None:
                yield old

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return replace(
        manifest,
        wheels=tuple(replace(wheel, tests=tuple(results(wheel))) for wheel in manifest.wheels),
    )
