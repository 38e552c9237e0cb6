"""All interpreters that can be had, by their names."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from tests.foreign.python import ForeignPython
from tests.foreign.source import RECIPES, built_python
from tests.foreign.sysroot import MACHINES, SUITES, YOUNG, debian_pypy, debian_python
from tests.foreign.windows import WHEELS, windows_python

EMULATED = ("3.13", "3.14")
"""The versions that are had for other architectures than x86-64."""


def _table() -> dict[str, Callable[[], ForeignPython]]:
    table: dict[str, Callable[[], ForeignPython]] = {}
    for arch, machine in MACHINES.items():
        for version in EMULATED if machine.qemu else SUITES:
            name = f"cp{version.replace('.', '')}-manylinux_{arch}"
            table[name] = partial(debian_python, version, arch)
    for arch in YOUNG:
        table[f"cp314-manylinux_{arch}"] = partial(debian_python, "3.14", arch)
    for name in RECIPES:
        table[name] = partial(built_python, name)
    for tag in WHEELS:
        table[f"{tag}-win_amd64"] = partial(windows_python, tag)
    table["pp311-manylinux_x86_64"] = debian_pypy
    return table


PYTHONS: Mapping[str, Callable[[], ForeignPython]] = MappingProxyType(_table())
"""Names such as `cp313-manylinux_aarch64`, and what gets the interpreter, quickly if it was there."""


@functools.cache
def python_named(name: str) -> ForeignPython:
    """The interpreter of this name, downloaded or built if it is not in the cache; it has run here.

    Raises `Unavailable` with the reason, and `KeyError` for a name that is not in `PYTHONS`.
    """
    python = PYTHONS[name]()
    python.release()
    return python
