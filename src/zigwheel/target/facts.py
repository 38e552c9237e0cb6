"""What a target has, in the words of `configure` and CMake: `HAVE_GETRANDOM`, `SIZEOF_LONG`, and so on.

`facts.json` beside this module has `names`, all macros that there is an answer for, and for each
operating system rows of a value, its conditions and the macros that have it. A macro without a row that
holds is not defined. The conditions are those of `pyconfig.py`. `scripts/target_facts.py` writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zigwheel.target.pyconfig import on_machine
from zigwheel.target.triple import MUSL_MINIMUM, Triple

FLOORS = {"gnu": (2, 5), "musl": MUSL_MINIMUM, "none": (10, 13)}
"""What a target without a floor of its own is taken to run on."""


def facts_of(triple: Triple) -> Mapping[str, str | None]:
    """The answers for one target: a macro's value, or None where it is not defined."""
    table = read_table()
    one = triple.slices[0]
    floor = one.floor or FLOORS[one.libc]
    found: dict[str, str | None] = dict.fromkeys(table["names"].split())
    for value, when, names in table[one.os]:
        if on_machine(when, one.arch, one.libc, floor):
            found |= dict.fromkeys(names.split(), value)
    return found


def read_table() -> Mapping[str, Any]:
    """The table that ships with the package."""
    import json
    import pkgutil

    data = pkgutil.get_data("zigwheel.target", "facts.json")
    if data is None:
        raise FileNotFoundError("facts.json is missing from zigwheel's own files")
    table: Mapping[str, Any] = json.loads(data)
    return table
