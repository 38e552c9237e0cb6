"""`[[tool.zigwheel.config-header]]`, described once, as all settings in `model.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal

from zigwheel.config.forms import FileName, MacroName, Mark, ProjectPath


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigHeader:
    """`[[tool.zigwheel.config-header]]`: a header such as `config.h`, filled in for each target."""

    name: FileName
    """Name of the entry, for messages and overrides."""
    output: Annotated[ProjectPath, Mark.REQUIRED] = ""
    """The header, as a path in the project, where sources and `include-dirs` find it as if it lay
    there.
    """
    template: ProjectPath = ""
    """File that it is made from, such as `vendor/config.h.in`. Default: none; the header defines
    `values`, in their order.
    """
    style: Literal["autoconf", "autoconf-at", "cmake", "meson"] | None = None
    """What of the template is filled in: lines with `#undef NAME` (`autoconf`); `@NAME@` (`autoconf-at`);
    `#cmakedefine NAME`, `#cmakedefine01 NAME`, `${NAME}` and `@NAME@` (`cmake`); `#mesondefine NAME`
    and `@NAME@` (`meson`). Default: what its lines show.
    """
    values: Mapping[MacroName, str | int | bool] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """What the target does not decide: `NAME = 1`, `NAME = true` (as 1), `NAME = false` (not defined),
    `NAME = "text"`, which is copied as it is, so that a string for C is `'"1.2"'`. They win over
    what zigwheel knows of the target, which answers for the names that are not here.
    """
