"""`zigwheel audit`: what a wheel's tag promises, held against its files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.errors import AuditError

if TYPE_CHECKING:
    from zigwheel.cli.options import Subparsers

EXAMPLE = """\
examples:
  zigwheel audit dist/*.whl             exit code 13 if one of them is refused
  zigwheel audit --json dist/*.whl      the findings and the compiled files as JSON
"""


def add(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "audit",
        help="hold wheels against their tags",
        description="Check that wheels, whoever built them, keep what their tags promise.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("wheels", nargs="+", type=Path, metavar="WHEEL", help="a wheel's file")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the reports; `AuditError`'s code where a wheel is refused."""
    from zigwheel.audit.wheel import audit_wheel

    reports = [audit_wheel(wheel) for wheel in arguments.wheels]
    if arguments.json:
        import json

        wheels = [report.as_dict() for report in reports]
        print(json.dumps({"schema": 1, "wheels": wheels}, indent=1, ensure_ascii=False))
    else:
        for report in reports:
            print(report)
    return AuditError.exit_code if any(report.refused for report in reports) else 0
