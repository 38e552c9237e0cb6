"""`zigwheel rebuild`: wheels again from a recipe, byte for byte."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.cli.options import add_keys, add_limits, cache_folder, limits_of
from zigwheel.errors import RecipeError
from zigwheel.setup import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zigwheel.cli.options import Subparsers
    from zigwheel.recipe.model import Recipe, Wheel
    from zigwheel.recipe.rebuild import Options, Remade
    from zigwheel.store.model import Store

EXAMPLE = """\
examples:
  zigwheel rebuild wheelhouse.recipe.json                      all of its wheels
  zigwheel rebuild spam.recipe.json --wheel '*win_amd64.whl'   some of them
  zigwheel rebuild spam.recipe.json --requirements > exact.txt
  pip download --require-hashes --no-deps -d files -r exact.txt
  zigwheel rebuild spam.recipe.json --find-links files --no-index
  zigwheel rebuild spam.recipe.json --store store              what this store lacks
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "rebuild",
        help="make wheels again from a recipe, byte for byte",
        description="Install exactly what the recipe has on record, build its wheels, and hand over "
        "those that come out as they were. What differs is told, and is no wheel.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_recipe(parser)
    parser.add_argument(
        "-o", "--output-dir", type=Path, help="default: wheelhouse, or nowhere with --store"
    )
    parser.add_argument(
        "--store",
        metavar="STORE",
        help="put wheels into this store (a folder, or s3://BUCKET/PREFIX): those that it lacks, or has "
        "damaged; the sdist may come from there",
    )
    parser.add_argument(
        "--requirements", action="store_true", help="print what would be installed, and stop"
    )
    parser.add_argument(
        "--prepare",
        action="store_true",
        help="install what is needed into zigwheel's cache, and stop; the rebuild then goes without a network",
    )
    parser.set_defaults(run=run)


