"""Configs from the text of `[tool.zigwheel]`, without a folder on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from zigwheel.config.conditions import Conditions
from zigwheel.config.model import Config
from zigwheel.config.read import Project, load_config
from zigwheel.config.toml import parse

LINUX = Conditions(
    os="linux", arch="x86_64", libc="gnu", python=(3, 13), abi="cp313", environ={"CI": "1"}
)


def config_of(
    text: str,
    *,
    conditions: Conditions | None = LINUX,
    environ: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
    warn: Callable[[str], None] = print,
) -> Config:
    """The config for the lines `text`, whose headers are written as `[extension]`, not in full."""
    return load_config(
        project_of(parse(text)),
        conditions=conditions,
        environ=environ or {},
        settings=settings,
        warn=warn,
    )


def project_of(tool: dict[str, Any]) -> Project:
    """A project whose `[tool.zigwheel]` is `tool`."""
    return Project(root=Path(), table={"tool": {"zigwheel": tool}}, tool=tool, source="")


def config_of_table(tool: dict[str, Any]) -> Config:
    """The config for a table, with nothing from outside it and no target."""
    return load_config(project_of(tool), conditions=None, environ={}, settings=None, warn=print)


@pytest.fixture(scope="session")
def load() -> Callable[..., Config]:
    """`config_of`."""
    return config_of


@pytest.fixture(scope="session")
def load_table() -> Callable[..., Config]:
    """`config_of_table`."""
    return config_of_table


@pytest.fixture(scope="session")
def linux() -> Conditions:
    """CPython 3.13 on x86-64 glibc Linux."""
    return LINUX
