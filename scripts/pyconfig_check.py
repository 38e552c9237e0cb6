"""Hold what zigwheel renders as `pyconfig.h` against real interpreters' files.

    python scripts/pyconfig_check.py --truth DIR --zig ZIG --upstream FILE ...

The arguments are those of `scripts/pyconfig_facts.py`; zigwheel must be importable. For each real
file it renders the same target, prints every macro that differs, with the reason, and compiles
`tests/target/pyconfig_layout.c` with both. It ends with 1 if a macro differs for no known reason, or
any size, alignment, offset or number does.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from pyconfig_facts import BY_HAND, REPOSITORY, TIME64, arguments, dotted, left_out, parsed
from pyconfig_sources import Real, Version, measure, read_all, triple

from zigwheel.target.pyconfig import render

LAYOUT = REPOSITORY / "tests/target/pyconfig_layout.c"


def rendered(one: Real, floor: Version) -> str:
    """Render the target of a real file."""
    return render(
        arch=one.arch,
        os="linux",
        libc="gnu",
        libc_floor=(floor[0], floor[1]),
        version=one.version,
        free_threaded=False,
    )


def macros(text: str) -> dict[str, str]:
    """Read our own text back."""
    return dict(re.findall(r"^ *# ?define (\w+) (.+)$", text, re.M))


def reason(one: Real, name: str, ours: Mapping[str, str]) -> str:
    """Say why a macro differs; the empty string if nothing explains it."""
    if why := left_out(name):
        return why
    if name in BY_HAND:
        return "decided by hand, see BY_HAND"
    if (name, one.arch) in TIME64:
        return "built with _TIME_BITS=64, see TIME64"
    if name not in one.names and name in ours:
        return "this patch release does not look for it, another one does"
    return ""


def differences(one: Real, floor: Version) -> Iterator[tuple[str, str, str]]:
    """Yield (macro, what differs, reason)."""
    ours = macros(rendered(one, floor))
    for name in sorted(ours.keys() | one.defined.keys()):
        mine, real = ours.get(name), one.defined.get(name)
        if mine != real:
            yield name, f"{name}: {real} in the real file, {mine} in ours", reason(one, name, ours)


def headers_of(one: Real, truth: Path) -> Path:
    """Find the headers that belong to a real file; Debian has them beside amd64's."""
    if one.release == "upstream":
        return one.path.parent
    return truth / one.release / "amd64/usr/include" / one.path.parent.name


def layout(zig: Path, headers: Path, pyconfig: str, one: Real) -> dict[str, int]:
    """Compile the table of constants with a `pyconfig.h` in place of the headers' own."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "include")
        shutil.copytree(headers, tree)
        (tree / "pyconfig.h").write_text(pyconfig, encoding="utf-8")
        if "#define HAVE_CRYPT_H 1" in pyconfig:
            # Python.h of 3.9 includes it; it comes with libcrypt, which Zig does not have.
            (tree / "crypt.h").touch()
        source = LAYOUT.read_text(encoding="utf-8")
        return measure(zig, triple(one.arch, "gnu"), source, "-w", "-I", str(tree))


def main() -> int:
    """Check all real files."""
    given = arguments()
    upstream_glibc = parsed(given.upstream_glibc)
    by_reason: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    wrong = 0
    for one in read_all(given.zig, given.truth, given.upstream, upstream_glibc):
        label = f"{one.release} {one.arch} {dotted(one.version)}"
        for _, difference, why in differences(one, one.glibc):
            by_reason[why or "NO REASON"][difference].append(label)
            wrong += not why
        headers = headers_of(one, given.truth)
        real = layout(given.zig, headers, one.path.read_text(encoding="utf-8"), one)
        ours = layout(given.zig, headers, rendered(one, one.glibc), one)
        unequal = {name for name in real.keys() | ours.keys() if real.get(name) != ours.get(name)}
        wrong += len(unequal)
        print(f"{label}: {len(real)} constants, {len(unequal)} unequal {sorted(unequal)}")
    for why, found in sorted(by_reason.items()):
        print(f"\n{why}:")
        for difference, labels in sorted(found.items()):
            print(f"  {difference} ({len(labels)}: {', '.join(labels)})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
