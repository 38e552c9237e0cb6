"""Which files of the project a build may need, whatever its target."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from zigwheel.config.globs import expand_braces
from zigwheel.config.model import Compilation, Config
from zigwheel.errors import PlanError, raise_all
from zigwheel.plan.files import escapes, expand, outside
from zigwheel.plan.includes import existing, scan
from zigwheel.plan.packages import every_package, package_files
from zigwheel.plan.pyx import cython_sources, honoured, reading
from zigwheel.plan.resolve import in_link_order
from zigwheel.plan.sources import source_files
from zigwheel.plan.tree import Tree


def sources_and_headers(tree: Tree, config: Config, tool: Mapping[str, Any]) -> set[str]:
    """Sources of every component and of every override, and what they can reach by `#include`.

    `tool` is `[tool.zigwheel]` as it was read: an override for another target names sources, too.
    Raises `PlanError` for what lies outside the project: no sdist can hold that.
    """
    found = {script.rpartition(":")[0] for script in cffi_scripts(config)}
    folders: list[str] = []
    config, _ = honoured(tree, config)
    raise_all(
        error for place, c in in_link_order(config, every=True) for error in escaping(c, place)
    )
    for place, component in in_link_order(config, every=True):
        files, _ = source_files(tree, component, place)
        folders += component.include_dirs
        for path in cython_sources(tree, component, place):
            found |= read_by_cython(tree, path, component.include_dirs, config.cython.include_path)
        found |= scan(tree, files, component.include_dirs).files
    for index, entry in enumerate(config.generate):
        place = f"tool.zigwheel.generate[{index}].inputs"
        found |= set(expand(tree, entry.inputs, place=place)[0])
        found |= {word for word in entry.command if is_file(tree, word)}
    more: list[str] = []
    for component_table in override_tables(tool):
        patterns = tuple(p for p in component_table.get("sources", ()) if isinstance(p, str))
        more += expand(tree, patterns, place="tool.zigwheel.overrides")[0]
        folders += [f for f in component_table.get("include-dirs", ()) if isinstance(f, str)]
    headers = [entry.template for entry in config.config_header if entry.template]
    headers += [t["template"] for t in override_tables(tool, ("config-header",)) if "template" in t]
    templates = {path for path in headers if tree.file(path).is_file()}
    packages = every_package(tree.root, config, tool)
    found.update(file for package in packages for file in package_files(tree.root, package))
    return found | templates | scan(tree, more, folders).files


def cffi_scripts(config: Config) -> list[str]:
    """The scripts that cffi runs, each with the name in it."""
    named = [*(e.cffi for e in config.extension), *(e.cffi for e in config.generate)]
    return [script for script in named if script]


def read_by_cython(
    tree: Tree, source: str, include_dirs: Iterable[str], include_path: Iterable[str]
) -> set[str]:
    """What Cython reads for a source, and the headers of the project that it names."""
    read = reading(tree, source, include_path)
    folders = [posixpath.dirname(source), *(d for d in include_dirs if not os.path.isabs(d))]
    headers = {path for name in read.headers for path in existing(tree, name, folders)}
    return {*read.files, *scan(tree, headers, include_dirs).files}


def is_file(tree: Tree, word: str) -> bool:
    """Whether a word of a command names a file of the project."""
    return not escapes(word) and tree.file(word).is_file()


def escaping(component: Compilation, place: str) -> Iterator[PlanError]:
    """The errors for sources and include folders outside of the project."""
    folders = [folder for folder in component.include_dirs if not os.path.isabs(folder)]
    for option, patterns in (("sources", component.sources), ("include-dirs", folders)):
        for pattern in patterns:
            if any(escapes(choice) for choice in expand_braces(pattern)):
                yield outside(f"{place}.{option}", pattern)


def override_tables(
    tool: Mapping[str, Any], kinds: Sequence[str] = ("extension", "library", "executable")
) -> Iterator[Mapping[str, Any]]:
    """The tables of components in overrides; each is one table, or an array of them."""
    for override in tool.get("overrides", ()):
        for kind in kinds:
            tables = override.get(kind, ())
            yield from [tables] if isinstance(tables, Mapping) else tables
