"""Write what systems are bound to have: the facts behind the platform tags of Linux and Windows.

python scripts/policies.py

They are read out of the installed `auditwheel` (PEP 600's libraries, and the newest version of each
symbol set in the distributions that a tag stands for) and `delvewheel` (DLLs of every Windows from 7
on); both are requirements of the tests.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from stable_abi import packed

FOLDER = Path(__file__).resolve().parent.parent / "src" / "zigwheel" / "audit"
LIBC = "GLIBC"
"""The symbol set whose newest version the tag names; only exceptions from that are facts."""
ARCHES = {"x86": "i686", "x64": "x86_64", "arm64": "aarch64"}
"""delvewheel's names of architectures to those of `target.triple`."""


def main() -> int:
    """Write both files."""
    put("policy_linux.json", linux())
    put("policy_windows.json", windows())
    return 0


def put(name: str, facts: object) -> None:
    """Write a file of facts."""
    (FOLDER / name).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8", newline="\n")
    print(name)


def policies(name: str) -> list[Mapping[str, Any]]:
    """auditwheel's policies, without the one that allows everything."""
    text = (files("auditwheel") / "policy" / name).read_text(encoding="utf-8")
    return [policy for policy in json.loads(text) if policy["name"] != "linux"]


def linux() -> dict[str, object]:
    """manylinux by glibc, oldest first, and musllinux."""
    many = policies("manylinux-policy.json")
    floors = [glibc(policy) for policy in many]
    rows = []
    for policy, floor in zip(many, floors, strict=True):
        newest: dict[str, dict[str, str]] = defaultdict(dict)
        words = set()
        for arch, sets in policy["symbol_versions"].items():
            for name, versions in sets.items():
                numbers = [v for v in versions if re.fullmatch(r"[\d.]+", v)]
                words |= {f"{name}_{v}" for v in versions if v not in numbers}
                last = max(numbers, key=parts, default="0")
                if name != LIBC or parts(last) > parts(floor):
                    newest[name][arch] = last
        rows.append(
            {
                "glibc": floor,
                "libraries": sorted(policy["lib_whitelist"]),
                "newest": {
                    name: found if name == LIBC else folded(found)
                    for name, found in sorted(newest.items())
                },
                "words": sorted(words),
            }
        )
    musl = policies("musllinux-policy.json")
    allowed = sorted(set.intersection(*(set(policy["lib_whitelist"]) for policy in musl)))
    return {"manylinux": rows, "musllinux": allowed, "private": private(many, floors)}


def glibc(policy: Mapping[str, Any]) -> str:
    """The version in `manylinux_2_17`."""
    return ".".join(policy["name"].split("_")[1:])


def parts(version: str) -> tuple[int, ...]:
    """A version to compare."""
    return tuple(int(part) for part in version.split("."))


def folded(found: Mapping[str, str]) -> dict[str, str]:
    """Architecture to version, the most frequent one under `*`."""
    values = list(found.values())
    usual = max(sorted(set(values)), key=values.count)
    return {"*": usual, **{arch: v for arch, v in sorted(found.items()) if v != usual}}


def private(many: list[Mapping[str, Any]], floors: list[str]) -> dict[str, dict[str, list[str]]]:
    """Symbols that are of no use to others: library, the first glibc that allows them, names."""
    rows: dict[str, dict[str, list[str]]] = {}
    for library in sorted({name for policy in many for name in policy["blacklist"]}):
        until: dict[str, str] = {}
        for symbol in {s for policy in many for s in policy["blacklist"].get(library, ())}:
            last = max(i for i, p in enumerate(many) if symbol in p["blacklist"].get(library, ()))
            until[symbol] = floors[last + 1] if last + 1 < len(floors) else ""
        rows[library] = {
            version: packed(iter(s for s, v in until.items() if v == version))
            for version in sorted(set(until.values()))
        }
    return rows


def windows() -> dict[str, list[str]]:
    """DLLs by the architectures whose Windows has them, written with spaces between."""
    from delvewheel import _dll_list

    lists = {arch: getattr(_dll_list, f"ignore_names_{name}") for name, arch in ARCHES.items()}
    having: dict[str, list[str]] = defaultdict(list)
    for dll in sorted(set().union(*lists.values())):
        having[" ".join(arch for arch in lists if dll in lists[arch])].append(dll)
    return {arches: packed(iter(names)) for arches, names in sorted(having.items())}


if __name__ == "__main__":
    sys.exit(main())
