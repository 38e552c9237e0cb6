"""`zigwheel targets`: what can be built for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers

EXAMPLE = """\
example:
  zigwheel targets --json
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "targets",
        help="list what can be built for",
        description="List the machines that can be built for, with the words that name each.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the table."""
    rows = list(targets())
    if arguments.json:
        import json

        print(json.dumps(rows, indent=1))
        return 0
    from zigwheel.cli.table import aligned

    print("\n".join(aligned([list(rows[0]), *(list(row.values()) for row in rows)], left=3)))
    return 0


def targets() -> list[dict[str, str]]:
    """One row for each machine, with the oldest C library that it can have."""
    from zigwheel.target.tags import platform_tags
    from zigwheel.target.triple import (
        ARCHITECTURES,
        MACOS_MINIMUM,
        MUSL_MINIMUM,
        WINDOWS_TAGS,
        Triple,
    )

    triples = []
    for arch, facts in ARCHITECTURES.items():
        triples += [
            Triple(arch=arch, os="linux", libc="gnu", floor=facts.glibc_minimum),
            Triple(arch=arch, os="linux", libc="musl", floor=MUSL_MINIMUM),
        ]
    triples += [Triple(arch=arch, os="windows", libc="gnu") for arch in WINDOWS_TAGS]
    triples += [
        Triple(arch=arch, os="macos", libc="none", floor=oldest)
        for arch, oldest in MACOS_MINIMUM.items()
    ]
    return [
        {"platform tag": platform_tags(triple)[-1], "Zig triple": triple.zig, "CPU": triple.cpu}
        for triple in triples
    ]
