"""`zigwheel prune`: delete wheels from a store that can be made again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.cli.options import add_builders, size_of
from zigwheel.errors import ConfigError
from zigwheel.setup import say

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers
    from zigwheel.prune.found import Contents
    from zigwheel.prune.policy import Candidate, Decision, Policy

EXAMPLE = """\
examples:
  zigwheel prune store recipes --statement said --all --dry-run
  zigwheel prune store recipes --statement said --downloads counts.csv --fewer 10 --older 90
  zigwheel prune s3://wheels recipes --statement said --free 20G --keep 'spam>=2' --keep-newest 2

A wheel is deleted only if enough builders have come to the same bytes, and its sdist is at hand.
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "prune",
        help="delete wheels from a store that can be made again",
        description="Delete those wheels from a store that recipes make, that several builders have come "
        "to, and that a policy selects: each condition that is named has to be fulfilled.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("store", metavar="STORE", help="a folder, or s3://BUCKET/PREFIX")
    parser.add_argument(
        "recipes",
        nargs="+",
        type=Path,
        metavar="RECIPE",
        help="recipes, and folders with *.recipe.json",
    )
    add_builders(parser, "only wheels that so many builders have come to (default: 2)")
    parser.add_argument(
        "--sdists",
        type=Path,
        metavar="DIR",
        help="where sdists are that the store does not have",
    )
    add_policy(parser)
    parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")
    parser.add_argument(
        "--plot",
        type=Path,
        metavar="FILE",
        help="a picture (.svg, .png, .pdf) of bytes and seconds",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.set_defaults(run=run)


def add_policy(parser: argparse.ArgumentParser) -> None:
    """What is deleted."""
    group = parser.add_argument_group("policy")
    group.add_argument("--all", action="store_true", help="no condition")
    group.add_argument(
        "--downloads", type=Path, metavar="FILE", help="downloads by file name, as JSON or CSV"
    )
    group.add_argument("--fewer", type=int, metavar="N", help="wheels with fewer downloads")
    group.add_argument(
        "--larger", default="", metavar="SIZE", help="wheels of so many bytes, as 1M"
    )
    group.add_argument(
        "--quicker", type=float, metavar="SECONDS", help="wheels that take so long at most to build"
    )
    group.add_argument(
        "--older", type=float, metavar="DAYS", help="wheels that are in the store for so long"
    )
    group.add_argument(
        "--free", default="", metavar="SIZE", help="no more than what wins so many bytes, as 20G"
    )
    group.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="GLOB|REQUIREMENT",
        help="never these, such as '*-win_amd64' or 'spam>=2'; may be repeated",
    )
    group.add_argument(
        "--keep-newest",
        type=int,
        default=0,
        metavar="N",
        help="never those of the N newest versions of a project",
    )


def run(arguments: argparse.Namespace) -> int:
    """Look, decide, show, delete."""
    import time

    from zigwheel.prune.downloads import read_downloads
    from zigwheel.prune.found import contents, delete
    from zigwheel.prune.policy import decisions
    from zigwheel.prune.report import going
    from zigwheel.recipe.known import read_known
    from zigwheel.store.named import open_store

    policy = policy_of(arguments)
    if arguments.plot:
        from zigwheel.picture import check_form

        check_form(arguments.plot)
    downloads = read_downloads(arguments.downloads) if arguments.downloads else None
    known = read_known(arguments.recipes, arguments.statements, arguments.keys)
    store = open_store(arguments.store, create=False)
    held = contents(
        store,
        known,
        independent=arguments.independent,
        downloads=downloads,
        sdists=arguments.sdists,
        now=time.time(),
    )
    decided = decisions(held.candidates, policy)
    show(arguments, decided, held)
    those = going(decided)
    if arguments.dry_run:
        say(f"{len(those)} wheels would be deleted")
        return 0

    def gone(one: Candidate) -> None:
        if not arguments.json:
            print(f"deleted {one.file}  {one.sha256}", flush=True)

    number, size = delete(store, those, gone)
    say(f"{number} wheels deleted, {size} bytes won")
    return 0


def policy_of(arguments: argparse.Namespace) -> Policy:
    """What the command line says. Raises `ConfigError`."""
    from zigwheel.prune.policy import Policy

    policy = Policy(
        downloads=arguments.fewer,
        size=size_of(arguments.larger, "--larger"),
        seconds=arguments.quicker,
        days=arguments.older or 0.0,
        keep=tuple(arguments.keep),
        newest=arguments.keep_newest,
        free=size_of(arguments.free, "--free") or None,
    )
    conditions = (
        policy.downloads,
        policy.size or None,
        policy.seconds,
        arguments.older,
        policy.free,
    )
    named = any(one is not None for one in conditions)
    if not named and not arguments.all:
        raise ConfigError(
            "no condition is named for what is to be deleted",
            hint="--fewer, --larger, --quicker, --older or --free; or --all",
        )
    if named and arguments.all:
        raise ConfigError("--all means that there is no condition, and there is one")
    if policy.downloads is not None and not arguments.downloads:
        raise ConfigError("--fewer needs downloads", hint="name a table of them with --downloads")
    return policy


def show(arguments: argparse.Namespace, decided: list[Decision], held: Contents) -> None:
    """Print the tables, or JSON; draw the picture."""
    from zigwheel.cli.table import aligned
    from zigwheel.prune.report import as_json, kept_rows, picture, release_rows

    if arguments.plot:
        picture(decided, held, arguments.plot)
    if arguments.json:
        import json

        table = as_json(decided, held, deleted=not arguments.dry_run)
        print(json.dumps(table, indent=1, ensure_ascii=False))
        return
    tables = [release_rows(decided), kept_rows(decided, held)]
    print("\n\n".join("\n".join(aligned(rows)) for rows in tables if rows) or "the store is empty")
    sys.stdout.flush()
