"""What a target has, in the words of `configure` and CMake: `HAVE_GETRANDOM`, `SIZEOF_LONG`, and so on.

`facts.json` beside this module has `names`, all macros that there is an answer for, and for each
operating system rows of a value, its conditions and the macros that have it. A macro without a row that
holds is not defined, or 0 in case of `HAVE_DECL_`. The conditions are those of `pyconfig.py`. `scripts/target_facts.py` writes it.
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
    found: dict[str, str | None] = {
        name: "0" if name.startswith("HAVE_DECL_") else None for name in table["names"].split()
    }
    for value, when, names in table[one.os]:
        if on_machine(when, one.arch, one.libc, floor):
            found |= dict.fromkeys(names.split(), value)
    return found


def with_large_files(facts: Mapping[str, str | None], text: str) -> Mapping[str, str | None]:
    """The answers for a header whose template has `text`: by `_FILE_OFFSET_BITS` it makes off_t wide."""
    if "_FILE_OFFSET_BITS" in text and facts["_FILE_OFFSET_BITS"]:
        return {**facts, "SIZEOF_OFF_T": "8"}
    return facts


def read_table() -> Mapping[str, Any]:
    """The table that ships with the package."""
    import json
    import pkgutil

    data = pkgutil.get_data("zigwheel.target", "facts.json")
    if data is None:
        raise FileNotFoundError("facts.json is missing from zigwheel's own files")
    table: Mapping[str, Any] = json.loads(data)
    return table
