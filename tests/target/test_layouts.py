"""Every public struct is laid out with the rendered `pyconfig.h` as with the interpreter's own.

The compiler itself lists the records of all public headers, with the offset of each member. The
real files are Debian's, and those of the interpreters that are built here.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.foreign.compiler import zig, zig_environ
from tests.foreign.headers import HEADERS, debian_headers
from tests.foreign.required import had, required
from tests.foreign.source import RECIPES
from zigwheel.target.header_tree import materialise
from zigwheel.target.interpreters import read_headers
from zigwheel.target.pyconfig import render
from zigwheel.target.triple import Libc, Triple

NUMBERS = (Path(__file__).parent / "pyconfig_layout.c").read_text("utf-8")
"""What is no record: the sizes of numbers, and the values of macros."""

NEEDING_OTHERS = {"py_curses.h", "pydtrace.h", "pyexpat.h"}
"""Public headers that include other projects' headers, or generated ones that are not installed."""

RECORD = "*** Dumping AST Record Layout\n"
FLOOR = (2, 36)
"""A glibc that every architecture has."""


def triple_of(arch: str, libc: Libc = "gnu") -> Triple:
    return Triple(arch=arch, os="linux", libc=libc, floor=FLOOR if libc == "gnu" else (1, 2))


def rendered(triple: Triple, version: str, *, free_threaded: bool = False) -> str:
    return render(
        arch=triple.arch,
        os=triple.os,
        libc=triple.libc,
        libc_floor=triple.floor,
        version=(3, int(version.partition(".")[2])),
        free_threaded=free_threaded,
    )


def layouts(include: Path, more: Path, triple: Triple, folder: Path) -> Mapping[str, str]:
    """What the compiler says of each record, and the value of each constant, by their names."""
    folder.mkdir()
    (folder / "crypt.h").touch()  # Debian's 3.9 includes it; Zig's glibc has none
    names = sorted({file.name for file in include.glob("*.h")} - NEEDING_OTHERS)
    lines = ["#include <Python.h>", *(f"#include <{name}>" for name in names), NUMBERS]
    (folder / "all.c").write_text("\n".join(lines), "utf-8")
    words = ["-target", triple.zig, "-S", "-w", "-g0", "-Xclang", "-fdump-record-layouts-complete"]
    words += ["-I", str(include), "-I", str(more), "-I", ".", "-o", "all.s", "all.c"]
    # What was compiled before is not compiled again, and then nothing is told: so a cache of its own.
    environ = {**zig_environ(), "ZIG_LOCAL_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(
        [zig(), "cc", *words], cwd=folder, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = {}
    # A record without a name is called after its place, which is not the same in two trees.
    for record in done.stdout.replace(str(include), "").split(RECORD)[1:]:
        found[record.partition("|")[2].partition("\n")[0].strip()] = record.strip()
    assembly = (folder / "all.s").read_text("utf-8")
    return found | dict(re.findall(r"^(\w+):\s+\.\w+\s+(-?\d+)\b", assembly, re.MULTILINE))


def unequal(ours: Mapping[str, str], real: Mapping[str, str]) -> list[str]:
    """The names of what differs, or stands on one side only."""
    return sorted(name for name in ours.keys() | real.keys() if ours.get(name) != real.get(name))


def compare(include: Path, triple: Triple, pyconfig: str, folder: Path) -> list[str]:
    """Hold an interpreter's headers with `pyconfig` against the same headers with their own file."""
    source = read_headers(include, "test")
    assert source is not None
    materialise(source, pyconfig=pyconfig, folder=folder / "tree")
    real = layouts(include, include.parent, triple, folder / "real")
    ours = layouts(folder / "tree", folder / "tree", triple, folder / "ours")
    assert sum("sizeof=" in value for value in real.values()) > 150
    assert {"struct _typeobject", "struct _heaptypeobject", "size_Py_ssize_t"} <= real.keys()
    return unequal(ours, real)


@pytest.mark.slow
@pytest.mark.parametrize(("version", "arch"), sorted(HEADERS))
def test_debian(version: str, arch: str, tmp_path: Path) -> None:
    include = had(f"headers of {version} for {arch}", lambda: debian_headers(version, arch))
    triple = triple_of(arch)
    pyconfig = rendered(triple, version)
    assert compare(include / f"python{version}", triple, pyconfig, tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_built_from_source(name: str, tmp_path: Path) -> None:
    python = required(name)
    recipe = RECIPES[name]
    triple = triple_of("x86_64", "musl" if recipe.musl else "gnu")
    pyconfig = rendered(triple, recipe.version, free_threaded=python.tag.endswith("t"))
    assert python.include is not None
    assert compare(python.include, triple, pyconfig, tmp_path) == []


@pytest.mark.slow
def test_the_comparison_can_tell(tmp_path: Path) -> None:
    include = had("headers of 3.13", lambda: debian_headers("3.13", "x86_64")) / "python3.13"
    triple = triple_of("x86_64")
    wrong = compare(include, triple, rendered(triple, "3.13", free_threaded=True), tmp_path)
    assert {"struct _object", "struct _typeobject", "size_PyObject"} <= set(wrong)
