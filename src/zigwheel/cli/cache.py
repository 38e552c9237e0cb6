"""`zigwheel cache`: a secondary cache of an index, which anybody may run."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.setup import say

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers

EXAMPLE = """\
examples:
  zigwheel cache serve copies --of https://index.example --port 8090
  zigwheel cache serve copies --of https://index.example --mirror wanted --room 20G
  zigwheel cache push packages s3://wheels/spam           all wheels that an index has, into a store
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "cache",
        help="serve copies of an index's files, by hash",
        description="A secondary cache has copies of files, by their hashes. An index asks it for wheels that it "
        "has deleted, and checks what comes: nobody has to trust a cache.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    serve = actions.add_parser("serve", help="serve copies until interrupted")
    serve.add_argument("folder", type=Path, metavar="DIR", help="a store; made if it is not there")
    serve.add_argument("--of", required=True, metavar="URL", help="the index, above /simple/")
    serve.add_argument(
        "--mirror",
        choices=["asked", "all", "wanted"],
        default="asked",
        help="copy what somebody has asked for (default), all, or what is downloaded most",
    )
    serve.add_argument(
        "--room", default="", metavar="SIZE", help="of all copies, such as 20G; the least used go"
    )
    serve.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1")
    serve.add_argument("--port", type=int, default=8090, help="default: 8090; 0 for any")
    serve.add_argument(
        "--root-path", default="", metavar="PATH", help="below which a proxy serves it"
    )
    push = actions.add_parser("push", help="copy all that an index has into a store")
    push.add_argument("folder", type=Path, metavar="DIR", help="the folder of the index")
    push.add_argument("store", metavar="STORE", help="a folder, or s3://BUCKET/PREFIX")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry out one action."""
    return push(arguments) if arguments.action == "push" else serve(arguments)


def serve(arguments: argparse.Namespace) -> int:
    """Serve a cache."""
    from zigwheel.census.upstream import Index
    from zigwheel.cli.options import size_of
    from zigwheel.index.copies.mirror import Mirror
    from zigwheel.index.copies.mirrored import CacheApp
    from zigwheel.index.serve import log, run
    from zigwheel.index.shelf.blobs import Blobs
    from zigwheel.index.sources.caches import Cache
    from zigwheel.index.sources.supply import Supply
    from zigwheel.index.web.files import Files
    from zigwheel.store.local import open_folder

    url = arguments.of.rstrip("/").removesuffix("/simple")
    store = open_folder(arguments.folder.absolute())
    mirror = Mirror(
        origin=Cache(url=url, store=store),
        index=Index(url=f"{url}/simple"),
        store=store,
        policy=arguments.mirror,
        room=size_of(arguments.room, "--room"),
        log=log,
    )
    files = Files(
        blobs=Blobs(store=store),
        supply=Supply(sources=lambda file: (), told=lambda file, outcome: None),
    )
    run(
        CacheApp(files=files, mirror=mirror),
        host=arguments.host,
        port=arguments.port,
        root_path=arguments.root_path.rstrip("/"),
    )
    return 0


def push(arguments: argparse.Namespace) -> int:
    """Copy blobs from an index's store into another."""
    from zigwheel.index.opened import opened
    from zigwheel.store.named import open_store

    target = open_store(arguments.store)
    copied = size = 0
    with opened(arguments.folder, dict(os.environ)) as index:
        for file in index.shelves.catalogue.files():
            if file.sha256 in target or file.sha256 not in index.shelves.store:
                continue
            with index.shelves.store.get(file.sha256) as stream:
                size += target.put(stream, file.sha256).size
            copied += 1
            print(f"{file.sha256}  {file.size}  {file.filename}", flush=True)
    say(f"{copied} files copied, {size} bytes")
    return 0
