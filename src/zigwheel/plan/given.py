"""What a source or a script says of its own extension, in the words of setuptools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from zigwheel.config.model import Extension, MacroValue

LISTS = (
    "include_dirs",
    "undef_macros",
    "libraries",
    "library_dirs",
    "extra_compile_args",
    "extra_link_args",
    "export_symbols",
)
"""Words whose items go behind those of the extension's table."""


def with_given(
    extension: Extension, lists: Mapping[str, Iterable[str]], macros: Mapping[str, MacroValue]
) -> Extension:
    """An extension with what was given beside its table, which has the last word.

    `lists` are items for the fields of these names.
    """
    changes: dict[str, Any] = {"define_macros": {**macros, **extension.define_macros}}
    for name, given in lists.items():
        own = getattr(extension, name)
        changes[name] = (*own, *(item for item in given if item not in own))
    return replace(extension, **changes)
