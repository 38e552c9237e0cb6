"""`zigwheel verify`: rebuild somewhere else, and say whether it comes out the same."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.cli.options import add_signing, builder_of
from zigwheel.cli.rebuild import add_recipe, counted, options_of, sdist_of, show, verdict
from zigwheel.errors import RecipeError
from zigwheel.setup import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zigwheel.cli.options import Subparsers
    from zigwheel.recipe.model import Recipe, Wheel
    from zigwheel.recipe.rebuild import Remade

EXAMPLE = """\
examples:
  zigwheel verify wheelhouse.recipe.json                   rebuild all of it elsewhere
  zigwheel verify wheelhouse/spam-1.0-cp313-cp313-win_amd64.whl
  zigwheel verify spam.recipe.json --sign key.pem --builder https://me.example -o mine.json
  zigwheel verify spam.recipe.json --independent 2 --statement mine.json --statement theirs.json
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "verify",
        help="rebuild wheels somewhere else, and say whether they come out the same",
        description="Rebuild wheels in another folder, with another cache, user, time zone, locale and "
        "job count, and compare every byte. Or count by how many builders that was done.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_recipe(parser, "a recipe, or a wheel beside whose folder its recipe lies")
    parser.add_argument(
        "--recipe",
        dest="of",
        type=Path,
        metavar="FILE",
        help="the recipe of a wheel; default: FOLDER.recipe.json, beside the wheel's folder",
    )
    add_signing(parser)
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write a statement of what came out equal"
    )
    group = parser.add_argument_group("counting builders, without a rebuild")
    group.add_argument(
        "--independent", type=int, metavar="N", help="each wheel has to have so many builders"
    )
    group.add_argument(
        "--statement",
        dest="statements",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a builder's statement; may be repeated",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Rebuild elsewhere, or count."""
    from zigwheel.recipe.document import read_signed
    from zigwheel.recipe.inputs import chosen

    given: Path = arguments.recipe
    wheel = given if given.suffix == ".whl" else None
    if wheel is not None:
        folder = wheel.absolute().parent
        arguments.recipe = arguments.of or folder.with_name(f"{folder.name}.recipe.json")
        arguments.wheels = [*arguments.wheels, wheel.name]
    recipe, signer = read_signed(arguments.recipe, arguments.keys)
    wheels = chosen(recipe, arguments.wheels)
    if wheel is not None:
        check_given(wheel, next(one for one in wheels if one.name == wheel.name))
    if arguments.independent is not None or arguments.statements:
        return count(arguments, recipe, wheels, signer)
    return rebuild(arguments, recipe, wheels, wheel)


def check_given(file: Path, wheel: Wheel) -> None:
    """Refuse a wheel that is not the recorded one. Raises `RecipeError` that says how it differs."""
    from zigwheel.recipe.differences import against

    if not file.is_file():
        raise RecipeError(f"there is no wheel {str(file)!r}")
    problems = list(against(wheel.output, file))
    if problems:
        raise RecipeError(
            f"{str(file)!r} is not the wheel that the recipe has under its name:\n  "
            + "\n  ".join(problems)
        )


def rebuild(
    arguments: argparse.Namespace, recipe: Recipe, wheels: Sequence[Wheel], original: Path | None
) -> int:
    """Rebuild elsewhere; write a statement of what came out equal."""
    from zigwheel.recipe.elsewhere import elsewhere
    from zigwheel.recipe.rebuild import remade

    options = options_of(arguments, arguments.sdist or sdist_of(arguments.recipe, recipe))
    environ = dict(options.environ)
    results: list[Remade] = []

    def ended(one: Remade) -> None:
        results.append(explained(one, original, environ))
        show(results[-1])

    say(f"verifying {counted(len(wheels))} of {recipe.name} {recipe.version}")
    with elsewhere(options) as (other, circumstances):
        for what, how in circumstances.items():
            say(f"  {what}: {how}")
        remade(recipe, wheels, other, ended)
    equal = [one.wheel.name for one in results if one.state == "equal"]
    if arguments.output and equal:
        write_statement(arguments, recipe, equal, circumstances, builder_of(arguments, environ))
    return verdict(results)


def explained(one: Remade, original: Path | None, environ: dict[str, str]) -> Remade:
    """What became of a wheel, with all that can be said where the wheel that it should be is at hand."""
    if one.state != "different" or original is None or one.file is None:
        return one
    from zigwheel.recipe.differences import between
    from zigwheel.recipe.differences.diffoscope import by_diffoscope

    more = by_diffoscope(original, one.file, environ)
    return replace(one, problems=(*between(original, one.file), *([more] if more else [])))


def write_statement(
    arguments: argparse.Namespace,
    recipe: Recipe,
    names: Sequence[str],
    circumstances: Mapping[str, str],
    builder: str,
) -> None:
    """Write that these wheels came out equal."""
    from zigwheel.recipe.compilers import kind_of
    from zigwheel.recipe.document import PAYLOAD_TYPE
    from zigwheel.recipe.statements import summary
    from zigwheel.storage import put_file, told
    from zigwheel.target.host import describe_host

    text = summary(
        recipe,
        names,
        builder=builder,
        machine=kind_of(describe_host()),
        circumstances=circumstances,
    )
    if arguments.sign:
        from zigwheel.recipe.envelope import sealed

        text = sealed(text.encode("utf-8"), PAYLOAD_TYPE, arguments.sign)
    file = arguments.output.absolute()
    with told("writing a statement", file.parent):
        put_file(file, text.encode("utf-8"))


def count(
    arguments: argparse.Namespace, recipe: Recipe, wheels: Sequence[Wheel], signer: str
) -> int:
    """Say for each wheel how many builders have come to it; `signer` has signed the recipe."""
    from zigwheel.recipe.statements import INDEPENDENT, builders, read_statement

    wanted = INDEPENDENT if arguments.independent is None else arguments.independent
    statements = [read_statement(file, arguments.keys) for file in arguments.statements]
    found = builders(recipe, statements, maker=signer)
    few = [one.name for one in wheels if len(found[one.name]) < wanted]
    for one in wheels:
        sign = "✗" if one.name in few else "="
        print(f"{sign} {one.name}  {', '.join(sorted(found[one.name]))}")
    print(
        f"zigwheel: {len(wheels) - len(few)} of {counted(len(wheels))} made equal by {wanted} builders",
        file=sys.stderr,
    )
    return RecipeError.exit_code if few else 0
