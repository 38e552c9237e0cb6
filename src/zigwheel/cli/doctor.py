"""`zigwheel doctor`: what zigwheel sees on this machine."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers

EXAMPLE = """\
example:
  zigwheel doctor          say what is here and what is missing; exit code 1 if a build would fail
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "doctor",
        help="say what zigwheel sees on this machine",
        description="Say which Zig, which Python headers and which cache a build would use.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; each error as its own line."""
    from zigwheel.cli.options import cache_folder
    from zigwheel.errors import ZigwheelError
    from zigwheel.target.header_packs import packs_here
    from zigwheel.target.headers import find_headers
    from zigwheel.target.host import describe_host
    from zigwheel.target.parse import resolve_target
    from zigwheel.target.python import PythonTarget
    from zigwheel.zig.toolchain import require_zig

    host = describe_host()
    environ = dict(os.environ)
    cache = cache_folder(environ, host)
    healthy = True
    print(f"host     {host.arch} {host.os} {host.libc} {host.libc_version or ''}")
    print(f"python   {host.implementation} {host.python.version_text} {host.executable}")
    print(f"cache    {cache}")
    try:
        target = resolve_target(
            "", "", host=host, manylinux="2_17", musllinux="1_2", environ=environ
        )
        print(f"target   {target.triple.zig} {target.python.abi}")
    except ZigwheelError as error:
        healthy = False
        print(f"target   {error}")
    try:
        zig = require_zig(cache=cache, environ=environ, host=host)
        print(f"zig      {zig.version} {zig.executable}")
    except ZigwheelError as error:
        healthy = False
        print(f"zig      {error}")
    for minor in range(9, 16):
        python = PythonTarget(version=(3, minor))
        try:
            source = find_headers(
                python,
                limited_api_minimum=None,
                given="",
                host=host,
                environ=environ,
                packs=packs_here(cache),
            )
            print(f"headers  {python.version_text}: {source.include} ({source.origin})")
        except ZigwheelError as error:
            healthy = healthy and python.version != host.python.version
            print(f"headers  {python.version_text}: none; {error.hint.splitlines()[0]}")
    return 0 if healthy else 1
