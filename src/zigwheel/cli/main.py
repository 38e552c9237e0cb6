"""`zigwheel`: parse the arguments, run one command, report one error."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from zigwheel import __version__
from zigwheel.cli import (
    audit,
    build,
    cache,
    convert,
    doctor,
    headers,
    index,
    init,
    prune,
    rebuild,
    recipe,
    sdist,
    stats,
    store,
    targets,
    test,
    verify,
    wheels,
)
from zigwheel.errors import ZigwheelError

COMMANDS = (
    init,
    build,
    wheels,
    test,
    recipe,
    rebuild,
    verify,
    prune,
    stats,
    store,
    index,
    cache,
    sdist,
    convert,
    audit,
    headers,
    targets,
    doctor,
)
"""Each module has `add(subparsers)`, which names its `run(arguments) -> int`."""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="zigwheel",
        description="Build wheels of C, C++ and Zig extensions for any target from any host.",
        epilog="`zigwheel COMMAND --help` shows an example of each command.",
    )
    top.add_argument("--version", action="version", version=f"zigwheel {__version__}")
    subparsers = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code says what went wrong (docs/reference/command-line.md)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a path that the terminal's encoding lacks must not stop a command that has done its work
        sys.stdout.reconfigure(
            errors="surrogateescape" if os.name == "posix" else "backslashreplace"
        )
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except ZigwheelError as error:
        print(f"zigwheel: error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("zigwheel: interrupted; nothing half-written is left", file=sys.stderr)
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
