"""`zigwheel index`: an index of packages, and all that its operator does with it."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.errors import ServiceError
from zigwheel.setup import say

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers
    from zigwheel.index.opened import Index

EXAMPLE = """\
examples:
  zigwheel index init packages
  zigwheel index token packages add --label ci --project spam --days 90
  zigwheel index serve packages --port 8080
  twine upload --repository-url http://localhost:8080/legacy/ -u __token__ -p "$TOKEN" wheelhouse/*
  zigwheel index push http://localhost:8080 wheelhouse.recipe.json
  pip install --index-url http://localhost:8080/simple/ spam
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "index",
        help="serve packages: sdists, recipes and hashes stay, wheels come and go",
        description="An index that pip, uv and twine know. It keeps sdists, recipes and hashes; a wheel comes "
        "from its store, from a secondary cache, or is made again, and is checked before it is sent.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_folder(actions.add_parser("init", help="make an index in a folder"))
    serve = actions.add_parser("serve", help="serve it until interrupted")
    add_folder(serve)
    serve.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
    serve.add_argument("--port", type=int, default=8080, help="default: 8080; 0 for any")
    serve.add_argument(
        "--root-path", default="", metavar="PATH", help="below which a proxy serves it"
    )
    serve.add_argument("--init", action="store_true", help="make it if it is not there")
    token = actions.add_parser("token", help="who may upload")
    add_folder(token)
    token.add_argument("what", choices=["add", "list", "revoke"])
    token.add_argument("--label", default="", help="what the token is called")
    token.add_argument(
        "--project",
        dest="projects",
        action="append",
        default=[],
        metavar="NAME",
        help="only for this one; may be repeated (default: all)",
    )
    token.add_argument("--days", type=float, metavar="N", help="expires then (default: never)")
    for name, text in (
        ("yank", "take files out of what clients choose by themselves (PEP 592)"),
        ("unyank", "take that back"),
        ("delete", "delete files for good; their names stay taken"),
    ):
        change = actions.add_parser(name, help=text)
        add_folder(change)
        change.add_argument("files", nargs="+", metavar="FILE", help="file names")
        if name == "yank":
            change.add_argument("--reason", default="")
    status = actions.add_parser("status", help="give a project a status (PEP 792)")
    add_folder(status)
    status.add_argument("project")
    status.add_argument("status", choices=["active", "archived", "deprecated", "quarantined"])
    status.add_argument("--reason", default="")
    check = actions.add_parser(
        "check", help="hold the database against the store; mend what does not agree"
    )
    add_folder(check)
    backup = actions.add_parser(
        "backup", help="copy what nobody could make again into a folder, which is an index then"
    )
    add_folder(backup)
    backup.add_argument("target", type=Path, metavar="TARGET")
    export = actions.add_parser("export", help="write it as files, for any static host")
    add_folder(export)
    export.add_argument("target", type=Path, metavar="TARGET")
    export.add_argument(
        "--files-url",
        default="",
        metavar="URL",
        help="an index or a cache that has the files (default: they are written as well)",
    )
    push = actions.add_parser("push", help="upload recipes")
    push.add_argument("url", help="of the index, above /simple/")
    push.add_argument("recipes", nargs="+", type=Path, metavar="RECIPE")
    push.add_argument(
        "--token", default="", help="default: ZIGWHEEL_TOKEN, TWINE_PASSWORD or UV_PUBLISH_TOKEN"
    )
    parser.set_defaults(run=run)


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Which index."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of the index")


