"""`zigwheel sdist`: a source distribution."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.cli.options import add_project, setup_of

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers

EXAMPLE = """\
example:
  zigwheel sdist -o dist
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "sdist",
        help="build a source distribution",
        description="Build the source distribution of the project.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_project(parser)
    parser.add_argument("-o", "--output-dir", type=Path, default=Path("dist"), help="default: dist")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Build it and print its path."""
    from zigwheel.pipeline import build_sdist

    setup = setup_of(arguments)
    arguments.output_dir.mkdir(parents=True, exist_ok=True)
    print(build_sdist(setup, arguments.output_dir))
    return 0
