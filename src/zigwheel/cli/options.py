"""Options that several commands share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from zigwheel.errors import ConfigError
from zigwheel.setup import Setup, set_up

if TYPE_CHECKING:
    from zigwheel.matrix.schedule import Limits
    from zigwheel.target.model import Host

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


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


def add_limits(parser: argparse._ActionsContainer) -> None:
    """How much goes on at the same time."""
    parser.add_argument(
        "-j", "--jobs", type=int, default=0, metavar="N", help="default: one for each processor"
    )
    parser.add_argument(
        "--memory",
        default="",
        metavar="SIZE",
        help="most that all builds together may need, such as 4G (default: 80 %% of what is free)",
    )


def limits_of(arguments: argparse.Namespace) -> Limits:
    """What `--jobs` and `--memory` say. Raises `ConfigError`."""
    from zigwheel.matrix.schedule import Limits
    from zigwheel.target.system import cores, free_memory

    return Limits(
        jobs=arguments.jobs or cores(),
        memory=size_of(arguments.memory, "--memory") or free_memory() * 4 // 5,
    )


def size_of(text: str, option: str) -> int:
    """Bytes from `4G`, `512M`, `4GiB`; empty gives 0. Raises `ConfigError` that names the option."""
    if not text:
        return 0
    found = re.fullmatch(r"(\d{1,15})([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE)
    if not found or not int(found[1]):
        raise ConfigError(f"{option} {text!r} is no size", hint="write it as 4G or 512M")
    return int(found[1]) * UNITS[found[2].upper()]


def add_signing(parser: argparse._ActionsContainer) -> None:
    """Who says what a statement says."""
    parser.add_argument(
        "--sign",
        type=Path,
        metavar="KEY",
        help="private key (PEM) to sign with; needs zigwheel[sign]",
    )
    parser.add_argument(
        "--builder",
        default="",
        metavar="URI",
        help="who builds, for the statement (default: the workflow, on GitHub and GitLab)",
    )


def add_builders(parser: argparse._ActionsContainer, independent: str) -> None:
    """What says by whom wheels were made, and how many these have to be."""
    add_keys(parser)
    parser.add_argument(
        "--statement",
        dest="statements",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a builder's statement, or a folder of these; may be repeated",
    )
    parser.add_argument("--independent", type=int, default=2, metavar="N", help=independent)


def add_keys(parser: argparse._ActionsContainer) -> None:
    """Whose signature counts."""
    parser.add_argument(
        "--key",
        dest="keys",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="public key (PEM) of a builder; each recipe has to be signed with one of them",
    )


def builder_of(arguments: argparse.Namespace, environ: Mapping[str, str]) -> str:
    """Who builds, as a URI: as the command line says, or the workflow that runs; else empty."""
    if arguments.builder:
        return str(arguments.builder)
    server, workflow = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_WORKFLOW_REF")
    if server and workflow:
        return f"{server}/{workflow}"
    project = environ.get("CI_PROJECT_URL")
    return f"{project}//{environ.get('CI_CONFIG_PATH', '.gitlab-ci.yml')}" if project else ""