def run(arguments: argparse.Namespace) -> int:
    """Carry out one action."""
    environ = dict(os.environ)
    if arguments.action == "push":
        return push(arguments)
    from zigwheel.index.opened import opened

    create = arguments.action == "init" or (arguments.action == "serve" and arguments.init)
    with opened(arguments.folder, environ, create=create) as index:
        if arguments.action == "init":
            say(f"{str(arguments.folder)!r} is an index")
        elif arguments.action == "serve":
            from zigwheel.index.serve import serve

            serve(
                index,
                environ,
                host=arguments.host,
                port=arguments.port,
                root_path=arguments.root_path.rstrip("/"),
            )
        elif arguments.action == "token":
            tokens(index, arguments)
        elif arguments.action == "check":
            return check(index)
        elif arguments.action == "export":
            from zigwheel.index.upkeep.export import export

            target = arguments.target.absolute()
            count = sum(1 for _ in export(index.shelves, target, arguments.files_url))
            say(f"{count} files written")
        elif arguments.action == "backup":
            from zigwheel.index.upkeep.backup import backup

            copied = sum(1 for _ in backup(index.shelves, arguments.target.absolute()))
            say(f"{copied} files copied; wheels that recipes make are left out")
        else:
            change(index, arguments)
    return 0


def tokens(index: Index, arguments: argparse.Namespace) -> None:
    """Add, list or revoke tokens. The secret of a new one is printed once."""
    from zigwheel.index.shelf.tokens import fresh

    catalogue = index.shelves.catalogue
    if arguments.what == "list":
        for one in catalogue.tokens():
            until = f"until {one.expires}" if one.expires else "for ever"
            print(f"{one.label}  {', '.join(one.projects) or 'all projects'}  {until}")
        return
    if not arguments.label:
        raise ServiceError("the token needs a name", hint="--label NAME")
    if arguments.what == "revoke":
        if not catalogue.revoke(arguments.label):
            raise ServiceError(f"no token is called {arguments.label!r}")
        return
    now = datetime.now(timezone.utc)
    secret, token = fresh(arguments.label, arguments.projects, arguments.days, now)
    catalogue.add_token(token)
    print(secret)
    say("this is shown once: the index keeps only its hash")


def check(index: Index) -> int:
    """Tell what was found; the exit code says whether that was anything."""
    from zigwheel.index.upkeep.check import check as findings

    count = 0
    for finding in findings(index.shelves):
        print(f"{finding.state}: {finding.what}", flush=True)
        count += 1
    say(f"{count} things were not as they should be" if count else "nothing to mend")
    return ServiceError.exit_code if count else 0


def change(index: Index, arguments: argparse.Namespace) -> None:
    """Yank, delete, or give a status. Raises `ServiceError` for what is not there."""
    from packaging.utils import canonicalize_name

    from zigwheel.errors import raise_all

    catalogue = index.shelves.catalogue
    if arguments.action == "status":
        if not catalogue.set_status(
            canonicalize_name(arguments.project), arguments.status, arguments.reason
        ):
            raise ServiceError(f"there is no project {arguments.project!r}")
        return
    lost = []
    for name in arguments.files:
        if arguments.action == "delete":
            done = catalogue.delete(name)
        else:
            done = catalogue.set_yanked(
                name, arguments.reason if arguments.action == "yank" else None
            )
        if not done:
            lost.append(ServiceError(f"there is no file {name!r}"))
    raise_all(lost)


def push(arguments: argparse.Namespace) -> int:
    """Upload recipes."""
    import requests

    names = ("ZIGWHEEL_TOKEN", "TWINE_PASSWORD", "UV_PUBLISH_TOKEN")
    token = arguments.token or next((os.environ[n] for n in names if os.environ.get(n)), "")
    for recipe in arguments.recipes:
        with recipe.open("rb") as stream:
            try:
                answer = requests.post(
                    f"{arguments.url.rstrip('/')}/recipes/",
                    data=stream.read(),
                    headers={"Content-Type": "application/json"},
                    auth=("__token__", token),
                    timeout=(10, 120),
                )
            except requests.RequestException as error:
                raise ServiceError(f"{arguments.url!r} cannot be reached: {error}") from error
        if answer.status_code != 200:
            raise ServiceError(
                f"{str(recipe)!r} is refused with status {answer.status_code}: {answer.text.strip()[:2000]}"
            )
        print(f"{answer.text.strip()}  {recipe.name}", file=sys.stdout, flush=True)
    return 0
