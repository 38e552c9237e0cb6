"""Which files of the project a build may need, whatever its target."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from zigwheel.config.globs import expand_braces
from zigwheel.config.model import Compilation, Config
from zigwheel.errors import PlanError, raise_all
from zigwheel.plan.files import escapes, expand, outside
from zigwheel.plan.includes import scan
from zigwheel.plan.packages import every_package, package_files
from zigwheel.plan.resolve import in_link_order
from zigwheel.plan.sources import source_files
from zigwheel.plan.tree import Tree


def sources_and_headers(tree: Tree, config: Config, tool: Mapping[str, Any]) -> set[str]:
    """Sources of every component and of every override, and what they can reach by `#include`.

    `tool` is `[tool.zigwheel]` as it was read: an override for another target names sources, too.
    Raises `PlanError` for what lies outside the project: no sdist can hold that.
    """
    found: set[str] = set()
    folders: list[str] = []
    raise_all(
        error for place, c in in_link_order(config, every=True) for error in escaping(c, place)
    )
    for place, component in in_link_order(config, every=True):
        files, _ = source_files(tree, component, place)
        folders += component.include_dirs
        found |= scan(tree, files, component.include_dirs).files
    more: list[str] = []
    for component_table in override_tables(tool):
        patterns = tuple(p for p in component_table.get("sources", ()) if isinstance(p, str))
        more += expand(tree, patterns, place="tool.zigwheel.overrides")[0]
        folders += [f for f in component_table.get("include-dirs", ()) if isinstance(f, str)]
    found.update(
        file for p in every_package(tree.root, config, tool) for file in package_files(tree.root, p)
    )
    return found | scan(tree, more, folders).files


def escaping(component: Compilation, place: str) -> Iterator[PlanError]:
    """The errors for sources and include folders outside of the project."""
    folders = [folder for folder in component.include_dirs if not os.path.isabs(folder)]
    for option, patterns in (("sources", component.sources), ("include-dirs", folders)):
        for pattern in patterns:
            if any(escapes(choice) for choice in expand_braces(pattern)):
                yield outside(f"{place}.{option}", pattern)


def override_tables(tool: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The tables of components in overrides; each is one table, or an array of them."""
    for override in tool.get("overrides", ()):
        for kind in ("extension", "library", "executable"):
            tables = override.get(kind, ())
            yield from [tables] if isinstance(tables, Mapping) else tables
