"""The environment that wheels are built in: what `[build-system]` and the hooks require (PEP 518, 517)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zigwheel.environments import installing, python_of
from zigwheel.errors import ConfigError, MatrixError

BACKEND = "zigwheel.build"

SECONDS = 1200
"""How long the installation of requirements may take."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """An interpreter, and the variables that a build sees."""

    python: str
    """The interpreter."""
    environ: Mapping[str, str]
    """Variables."""


def build_requires(table: Mapping[str, Any]) -> list[str]:
    """`[build-system]`'s requirements beside zigwheel, which is the one that runs.

    Raises `ConfigError` where another backend builds the project, or it asks for another zigwheel.
    """
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    from zigwheel import __version__

    system = table.get("build-system", {})
    backend = system.get("build-backend", "setuptools.build_meta:__legacy__")
    if backend != BACKEND:
        raise ConfigError(
            f"`build-system.build-backend` is {backend!r}, and `zigwheel wheels` builds with {BACKEND!r}",
            hint="`zigwheel convert` writes `[tool.zigwheel]` for a project that setuptools builds",
        )
    others = []
    for text in system.get("requires", ()):
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            raise ConfigError(f"`build-system.requires`: {text!r}: {error}") from error
        if canonicalize_name(requirement.name) != "zigwheel":
            others.append(text)
        elif not requirement.specifier.contains(__version__, prereleases=True):
            raise ConfigError(
                f"`build-system.requires` has {text!r}, and this is zigwheel {__version__}",
                hint=f"install it: pip install {text!r}",
            )
    return others


def own_requires() -> list[str]:
    """What zigwheel itself requires. Raises `MatrixError` where it is not installed."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        found = requires("zigwheel") or []
    except PackageNotFoundError as error:
        raise MatrixError(
            "zigwheel is run from a folder, and what it requires is not known",
            hint="install it, or build in this environment with --no-isolation",
        ) from error
    return [text for text in found if "extra ==" not in text]


def here(environ: Mapping[str, str]) -> Environment:
    """The environment that this process runs in."""
    return Environment(python=sys.executable, environ=environ)


def made(folder: Path, environ: Mapping[str, str]) -> Environment:
    """A new virtual environment in `folder`, with what zigwheel requires."""
    found = bare(folder, environ)
    install(found, own_requires(), environ)
    return found


def bare(folder: Path, environ: Mapping[str, str]) -> Environment:
    """A new virtual environment in `folder`, with nothing in it. Raises `MatrixError`."""
    run(
        [sys.executable, "-m", "venv", "--without-pip", str(folder)], environ, "make an environment"
    )
    return environment_in(folder, environ)


def environment_in(folder: Path, environ: Mapping[str, str]) -> Environment:
    """The virtual environment that is in `folder`."""
    python = python_of(folder)
    kept = {k: v for k, v in environ.items() if not k.startswith("PYTHON")}
    path = os.pathsep.join([str(python.parent), kept.get("PATH", "")])
    return Environment(
        python=str(python), environ={**kept, "PATH": path, "VIRTUAL_ENV": str(folder)}
    )


def install(environment: Environment, requires: Iterable[str], environ: Mapping[str, str]) -> None:
    """Install requirements, by uv if that is at hand, else by pip. Raises `MatrixError`."""
    wanted = list(requires)
    if not wanted:
        return
    uv = shutil.which("uv", path=environ.get("PATH")) or ""
    words = installing(wanted, Path(environment.python), uv=uv, pip=sys.executable)
    variables = {k: v for k, v in environ.items() if k != "PIP_REQUIRE_VIRTUALENV"}
    run(words, variables, "install the requirements of the build")


def run(words: Sequence[str], environ: Mapping[str, str], doing: str) -> None:
    """Run a program that has to succeed. Raises `MatrixError` with what it said."""
    try:
        done = subprocess.run(
            words, env=dict(environ), stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MatrixError(f"could not {doing}: {error}") from error
    if done.returncode:
        said = (done.stderr + done.stdout).decode("utf-8", "replace").strip()
        raise MatrixError(f"could not {doing}: `{' '.join(words)}` says\n{said[-4000:]}")
