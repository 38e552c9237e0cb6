"""All that is generated for a project, one kind after the other: the later see what the earlier made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from zigwheel.config.model import Config
from zigwheel.config.requirements import wanted_in
from zigwheel.errors import ZigwheelError
from zigwheel.generate import cffi, command, cython, header, swig
from zigwheel.generate.carried import FOLDER
from zigwheel.generate.model import Bench
from zigwheel.plan.tree import Tree
from zigwheel.target.model import Target

Stage: TypeAlias = Callable[[Tree, Config, "Target | None", Bench], tuple[Tree, Config]]
"""Lays what it makes over the tree, and puts into the config what its sources say of themselves."""

STAGES: tuple[Stage, ...] = (command.laid, header.laid, cffi.laid, swig.laid, cython.laid)

Needs: TypeAlias = Callable[[Tree, Config], Sequence[str]]
"""The requirements of one kind of generator, told before anything is installed."""

NEEDS: tuple[Needs, ...] = (command.requires, cffi.requires, swig.requires, cython.requires)


def generated(
    root: Path, config: Config, target: Target | None, bench: Bench
) -> tuple[Tree, Config]:
    """The project's files with what is generated laid over them, and the config that goes with it.

    Raises `GenerateError`, `PlanError` and `StorageError`.
    """
    tree = Tree(root=root)
    for stage in STAGES:
        tree, config = stage(tree, config, target, bench)
    return tree, config


def carries_all(root: Path, config: Config, bench: Bench) -> bool:
    """Whether a project carries all that would have to be generated for it."""
    if not (root / FOLDER).is_dir():
        return False
    try:
        generated(root, config, None, replace(bench, carried_only=True, say=lambda text: None))
    except ZigwheelError:  # which comes back, if it is one, when it is generated
        return False
    return True


def requires(root: Path, config: Config, named: Sequence[str], bench: Bench) -> list[str]:
    """Requirements of all that is generated, and of headers, but those that `named`, which is there already, covers."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    from zigwheel.errors import ConfigError

    tree = Tree(root=root)
    found = dict.fromkeys(text for needs in NEEDS for text in needs(tree, config))
    if found and carries_all(root, config, bench):
        found = {}
    found.update(dict.fromkeys(wanted.text for wanted in wanted_in(config)))
    if any(extension.stubs for extension in config.modules):
        found["typing-extensions; python_version < '3.11'"] = None  # for nanobind's generator
    if not found:
        return []

    def name(text: str) -> str:
        try:
            return canonicalize_name(Requirement(text).name)
        except InvalidRequirement as error:
            raise ConfigError(
                f"{text!r} is no requirement: {error}", hint="write it as in PEP 508"
            ) from None

    there = {name(text) for text in named}
    return [text for text in found if name(text) not in there]
