"""`zigwheel recipe`: what wheels that exist are made from."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.cli.options import (
    add_limits,
    add_signing,
    builder_of,
    cache_folder,
    limits_of,
    settings_of,
)
from zigwheel.errors import RecipeError
from zigwheel.setup import say

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers
    from zigwheel.recipe.existing import Traced

EXAMPLE = """\
examples:
  zigwheel recipe dist/spam-1.0.tar.gz dist                  all wheels in dist: dist.recipe.json
  zigwheel recipe spam-1.0.tar.gz spam-1.0-cp313-cp313-win_amd64.whl -o spam.recipe.json
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "recipe",
        help="write the recipe of wheels that exist",
        description="Build wheels that exist again from their sdist, and write the recipe of those that "
        "come out the same, byte for byte. Of the others it is told how they differ.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sdist", type=Path, metavar="SDIST", help="what they are made from")
    parser.add_argument(
        "wheels", nargs="+", type=Path, metavar="WHEEL", help="wheels, and folders with wheels"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="default: FOLDER.recipe.json, beside the folder of the first wheel",
    )
    parser.add_argument(
        "-C",
        "--config-setting",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="an option of [tool.zigwheel] that they were built with; may be repeated",
    )
    parser.add_argument(
        "--no-isolation",
        dest="isolation",
        action="store_false",
        help="build in this environment; install nothing",
    )
    add_limits(parser)
    add_signing(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Build, compare, write."""
    from zigwheel.cli.rebuild import counted
    from zigwheel.matrix.release import released
    from zigwheel.recipe.create import begun
    from zigwheel.recipe.document import document
    from zigwheel.recipe.existing import selected, traced
    from zigwheel.storage import put_file, told
    from zigwheel.target.host import describe_host

    environ, host = dict(os.environ), describe_host()
    settings, cache = settings_of(arguments.settings), cache_folder(environ, host)
    files = wheels_in(arguments.wheels)
    if not arguments.sdist.is_file():
        raise RecipeError(f"there is no sdist {str(arguments.sdist)!r}", hint="name a .tar.gz file")
    opening = released(
        arguments.sdist,
        lambda project: selected(project, files, settings=settings, environ=environ, host=host),
        settings=settings,
        environ=environ,
        cache=cache,
        isolation=arguments.isolation,
        say=say,
    )
    with opening as (release, selection):
        builder = builder_of(arguments, environ)
        recipe = begun(release, cache=cache, environ=environ, builder=builder)
        say(f"building {counted(len(files))} of {release.name} {release.version} again")
        results = traced(release, selection, files, limits_of(arguments), show)
    found = sorted((one.wheel for one in results if one.wheel), key=lambda wheel: wheel.name)
    folder = files[0].absolute().parent
    output = (arguments.output or folder.with_name(f"{folder.name}.recipe.json")).absolute()
    if found:
        with told("writing the recipe", output.parent):
            text = document(replace(recipe, wheels=tuple(found)), arguments.sign)
            put_file(output, text.encode("utf-8"))
    say(f"{len(found)} of {counted(len(files))} recorded" + (f" in {output}" if found else ""))
    return 0 if len(found) == len(files) else RecipeError.exit_code


def wheels_in(paths: list[Path]) -> list[Path]:
    """Wheels as they are named, and those in folders; each name once. Raises `RecipeError`."""
    found: dict[str, Path] = {}
    for path in paths:
        files = sorted(path.glob("*.whl")) if path.is_dir() else [path]
        if not files or not files[0].is_file():
            what = "no wheel in" if path.is_dir() else "no file"
            raise RecipeError(f"there is {what} {str(path)!r}")
        for file in files:
            if found.setdefault(file.name, file) != file:
                raise RecipeError(f"{file.name!r} is named twice: {str(found[file.name])!r} too")
    return list(found.values())


def show(one: Traced) -> None:
    """Tell what came of a wheel."""
    print(f"{'=' if one.wheel else '≠'} {one.file.name}  {one.seconds:.1f} s", flush=True)
    for line in one.problems:
        print("    " + line.replace("\n", "\n    "), file=sys.stderr, flush=True)
