"""`zigwheel stats`: how many bytes are prebuilt, and how many of them can be made again."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.cli.options import add_builders
from zigwheel.errors import ConfigError
from zigwheel.setup import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zigwheel.census.model import Item
    from zigwheel.census.upstream import Index
    from zigwheel.cli.options import Subparsers
    from zigwheel.matrix.identifiers import Identifier

EXAMPLE = """\
examples:
  zigwheel stats wheelhouse                                  the files of a folder
  zigwheel stats --index-url https://index.example/simple spam eggs
  zigwheel stats --index-url https://index.example/simple --projects names.txt --latest
  zigwheel stats wheelhouse --statement said --plot bytes.svg
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "stats",
        help="say how many bytes are prebuilt, and how many of them can be made again",
        description="Count the bytes of sdists and wheels in a folder or on an index: how many are "
        "prebuilt, how many of those recipes make again, and what a user downloads with them and without.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="FOLDER|PROJECT", help="a folder; with an index, projects"
    )
    group = parser.add_argument_group("an index")
    group.add_argument(
        "--index-url",
        metavar="URL",
        help="the Simple API of an index, in JSON; default with --projects: PIP_INDEX_URL",
    )
    group.add_argument(
        "--projects", type=Path, metavar="FILE", help="names of projects, one in a line"
    )
    group.add_argument("--all", action="store_true", help="all projects of the index")
    group.add_argument(
        "-j", "--jobs", type=int, default=8, metavar="N", help="requests at once (default: 8)"
    )
    parser.add_argument(
        "--latest", action="store_true", help="count only the newest release of each project"
    )
    parser.add_argument(
        "--user",
        default="cp313-manylinux_x86_64",
        metavar="ID",
        help="whose downloads are told, as an identifier (default: cp313-manylinux_x86_64)",
    )
    parser.add_argument(
        "--recipe",
        dest="recipes",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a recipe, or a folder of *.recipe.json; may be repeated; that of a folder of wheels is known",
    )
    add_builders(parser, "so many builders make a wheel one that can be made again (default: 2)")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="a picture (.svg, .png, .pdf) of the bytes"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Count, and show."""
    import json

    from zigwheel.census.count import figures
    from zigwheel.census.report import as_json, notes, picture, rows
    from zigwheel.cli.table import aligned
    from zigwheel.recipe.known import read_known

    user = user_of(arguments.user)
    if arguments.plot:
        from zigwheel.picture import check_form

        check_form(arguments.plot)
    items, recipes, compiler = found(arguments, dict(os.environ))
    known = read_known(recipes, arguments.statements, arguments.keys)
    every = figures(
        items, known, user=user, independent=arguments.independent, newest=arguments.latest
    )
    if not every:
        raise ConfigError("there is nothing to count: neither wheels nor sdists")
    if arguments.plot:
        picture(every, arguments.plot)
    if arguments.json:
        print(json.dumps(as_json(every, user.name, compiler), indent=1))
        return 0
    lines = [*aligned(rows(every)), "", *notes(every, user.name, compiler)]
    print("\n".join(lines))
    return 0


def user_of(name: str) -> Identifier:
    """Who downloads. Raises `ConfigError`."""
    from zigwheel.config.words import did_you_mean
    from zigwheel.matrix.identifiers import identifiers

    known = identifiers()
    if name not in known:
        raise ConfigError(
            f"--user {name!r} is no identifier{did_you_mean(name, known)}",
            hint="`zigwheel wheels --print-build-identifiers` shows some",
        )
    return known[name]


def found(
    arguments: argparse.Namespace, environ: Mapping[str, str]
) -> tuple[Sequence[Item], Sequence[Path], int | None]:
    """The files, the recipes, and the bytes of the compiler's wheel, where the index tells them."""
    asks_index = arguments.index_url or arguments.projects or arguments.all
    if not asks_index:
        from zigwheel.census.folder import items_in

        folders = [Path(name) for name in arguments.names or ["wheelhouse"]]
        beside = [one.absolute().with_name(f"{one.absolute().name}.recipe.json") for one in folders]
        items = [item for folder in folders for item in items_in(folder)]
        return items, [*arguments.recipes, *(file for file in beside if file.is_file())], None
    from zigwheel.census.upstream import Index

    index = Index(url=url_of(arguments, environ))
    names = names_of(arguments, index)
    say(f"asking for {len(names)} projects")
    items = index.all_items(
        names, arguments.jobs, lambda name: say(f"zigwheel: warning: no project {name!r} there")
    )
    return items, arguments.recipes, compiler_of(index, user_of(arguments.user))


def url_of(arguments: argparse.Namespace, environ: Mapping[str, str]) -> str:
    """The index. Raises `ConfigError` where none is named."""
    url = arguments.index_url or environ.get("PIP_INDEX_URL") or ""
    if not url.startswith(("https://", "http://")):
        raise ConfigError(
            f"the index {url!r} is no URL" if url else "no index is named",
            hint="--index-url, or PIP_INDEX_URL: the URL that pip is given",
        )
    return str(url)


def names_of(arguments: argparse.Namespace, index: Index) -> list[str]:
    """The projects that are asked for. Raises `ConfigError`."""
    names = list(arguments.names)
    if arguments.projects:
        try:
            lines = arguments.projects.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"--projects {str(arguments.projects)!r}: {error}") from error
        names += [word for line in lines if (word := line.partition("#")[0].strip())]
    if arguments.all:
        names += index.projects()
    from zigwheel.census.upstream import PROJECT

    wrong = [name for name in names if not PROJECT.fullmatch(name)]
    if wrong:
        raise ConfigError(f"{', '.join(map(repr, wrong[:5]))}: not the name of a project")
    if not names:
        raise ConfigError("no project is named", hint="name some, or --projects FILE, or --all")
    return names


def compiler_of(index: Index, user: Identifier) -> int | None:
    """The bytes of the compiler's wheel for a user, as an index tells them."""
    from zigwheel.census.count import download
    from zigwheel.errors import UpstreamError
    from zigwheel.zig.toolchain import REQUIREMENT, ZIG_VERSION

    try:
        items = index.items(REQUIREMENT.partition("==")[0])
    except UpstreamError:
        return None
    got = download((one for one in items if str(one.version) == ZIG_VERSION), user)
    return got.now if got and got.prebuilt else None
