"""`zigwheel build`: one wheel, or what would make it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.cli.options import add_project, setup_of
from zigwheel.errors import ConfigError

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers

EXAMPLE = """\
examples:
  zigwheel build                                   a wheel for this machine, in dist/
  zigwheel build --target aarch64-linux-gnu.2.17 --python cp313
  zigwheel build --target musllinux_1_2_x86_64 -o wheelhouse
  zigwheel build --eject                           leave the build.zig in the project, for good
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "build",
        help="build one wheel",
        description="Build one wheel of the project, in this environment.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_project(parser)
    parser.add_argument("-o", "--output-dir", type=Path, default=Path("dist"), help="default: dist")
    parser.add_argument("--target", default="", help="a Zig triple, platform tag or identifier")
    parser.add_argument("--python", default="", help="Python of the target, such as cp313")
    parser.add_argument(
        "--strict", action="store_true", help="build extensions that are optional, too, or fail"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--eject", action="store_true", help="write build.zig into the project and stop"
    )
    what.add_argument("--plan", action="store_true", help="print the build plan as JSON and stop")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Build, eject or show."""
    strict = "true" if arguments.strict else ""
    setup = setup_of(arguments, target=arguments.target, python=arguments.python, strict=strict)
    if arguments.eject:
        from zigwheel.eject import eject

        print(eject(setup))
        return 0
    if arguments.plan:
        from zigwheel.artifacts import plan_of
        from zigwheel.setup import metadata_of, slices_of

        if not setup.compiles or setup.target is None:
            raise ConfigError("`[tool.zigwheel]` names nothing to compile, so there is no plan")
        name = metadata_of(setup).name
        plans = [
            plan_of(part, part.target, name, part.cache).plan.to_json()
            for part in slices_of(setup, setup.target)
            if part.target is not None
        ]
        print(plans[0] if len(plans) == 1 else "[\n" + ",\n".join(plans) + "\n]")
        return 0
    from zigwheel.pipeline import build_wheel

    arguments.output_dir.mkdir(parents=True, exist_ok=True)
    print(build_wheel(setup, arguments.output_dir))
    return 0
