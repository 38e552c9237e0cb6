"""Write the symbols of the stable ABI, each under the version that added it.

python scripts/stable_abi.py FILE...

Each FILE is of CPython's source, the oldest first: `Misc/stable_abi.toml`, which says when each symbol
was added, or of a later version `Lib/test/test_stable_abi_ctypes.py`, which lists the symbols alone; what is
in such a list and not yet known was added by the version in the file's path (`.../python3.15/test/...`).
Debian's source packages have the first, its packages `libpython3.X-testsuite` the second.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from zigwheel.config.toml import parse  # noqa: E402

FACTS = ROOT / "src" / "zigwheel" / "audit" / "stable_abi.json"
WIDTH = 96


def main(files: list[str]) -> int:
    """Read the files and write the facts."""
    if not files:
        print(__doc__, file=sys.stderr)
        return 2
    added: dict[str, str] = {}
    for name in files:
        for symbol, version in symbols(Path(name)):
            added.setdefault(symbol, version)
    versions = sorted(set(added.values()), key=lambda v: tuple(map(int, v.split("."))))
    facts = {
        version: packed(symbol for symbol, first in added.items() if first == version)
        for version in versions
    }
    FACTS.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8", newline="\n")
    for version in versions:
        print(f"{version:5} {sum(first == version for first in added.values())}")
    return 0


def symbols(file: Path) -> Iterator[tuple[str, str]]:
    """Symbol and version of each function and each object that a file lists."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".toml":
        table = parse(text)
        for kind in ("function", "data"):
            for name, entry in table[kind].items():
                yield name, entry["added"]
        return
    found = re.search(r"python(3\.\d+)/", file.as_posix())
    if not found:
        raise SystemExit(f"{file}: no version in its path, such as python3.15/test/")
    for node in ast.walk(ast.parse(text)):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AugAssign):
            targets = [node.target]
        if any(isinstance(t, ast.Name) and t.id == "SYMBOL_NAMES" for t in targets):
            assert isinstance(node, ast.Assign | ast.AugAssign)
            for name in ast.literal_eval(node.value):
                yield name, found[1]


def packed(names: Iterator[str]) -> list[str]:
    """Sorted names as lines of words, so that a change is a small difference."""
    lines = [""]
    for name in sorted(names):
        if len(lines[-1]) + len(name) >= WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {name}".strip()
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
