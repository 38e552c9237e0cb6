"""What every hook starts from: the project, its config for one target, this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zigwheel.config.model import Config
from zigwheel.config.read import Project, load_config, read_project
from zigwheel.target.model import Host, Target
from zigwheel.target.stable import stable_abi

if TYPE_CHECKING:
    from zigwheel.config.conditions import Conditions
    from zigwheel.config.dynamic import BuildState
    from zigwheel.config.metadata import Metadata


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """Frozen before the first stage; a stage that needs more takes it as an argument."""

    project: Project
    """The project's folder and its `pyproject.toml`."""
    config: Config
    """`[tool.zigwheel]` for `target`."""
    target: Target | None
    """What to build for; None where nothing is compiled, so that no target matters."""
    host: Host
    """This machine."""
    settings: Mapping[str, Any]
    """PEP 517's `config_settings`."""
    environ: Mapping[str, str]
    """The environment, as the front end gave it."""

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.project.root

    @property
    def cache(self) -> Path:
        """zigwheel's cache folder. Raises `StorageError` where no setting and no home names one."""
        from zigwheel.target.host import cache_root

        if self.config.cache_dir:
            return self.root / self.config.cache_dir
        return cache_root(self.environ, self.host.os)

    @property
    def compiles(self) -> bool:
        """Whether there is anything to compile."""
        return compiles(self.config)


def compiles(config: Config) -> bool:
    """Whether a config names anything to compile."""
    return bool(config.extension or config.library or config.executable)


def say(text: str) -> None:
    """Progress and warnings go to standard error; results never do."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def warn(text: str) -> None:
    """Say what may not be what the user meant."""
    say(f"zigwheel: warning: {text}")


def set_up(
    root: Path, settings: Mapping[str, Any], environ: Mapping[str, str], host: Host
) -> Setup:
    """Read the config twice: first to learn the target, then with the overrides for that target.

    Raises `ConfigError` and `TargetError`.
    """
    project = read_project(root)
    config = load_config(project, conditions=None, environ=environ, settings=settings, warn=warn)
    overridden = "overrides" in project.tool
    target = None
    if overridden or compiles(config):
        target = target_of(config, environ, host)
    if target is not None and overridden:
        conditions = conditions_of(config, target, environ)
        config = load_config(
            project,
            conditions=conditions,
            environ=environ,
            settings=settings,
            warn=lambda text: None,
        )
    return Setup(
        project=project,
        config=config,
        target=target,
        host=host,
        settings=settings,
        environ=environ,
    )


def target_of(config: Config, environ: Mapping[str, str], host: Host) -> Target:
    """The target that the config names, or this machine."""
    from zigwheel.target.parse import resolve_target

    return resolve_target(
        config.target,
        config.python,
        host=host,
        manylinux=config.manylinux,
        musllinux=config.musllinux,
        environ=environ,
    )


def conditions_of(config: Config, target: Target, environ: Mapping[str, str]) -> Conditions:
    """What `if.*` of an override is held against."""
    from zigwheel.config.conditions import Conditions

    stable = stable_abi(target.python, config.py_api)
    return Conditions(
        os=target.triple.os,
        arch=target.triple.arch,
        libc=target.triple.libc,
        python=target.python.version,
        abi=stable.name if stable else target.python.abi,
        environ=environ,
    )


def metadata_of(setup: Setup, *, build_state: BuildState = "wheel") -> Metadata:
    """Core metadata of the project, for what is built. Raises `MetadataError`."""
    from zigwheel.config.metadata import load_metadata

    return load_metadata(
        setup.root,
        setup.project.table,
        setup.config.version,
        environ=setup.environ,
        build_state=build_state,
    )


def requires_for_sdist(setup: Setup) -> list[str]:
    """Requirements of a dynamic version; nothing else is needed for an sdist."""
    from zigwheel.config.metadata import requires_for_metadata

    return list(
        requires_for_metadata(
            setup.project.table, setup.config.version, root=setup.root, environ=setup.environ
        )
    )


def requires_for_wheel(setup: Setup) -> list[str]:
    """As for an sdist, and Zig where something is compiled and no Zig is here already."""
    from zigwheel.zig.toolchain import REQUIREMENT, find_zig

    requires = requires_for_sdist(setup)
    if (
        setup.compiles
        and find_zig(cache=setup.cache, environ=setup.environ, host=setup.host) is None
    ):
        requires.append(REQUIREMENT)
    return requires
