"""The settings of Zig packages; see `model.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from zigwheel.config.forms import (
    CpeName,
    OptionName,
    PackageHash,
    PackageSource,
    PackageUrl,
    ProjectPath,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dependency:
    """`[tool.zigwheel.dependencies.NAME]`: a Zig package, whose static libraries `link` can name.

    Its `build.zig` is run on the machine that builds.
    """

    path: ProjectPath = ""
    """Folder of the package in the project. Either this, or `url` and `hash`."""
    url: PackageSource = ""
    """Where the package is fetched from. An sdist carries what was fetched."""
    hash: PackageHash = ""
    """Hash of what `url` brings, as `zig fetch` prints it and `build.zig.zon` holds it."""
    options: Mapping[OptionName, str | int | bool] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Options of its `build.zig`, such as `{ minizip = true }`, beside `target` and `optimize`."""
    optimize: Literal["fast", "small", "safe", "debug"] | None = None
    """`fast`, `small`, `safe` or `debug`. Default: the project's `optimize`."""
    license: str = ""
    """Its license as an SPDX expression, for the bill of materials (PEP 770), which takes name and
    version from the package itself.
    """
    purl: PackageUrl = ""
    """Its package URL. Default: a generic one, with `url` and `hash`."""
    cpe: CpeName = ""
    """Its CPE name, by which databases of vulnerabilities know it."""
