"""Record what a real `configure` has found, for `tests/target/test_facts.py`.

    python scripts/configure_truth.py --zig ZIG NAME=TEMPLATE=HEADER ...

`NAME` says what was configured, such as `xz-5.4.1`, `TEMPLATE` is its `config.h.in` and `HEADER` the
`config.h` that `./configure` has written, with gcc on Debian 12 for x86-64. Kept are the names that
the table of facts has an answer for.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from pyconfig_sources import run

from zigwheel.target.facts import read_table

TRUTH = Path(__file__).resolve().parent.parent / "tests/target/configure_truth.json"


def answers(zig: Path, template: Path, header: Path) -> dict[str, str | None]:
    """What was found, by the names that the template leaves open."""
    text = template.read_text(encoding="utf-8")
    asked = set(re.findall(r"^\s*#\s*undef (\w+)", text, re.M))
    asked &= set(read_table()["names"].split())
    # -undef: without the compiler's own macros, of which some have the same names
    shown = run(zig, "cc", "-E", "-dM", "-undef", "-xc", str(header))
    defined = dict(re.findall(r"^#define (\w+) ?(.*)$", shown, re.M))
    return {name: defined.get(name) for name in sorted(asked)}


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--zig", type=Path, required=True)
    parser.add_argument("configured", nargs="+", metavar="NAME=TEMPLATE=HEADER")
    given = parser.parse_args()
    lines = []
    for text in given.configured:
        name, template, header = text.split("=")
        found = answers(given.zig, Path(template), Path(header))
        lines.append(f" {json.dumps(name)}: {json.dumps(found)}")
    TRUTH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
