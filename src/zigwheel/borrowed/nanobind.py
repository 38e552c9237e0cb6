"""What nanobind brings beside headers: the sources of its library, and a hash map that these include.

They lie where nanobind's own CMake files look for them, beside its include folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from zigwheel.borrowed.find import headers_below
from zigwheel.borrowed.model import Found
from zigwheel.config.requirements import NANOBIND
from zigwheel.plan.nanobind import MAP, SOURCES

FOLDERS = {SOURCES: "src", MAP: "ext/robin_map/include"}
"""Folders beside nanobind's `include`."""


def parts_of(name: str, version: str, files: Mapping[str, Path]) -> tuple[Found, ...]:
    """The other parts of a distribution with these headers, as far as they are there."""
    header = files.get("nanobind/nanobind.h")
    if name != NANOBIND or header is None:
        return ()
    top = header.parents[2]
    return tuple(
        Found(name=part, version=version, files={p: top / folder / p for p in paths})
        for part, folder in FOLDERS.items()
        if (paths := list(headers_below(top / folder)))
    )