def add_recipe(parser: argparse.ArgumentParser, what: str = "the recipe of a release") -> None:
    """The recipe, and what is needed to follow it."""
    parser.add_argument("recipe", type=Path, help=what)
    parser.add_argument(
        "--wheel",
        dest="wheels",
        action="append",
        default=[],
        metavar="NAME",
        help="this wheel, by file name or identifier, or those that a pattern fits; may be repeated",
    )
    parser.add_argument(
        "--sdist",
        type=Path,
        metavar="FILE",
        help="default: the one of that name beside the recipe, or in the folder of its wheels",
    )
    parser.add_argument(
        "--find-links",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="install from the files in this folder; may be repeated",
    )
    parser.add_argument(
        "--no-index", dest="index", action="store_false", help="install from such folders alone"
    )
    parser.add_argument(
        "--no-isolation",
        dest="isolation",
        action="store_false",
        help="build in this environment, which has to have the recorded versions",
    )
    add_keys(parser)
    add_limits(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read, check, build, compare, hand over."""
    from zigwheel.recipe.another import is_another
    from zigwheel.recipe.document import read_recipe
    from zigwheel.recipe.environment import listed
    from zigwheel.recipe.rebuild import prepare, remade

    recipe = read_recipe(arguments.recipe, arguments.keys)
    if arguments.requirements:
        print(listed(recipe.requirements), end="")
        return 0
    if arguments.isolation and is_another(recipe):
        return by_another(arguments, recipe)
    if arguments.prepare:
        prepare(recipe, options_of(arguments, Path()))
        return 0
    goal = goal_of(arguments, recipe)

    def ended(one: Remade) -> None:
        if one.state == "equal" and one.file is not None:
            hand_over(goal, one.wheel, one.file)
        show(one)

    say(f"rebuilding {counted(len(goal.wheels))} of {recipe.name} {recipe.version}")
    if not goal.wheels:
        return 0
    with sdist_at_hand(arguments, recipe, goal.store) as sdist:
        results = remade(recipe, goal.wheels, options_of(arguments, sdist), ended)
    return verdict(results)


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What is to be made, and where it goes."""

    wheels: list[Wheel]
    """Wheels of a recipe."""
    store: Store | None
    """A store that lacks them."""
    output: Path | None
    """A folder."""


def goal_of(arguments: argparse.Namespace, recipe: Recipe) -> Goal:
    """What the command line asks for."""
    from zigwheel.recipe.inputs import chosen
    from zigwheel.store.named import open_store

    wheels = chosen(recipe, arguments.wheels)
    store = open_store(arguments.store) if arguments.store else None
    if store is not None:
        wheels = [one for one in wheels if lacks(store, one)]
    folder = arguments.output_dir or (None if store else Path("wheelhouse"))
    return Goal(wheels=wheels, store=store, output=folder and folder.absolute())


def hand_over(goal: Goal, wheel: Wheel, file: Path) -> None:
    """Put a wheel, which is as it was, where it goes."""
    from zigwheel.storage import put_file, told

    if goal.store is not None:
        goal.store.put(file, wheel.output.file.sha256)
    if goal.output is not None:
        with told("writing a wheel", goal.output):
            put_file(goal.output / wheel.name, file.read_bytes())


def by_another(arguments: argparse.Namespace, recipe: Recipe) -> int:
    """Let the zigwheel that has written a recipe follow it; what it makes is held against the recipe here."""
    import tempfile

    from zigwheel.recipe.another import rebuilt_by_another
    from zigwheel.store.model import chunks, hashed

    options = options_of(arguments, Path())
    say(f"zigwheel {recipe.toolchain.zigwheel} has written this recipe, and follows it")
    if arguments.prepare:
        return rebuilt_by_another(recipe, (), options)
    goal = goal_of(arguments, recipe)
    if not goal.wheels:
        return 0
    with (
        sdist_at_hand(arguments, recipe, goal.store) as sdist,
        tempfile.TemporaryDirectory(prefix="zigwheel-") as folder,
    ):
        words: list[str | Path] = [arguments.recipe, "--sdist", sdist, "-o", folder]
        words += [word for wheel in goal.wheels for word in ("--wheel", wheel.name)]
        words += ["--jobs", str(options.limits.jobs), "--memory", str(options.limits.memory)]
        code = rebuilt_by_another(recipe, words, options)
        for wheel in goal.wheels:
            file = Path(folder) / wheel.name
            if file.is_file():
                with file.open("rb") as stream:
                    same = hashed(chunks(stream)).sha256 == wheel.output.file.sha256
                if same:
                    hand_over(goal, wheel, file)
                else:
                    code = RecipeError.exit_code
    return code


def lacks(store: Store, wheel: Wheel) -> bool:
    """Whether a store has no good blob of a wheel; it is read, and set aside if it is damaged."""
    from zigwheel.store.model import BlobDamaged, BlobMissing

    try:
        store.get(wheel.output.file.sha256).close()
    except (BlobMissing, BlobDamaged):
        return True
    return False


@contextmanager
def sdist_at_hand(
    arguments: argparse.Namespace, recipe: Recipe, store: Store | None
) -> Iterator[Path]:
    """The sdist: as it is named, from the store, or where it is looked for. Raises `RecipeError`."""
    if arguments.sdist is None and store is not None and recipe.sdist.sha256 in store:
        import shutil
        import tempfile

        with tempfile.TemporaryDirectory(prefix="zigwheel-") as folder:
            copy = Path(folder) / recipe.sdist.name
            with store.get(recipe.sdist.sha256) as stream, copy.open("wb") as into:
                shutil.copyfileobj(stream, into)
            yield copy
        return
    yield arguments.sdist or sdist_of(arguments.recipe, recipe)


def options_of(arguments: argparse.Namespace, sdist: Path) -> Options:
    """How wheels are made again, by the command line."""
    from zigwheel.recipe.environment import Origin
    from zigwheel.recipe.rebuild import Options
    from zigwheel.target.host import describe_host

    environ = dict(os.environ)
    return Options(
        sdist=sdist,
        origin=Origin(
            folders=tuple(folder.absolute() for folder in arguments.find_links),
            index=arguments.index,
        ),
        isolation=arguments.isolation,
        limits=limits_of(arguments),
        cache=cache_folder(environ, describe_host()),
        environ=environ,
    )


def sdist_of(file: Path, recipe: Recipe) -> Path:
    """Where the sdist is looked for: beside the recipe, and in the folder that the recipe is named after.

    Raises `RecipeError` where it is in neither.
    """
    named = file.name.removesuffix(".json").removesuffix(".recipe")
    places = [file.parent / recipe.sdist.name, file.parent / named / recipe.sdist.name]
    for place in places:
        if place.is_file():
            return place
    raise RecipeError(
        f"the sdist {recipe.sdist.name!r} is neither beside {str(file)!r} nor in {named!r} there",
        hint="name it with --sdist",
    )


def show(one: Remade) -> None:
    """Tell what became of a wheel."""
    signs = {"equal": "=", "different": "≠", "failed": "✗"}
    print(f"{signs[one.state]} {one.wheel.name}  {one.seconds:.1f} s", flush=True)
    for line in one.problems:
        print("    " + line.replace("\n", "\n    "), file=sys.stderr, flush=True)


def verdict(results: list[Remade]) -> int:
    """The exit code, and a last line."""
    bad = [one for one in results if one.state != "equal"]
    if bad:
        differ = sum(one.state == "different" for one in bad)
        say(
            f"{counted(len(results) - len(bad))} equal, {differ} different, "
            f"{len(bad) - differ} could not be built"
        )
        return RecipeError.exit_code
    say(f"{counted(len(results))} equal")
    return 0


def counted(number: int) -> str:
    """A number of wheels."""
    return f"{number} wheel" + ("" if number == 1 else "s")
