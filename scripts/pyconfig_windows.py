"""Derive `src/zigwheel/target/pyconfig_windows.json` from CPython's own files for Windows.

    python scripts/pyconfig_windows.py --zig ZIG --source 3.9=DIR --source 3.11=DIR ...

Each `DIR` is CPython's source of that version, such as Debian's (`apt-get source python3.13`): its
`PC/pyconfig.h` or `PC/pyconfig.h.in`, and its `Include`. A version without a source takes what the
one before it has.

Those files are written by hand, for MSVC; other compilers they know in part, MinGW from 3.13 on. So
they are preprocessed as Zig's clang sees them, with `MS_WIN64` where it holds, and then:

- Sizes and alignments are what Zig measures on each target: `pid_t`, for one, differs from MSVC's.
- What the file says to MSVC alone, and what is true of MinGW as well, is in `TRUE_HERE_TOO`.

At the end `tests/target/pyconfig_layout.c` is compiled with CPython's file and with ours; what
differs is printed, and the script ends with 1.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from pyconfig_sources import SIZED, Version, facts_text, measure, measured_sizes, run

from zigwheel.target.pyconfig import render

Cell: TypeAlias = tuple[str, bool]
"""A macro's value, and whether it is guarded."""
Row: TypeAlias = tuple[str, str, dict[str, Any]]

REPOSITORY = Path(__file__).resolve().parent.parent
FACTS = REPOSITORY / "src/zigwheel/target/pyconfig_windows.json"
LAYOUT = REPOSITORY / "tests/target/pyconfig_layout.c"

TRIPLES = {
    "aarch64": "aarch64-windows-gnu",
    "i686": "x86-windows-gnu",
    "x86_64": "x86_64-windows-gnu",
}
PYTHONS = tuple((3, minor) for minor in range(9, 16))
MEASURED_IN = ("stdio", "sys/types", "time", "windows")
"""Headers of Windows that declare the types whose sizes are told."""

TYPES = {**SIZED, "HKEY": "HKEY"}
"""The C types behind the macros, where they are not the names in small letters."""

INCLUDES = ("io.h", "stdio.h")
"""Headers that every one of the files includes."""

LEFT_OUT = {
    "another project's library": ("HAVE_ZLIB_COPY", "HAVE_X509_VERIFY_PARAM_SET1_HOST"),
    "a choice of one build": ("PYTHONPATH", "Py_DEBUG", "Py_BUILD_CORE"),
    "the include guard": ("Py_CONFIG_H",),
}
"""What no target gets."""

TRUE_HERE_TOO = ("HAVE_INTPTR_T", "HAVE_ROUND", "HAVE_UINTPTR_T", "HAVE_WCSFTIME")
"""What the file says to MSVC alone: MinGW has them as well."""

INTERPRETER_S = ("ALIGNOF_MAX_ALIGN_T",)
"""Not measured: by this the interpreter lays out its objects, and MSVC has compiled it."""


def bits(arch: str) -> int:
    return 32 if arch == "i686" else 64


def pyconfig_of(source: Path) -> str:
    """The text of CPython's file for Windows."""
    files = (source / "PC" / name for name in ("pyconfig.h", "pyconfig.h.in"))
    return next(file for file in files if file.is_file()).read_text(encoding="utf-8")


def defined(zig: Path, text: str, arch: str) -> dict[str, str]:
    """The macros at the end of a text; `MS_WIN64` is given, since before 3.13 only MSVC gets it."""
    words = [zig, "cc", "-E", "-dM", "-target", TRIPLES[arch], "-xc", "-"]
    words += ["-UMS_WIN64"] if bits(arch) == 32 else ["-DMS_WIN64="]
    return dict(re.findall(r"^#define (\w+) ?(.*)$", run(*words, text=text), re.M))


def cells(zig: Path, text: str, arch: str) -> dict[str, Cell]:
    """What the file defines on a target, with what MinGW measures in place of MSVC's sizes."""
    shown = defined(zig, text, arch)
    system = defined(zig, "".join(f"#include <{name}>\n" for name in INCLUDES), arch)
    names = set(re.findall(r"^ *# *define (\w+)\b(?!\()", text, re.M))
    names -= {name for group in LEFT_OUT.values() for name in group} | system.keys()
    guarded = set(re.findall(r"^ *#\s*ifndef (\w+)\n *#\s*define \1\b", text, re.M))
    found = {name: shown[name].strip() for name in names if name in shown}
    found |= {name: "1" for name in TRUE_HERE_TOO if name in names}
    picked = [n for n in found if re.match("(SIZEOF|ALIGNOF)_", n) and n not in INTERPRETER_S]
    found |= measured_sizes(zig, TRIPLES[arch], picked, MEASURED_IN, "-w", types=TYPES)
    return {name: (value, name in guarded) for name, value in found.items()}


