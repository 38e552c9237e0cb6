"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from zigwheel.errors import ConfigError
from zigwheel.setup import Setup, set_up

if TYPE_CHECKING:
    from zigwheel.target.model import Host

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_project(parser: argparse.ArgumentParser) -> None:
    """The project, and settings for it."""
    parser.add_argument(
        "project",
        nargs="?",
        default=".",
        type=Path,
        help="folder with the pyproject.toml (default: .)",
    )
    parser.add_argument(
        "-C",
        "--config-setting",
        dest="settings",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="an option of [tool.zigwheel], as a front end passes it; may be repeated",
    )


def settings_of(pairs: list[str]) -> dict[str, str | list[str]]:
    """`KEY=VALUE` words as PEP 517 config settings: a repeated key collects its values."""
    settings: dict[str, str | list[str]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"-C {pair!r} has no `=`", hint="write -C KEY=VALUE")
        known = settings.get(key)
        if known is None:
            settings[key] = value
        else:
            settings[key] = [*([known] if isinstance(known, str) else known), value]
    return settings


def setup_of(arguments: argparse.Namespace, **extra: str) -> Setup:
    """The project that the arguments name, with the settings that they give."""
    import os

    from zigwheel.target.host import describe_host

    settings = settings_of(arguments.settings)
    settings.update({key: value for key, value in extra.items() if value})
    return set_up(arguments.project.resolve(), settings, dict(os.environ), describe_host())


def cache_folder(environ: Mapping[str, str], host: Host) -> Path:
    """zigwheel's cache folder where no project names one. Raises `StorageError` without a home."""
    from zigwheel.target.host import cache_root

    return Path(environ.get("ZIGWHEEL_CACHE_DIR") or cache_root(environ, host.os))
