"""`zigwheel build`: one wheel, or what would make it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.cli.options import add_project, add_signing, builder_of, settings_of, setup_of
from zigwheel.errors import CompileError, ConfigError

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers
    from zigwheel.setup import Setup

EXAMPLE = """\
examples:
  zigwheel build                                   a wheel for this machine, in dist/
  zigwheel build --target aarch64-linux-gnu.2.17 --python cp313
  zigwheel build --target musllinux_1_2_x86_64 -o wheelhouse
  zigwheel build --target win_amd64 --python cp313 --recipe dist.recipe.json
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
    parser.add_argument(
        "--recipe",
        type=Path,
        metavar="FILE",
        help="build the sdist, the wheel from it, and write what `zigwheel rebuild` makes it from again",
    )
    add_signing(parser)
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
    if arguments.recipe:
        return build_recorded(arguments, setup)
    from zigwheel.pipeline import build_wheel

    arguments.output_dir.mkdir(parents=True, exist_ok=True)
    print(build_wheel(setup, arguments.output_dir))
    return 0


def build_recorded(arguments: argparse.Namespace, setup: Setup) -> int:
    """Build the sdist, the wheel from that, and write their recipe."""
    import tempfile

    from zigwheel.matrix.model import Job, Selection
    from zigwheel.matrix.release import released
    from zigwheel.recipe.create import begun
    from zigwheel.recipe.document import document
    from zigwheel.recipe.existing import recorded
    from zigwheel.setup import say
    from zigwheel.storage import put_file, told
    from zigwheel.target.tags import identifier, platform_tags

    target, settings = setup.target, settings_of(arguments.settings)
    if arguments.strict:
        settings["strict"] = "true"
    job = Job(
        identifier=identifier(target) if target else "",
        target=arguments.target or (platform_tags(target.triple)[-1] if target else ""),
        python=arguments.python or (target.python.name if target else ""),
    )
    environ, output = dict(setup.environ), arguments.output_dir.absolute()
    opening = released(
        setup.root,
        lambda project: Selection(jobs=(job,), left_out=()),
        settings=settings,
        environ=environ,
        cache=setup.cache,
        isolation=False,
        say=say,
    )
    with opening as (release, _), tempfile.TemporaryDirectory(prefix="zigwheel-") as name:
        builder = builder_of(arguments, environ)
        recipe = begun(release, cache=setup.cache, environ=environ, builder=builder)
        wheel, problems, _ = recorded(release, job, Path(name), setup.jobs)
        if wheel is None:
            raise CompileError("\n".join(problems))
        text = document(replace(recipe, wheels=(wheel,)), arguments.sign)
        with told("writing the wheel, its sdist and its recipe", output):
            put_file(output / release.sdist.name, release.sdist.read_bytes())
            put_file(output / wheel.name, (Path(name) / wheel.name).read_bytes())
            put_file(arguments.recipe.absolute(), text.encode("utf-8"))
        print(output / wheel.name)
    return 0