def measured(zig: Path, arch: str, source: str, *words: str) -> dict[str, int]:
    """Compile C for Windows and read its integer constants, by their names in C."""
    found = measure(zig, TRIPLES[arch], source, "-w", *words)
    start = "_" if bits(arch) == 32 else ""
    return {name.removeprefix(start): number for name, number in found.items()}


def rows_of(name: str, by_python: dict[Version, dict[str, dict[str, Cell]]]) -> Iterator[Row]:
    """Yield a macro's rows: each value with the run of versions and the architectures that have it."""
    runs: dict[tuple[Cell, tuple[str, ...]], list[list[Version]]] = {}
    for python, by_arch in by_python.items():
        values = {arch: found[name] for arch, found in by_arch.items() if name in found}
        for cell in sorted(set(values.values())):
            arches = tuple(arch for arch, value in values.items() if value == cell)
            known = runs.setdefault((cell, arches), [])
            if known and known[-1][-1] == (3, python[1] - 1):
                known[-1].append(python)
            else:
                known.append([python])
    for ((value, guarded), arches), pieces in sorted(runs.items()):
        for piece in pieces:
            when: dict[str, Any] = {"arch": list(arches)} if len(arches) < len(TRIPLES) else {}
            first = "" if piece[0] == PYTHONS[0] else f"3.{piece[0][1]}"
            last = "" if piece[-1] == PYTHONS[-1] else f"3.{piece[-1][1]}"
            when |= {"python": f"{first}-{last}"} if first or last else {}
            yield name, value, when | ({"guard": True} if guarded else {})


def derive(zig: Path, sources: dict[Version, Path]) -> list[Row]:
    """All rows, sorted by name."""
    by_python: dict[Version, dict[str, dict[str, Cell]]] = {}
    for python in PYTHONS:
        if python in sources:
            text = pyconfig_of(sources[python])
            found = {arch: cells(zig, text, arch) for arch in TRIPLES}
        elif not by_python:
            raise SystemExit("the oldest version has no source")
        by_python[python] = found
    for by_arch in by_python.values():
        for arch, cells_of in by_arch.items():
            cells_of |= {"MS_WIN64": ("", False)} if bits(arch) == 64 else {}
    names = {name for by_arch in by_python.values() for found in by_arch.values() for name in found}
    rows = [row for name in sorted(names) for row in rows_of(name, by_python)]
    when = {"free-threaded": True, "guard": True}
    return sorted([*rows, ("Py_GIL_DISABLED", "1", when)], key=lambda row: row[0])


HEAD = {
    "arch": list(TRIPLES),
    "libc": {"gnu": ""},
    "python": f"3.{PYTHONS[0][1]}-3.{PYTHONS[-1][1]}",
    "include": INCLUDES,
}
"""What the facts are about."""


def layout(zig: Path, arch: str, include: Path, pyconfig: str) -> dict[str, int]:
    """Compile the table of constants with a `pyconfig.h`."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "include")
        shutil.copytree(include, tree)
        (tree / "pyconfig.h").write_text(pyconfig, encoding="utf-8")
        return measured(zig, arch, LAYOUT.read_text(encoding="utf-8"), "-I", str(tree))


def compared(zig: Path, python: Version, source: Path, arch: str) -> int:
    """Print how the layouts differ; how many do."""
    ours = render(
        arch=arch,
        os="windows",
        libc="gnu",
        libc_floor=None,
        version=(python[0], python[1]),
        free_threaded=False,
    )
    defines = "#define MS_WIN64\n" if bits(arch) == 64 and python < (3, 13) else ""
    theirs = defines + pyconfig_of(source)
    one = layout(zig, arch, source / "Include", theirs)
    other = layout(zig, arch, source / "Include", ours)
    unequal = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    print(f"{arch} 3.{python[1]}: {len(one)} constants, {len(unequal)} unequal {sorted(unequal)}")
    return len(unequal)


def main() -> int:
    """Write the facts and check them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--zig", type=Path, required=True)
    parser.add_argument("--source", action="append", required=True, metavar="3.X=DIR")
    given = parser.parse_args()
    pairs = (text.split("=", 1) for text in given.source)
    sources: dict[Version, Path] = {
        (3, int(python.removeprefix("3."))): Path(folder) for python, folder in pairs
    }
    rows = derive(given.zig, sources)
    FACTS.write_text(facts_text(HEAD, rows), encoding="utf-8")
    print(f"{len(rows)} rows from {len(sources)} files")
    return min(
        1,
        sum(
            compared(given.zig, python, source, arch)
            for python, source in sorted(sources.items())
            for arch in TRIPLES
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
