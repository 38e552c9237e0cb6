"""`[tool.zigwheel]` becomes a `Config`; all that is wrong is reported at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zigwheel.config.check import link_errors, names_of, part_errors, too_old
from zigwheel.config.conditions import Conditions
from zigwheel.config.convert import Errors, built, read_record
from zigwheel.config.merge import merged
from zigwheel.config.model import Config
from zigwheel.config.overrides import read_overrides, with_overrides
from zigwheel.config.settings import read_environment, read_settings, variable_of
from zigwheel.config.words import quote, wrong_type
from zigwheel.errors import ConfigError, StorageError, raise_all

TOOL = "tool.zigwheel"


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A project's folder and its pyproject.toml, as written."""

    root: Path
    """Folder that holds pyproject.toml."""
    table: Mapping[str, Any]
    """All of pyproject.toml."""
    tool: Mapping[str, Any]
    """`[tool.zigwheel]`; empty if it is not there."""
    source: str
    """The text of pyproject.toml."""


def read_project(root: Path) -> Project:
    """The project in the folder `root`.

    Raises `ConfigError` if there is no pyproject.toml, or it is not UTF-8 or not TOML, and
    `StorageError` if it cannot be read.
    """
    from zigwheel.config.toml import TomlError, parse

    source = read_text(root / "pyproject.toml")
    try:
        table = parse(source)
    except TomlError as error:
        lines = source.splitlines() or [""]
        shown = lines[min(error.line, len(lines)) - 1]
        raise ConfigError(
            f"pyproject.toml, line {error.line}, column {error.column}: {error.message}: "
            f"{quote(shown.strip())}"
        ) from None
    return Project(root=root, table=table, tool=tool_table(table), source=source)


def read_text(path: Path) -> str:
    """The text of pyproject.toml, with its line ends as they are."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            f"there is no pyproject.toml in `{path.parent}`",
            hint="zigwheel builds the project whose root it is run in",
        ) from None
    except OSError as error:
        raise StorageError(f"`{path}` cannot be read: {error.strerror}") from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise ConfigError(
            f"pyproject.toml, line {line}, column {column}: "
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            hint="TOML is UTF-8: save the file in this encoding",
        ) from None


def tool_table(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """`[tool.zigwheel]`."""
    tools = table.get("tool", {})
    if not isinstance(tools, dict):
        raise wrong_type("tool", tools, "a table")
    tool = tools.get("zigwheel", {})
    if not isinstance(tool, dict):
        raise wrong_type(TOOL, tool, "a table", f"write `[{TOOL}]`")
    return tool


def load_config(
    project: Project,
    *,
    conditions: Conditions | None,
    environ: Mapping[str, str],
    settings: Mapping[str, object] | None,
    warn: Callable[[str], None],
) -> Config:
    """The settings of `project` for one target.

    Later ones win: pyproject.toml, its overrides, `ZIGWHEEL_*` in `environ`, `-C` in `settings`
    (PEP 517's `config_settings`). Without `conditions` the overrides are checked and none is
    applied: so `target` and `python`, which they may not set, are learnt before there is a target.
    `warn` is told of variables that look like options and are none. Raises `ConfigError`, or an
    `ErrorCollection` of them.
    """
    raise_all(too_old(project.tool.get("minimum-version")))
    errors: Errors = []
    tables = {name: value for name, value in project.tool.items() if name != "overrides"}
    below = read_record(Config, tables, TOOL, errors, beside=("overrides",))
    names = names_of(below, errors)
    overrides = read_overrides(project.tool.get("overrides", []), names, errors)
    outside = (
        (read_environment(environ, errors, warn), variable_of),
        (read_settings(settings or {}, errors), "-C {}".format),
    )
    inside = ((below, TOOL), *((override.body, override.place) for override in overrides))
    toml = ((part, f"{place}.{{}}".format) for part, place in inside)
    for part, place in (*toml, *outside):
        errors += link_errors(part, names, place)
    part = below
    if conditions is not None and not errors:
        part = with_overrides(below, overrides, conditions)
    for layer, _ in outside:
        part = merged(part, layer)
    errors += too_old(part.get("minimum-version"))
    applied = conditions is not None or not overrides
    errors += part_errors(part, names, final=applied and not errors)
    raise_all(errors)
    config: Config = built(Config, part)
    return config
