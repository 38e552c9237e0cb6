"""What a file for Windows is linked from, beside what it is linked from anywhere. Pure.

Windows' linker leaves nothing open. So the sources are compiled first; what their objects want of
Python goes into an import library, which is made for them alone, and what of them is to be seen
outside goes into a module-definition file, which unlike a version script knows no wildcards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from zigwheel.audit.modules import PYTHON_NAME
from zigwheel.plan.model import Artifact, BuildPlan
from zigwheel.zig.coff import CoffObject

IMPORTED = "__imp_"
"""Start of the name of a pointer into a DLL: what is declared `dllimport` is reached by it."""

REFERRED = ".refptr."
"""Start of the name of clang's own pointer to data that may lie in a DLL; functions have none."""

OWN = ("PyInit_", "PyInitU_", "PyModExport_", "PyModExportU_")
"""Starts of names that look like Python's, but that an extension module defines."""

MACHINES = {"x86_64": "i386:x86-64", "x86": "i386", "aarch64": "arm64"}
"""Architectures of Zig's triples in the words of `dlltool`."""


def for_windows(triple: str) -> bool:
    """Whether a Zig triple is one of Windows."""
    return "-windows-" in triple


def objects_of(artifact: Artifact) -> Artifact:
    """The sources of an artifact alone, as an archive."""
    output = f"{artifact.name}.objects.lib"
    return replace(artifact, kind="library", output=output, link=(), libraries=())


def needs_python(plan: BuildPlan, artifact: Artifact) -> bool:
    """Whether an artifact, or a library that it links, is compiled with Python's headers."""
    parts = (artifact, *(plan.library(name) for name in artifact.link))
    return any(part.uses_python for part in parts)


def python_dll(plan: BuildPlan, artifact: Artifact) -> str:
    """The DLL in which an artifact finds Python; for a stable ABI it is that of every version.

    From 3.15 on Pythons with the GIL have a `python3t.dll` as well (python/cpython issue 148690).
    """
    own = f"python{plan.python.removeprefix('cp')}.dll"
    return {"": own, "abi3": "python3.dll", "abi3t": "python3t.dll"}[artifact.stable_abi]


def python_symbols(objects: Iterable[CoffObject], triple: str) -> dict[str, bool]:
    """What objects want of Python: names, and whether each is data.

    What is only reached by a pointer counts as data, too: it asks for no stub that could be called.
    """
    found = tuple(objects)
    defined = frozenset[str]().union(*(o.defined for o in found))
    wanted = frozenset[str]().union(*(o.undefined for o in found)) - defined
    symbols = {}
    for symbol in sorted(wanted):
        called = symbol.removeprefix(IMPORTED)
        name = undecorated(called, triple)
        if PYTHON_NAME.fullmatch(name) and not name.startswith(OWN):
            symbols[name] = called not in wanted or REFERRED + called in defined
    return symbols


def exported_symbols(
    objects: Iterable[CoffObject], patterns: Iterable[str], triple: str
) -> tuple[str, ...]:
    """What objects define and the plan exports, sorted."""
    wanted = tuple(patterns)
    names = {undecorated(symbol, triple) for o in objects for symbol in o.defined}
    return tuple(
        name
        for name in sorted(names)
        if name.isidentifier() and any(fnmatchcase(name, pattern) for pattern in wanted)
    )


def undecorated(symbol: str, triple: str) -> str:
    """A symbol's name in C; on 32-bit x86 the calling convention of C puts `_` in front."""
    return symbol.removeprefix("_") if triple.startswith("x86-") else symbol


def import_definition(dll: str, symbols: Mapping[str, bool]) -> str:
    """The module-definition file that an import library is made from."""
    lines = [f"  {name}{' DATA' if data else ''}\n" for name, data in symbols.items()]
    return f"LIBRARY {dll}\nEXPORTS\n{''.join(lines)}"


def export_definition(symbols: Iterable[str]) -> str:
    """The module-definition file that says what is exported."""
    lines = [f"  {name}\n" for name in symbols]
    return f"EXPORTS\n{''.join(lines)}"


def import_library_command(zig: Path, triple: str, definition: Path, library: Path) -> list[str]:
    """The command that makes an import library."""
    machine = MACHINES[triple.partition("-")[0]]
    return [str(zig), "dlltool", "-m", machine, "-d", str(definition), "-l", str(library)]
