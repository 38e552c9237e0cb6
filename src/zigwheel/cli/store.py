"""`zigwheel store`: blobs into a store and out of it, and a look at all of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

from zigwheel.errors import StoreError
from zigwheel.setup import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zigwheel.cli.options import Subparsers
    from zigwheel.store.model import Report

EXAMPLE = """\
examples:
  zigwheel store put store wheelhouse/*.whl wheelhouse/*.tar.gz
  zigwheel store get store 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 -o spam.whl
  zigwheel store list s3://wheels
  zigwheel store verify store                exit code 16 if a blob is damaged
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "store",
        help="put blobs into a content-addressed store, get, list and verify them",
        description="Files in a store go by the sha256 of their content, and are checked whenever they "
        "are read. It lies in a folder, or in a bucket: s3://BUCKET/PREFIX.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    put = actions.add_parser("put", help="store files, and print the sha256, size and name of each")
    add_store(put)
    put.add_argument("files", nargs="+", type=Path, metavar="FILE")
    get = actions.add_parser("get", help="write a blob into a file, or to the standard output")
    add_store(get)
    get.add_argument("sha256", metavar="SHA256")
    get.add_argument("-o", "--output", type=Path, metavar="FILE")
    listing = actions.add_parser("list", help="print the sha256 and size of each blob")
    add_store(listing)
    verify = actions.add_parser(
        "verify", help="read every blob; what is damaged is set aside, so that it can be made again"
    )
    add_store(verify)
    verify.add_argument("names", nargs="*", metavar="SHA256", help="default: all blobs")
    parser.set_defaults(run=run)


def add_store(parser: argparse.ArgumentParser) -> None:
    """Which store."""
    parser.add_argument("store", metavar="STORE", help="a folder, or s3://BUCKET/PREFIX")


def run(arguments: argparse.Namespace) -> int:
    """Carry out one action."""
    from zigwheel.store.named import open_store

    store = open_store(arguments.store, create=arguments.action == "put")
    if arguments.action == "put":
        for file in arguments.files:
            blob = store.put(file)
            print(f"{blob.sha256}  {blob.size}  {file.name}", flush=True)
    elif arguments.action == "get":
        with store.get(arguments.sha256) as stream:
            hand_over(stream, arguments.output)
    elif arguments.action == "list":
        for blob in store.blobs():
            print(f"{blob.sha256}  {blob.size}")
    else:
        return tell(store.verify(arguments.names or None))
    return 0


def hand_over(stream: IO[bytes], output: Path | None) -> None:
    """Write what was checked."""
    import shutil

    if output is None:
        shutil.copyfileobj(stream, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    from zigwheel.storage import put_file, told

    with told("writing a blob", output.absolute().parent):
        put_file(output.absolute(), stream.read())


def tell(report: Report) -> int:
    """Print what a look has found; the exit code."""
    for line in lines(report):
        print(line)
    say(f"{report.checked} blobs are what their names say, {report.size} bytes")
    return 0 if report.good else StoreError.exit_code


def lines(report: Report) -> Iterator[str]:
    """A line for each thing that is to be done."""
    for damage in report.damaged:
        where = f"; it lies in {damage.aside} now" if damage.aside else ""
        yield f"damaged  {damage.sha256}  {damage.reason}{where}"
    yield from (f"missing  {sha256}" for sha256 in report.missing)
    yield from (f"unreadable  {sha256}" for sha256 in report.unreadable)
    yield from (f"foreign  {path}" for path in report.foreign)
