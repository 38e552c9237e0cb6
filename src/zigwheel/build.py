"""The hooks of PEP 517 and PEP 660; a front end calls them in the project's folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from zigwheel.errors import ZigwheelError

Settings = Mapping[str, Any]
Result = TypeVar("Result")

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]


def told(action: Callable[[], Result]) -> Result:
    """Run `action`; a user's mistake is shown without the frames that lead to it."""
    try:
        return action()
    except ZigwheelError as error:
        raise error.with_traceback(None) from None


def setup(config_settings: Settings | None) -> Any:
    """What all hooks start from; the one place where a hook reads the environment."""
    from zigwheel.setup import set_up
    from zigwheel.target.host import describe_host

    return set_up(Path.cwd(), config_settings or {}, dict(os.environ), describe_host())


def get_requires_for_build_wheel(config_settings: Settings | None = None) -> list[str]:
    """What has to be installed before `build_wheel`: Zig and headers, where a build lacks them."""
    from zigwheel.setup import requires_for_wheel

    return told(lambda: requires_for_wheel(setup(config_settings)))


def get_requires_for_build_sdist(config_settings: Settings | None = None) -> list[str]:
    """What has to be installed before `build_sdist`: what a dynamic version needs."""
    from zigwheel.setup import requires_for_sdist

    return told(lambda: requires_for_sdist(setup(config_settings)))


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: Settings | None = None
) -> str:
    """Write the dist-info folder into `metadata_directory` without compiling; returns its name."""
    from zigwheel.pipeline import prepare_metadata

    return told(lambda: prepare_metadata(setup(config_settings), Path(metadata_directory)))


def build_wheel(
    wheel_directory: str,
    config_settings: Settings | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Build a wheel into `wheel_directory`, or take it from the cache; returns its file name."""
    return told(lambda: reuse_or_build(Path(wheel_directory), config_settings or {}))


def reuse_or_build(folder: Path, settings: Settings) -> str:
    """Where nothing has changed since the last build, its wheel is taken; what is slow is not loaded."""
    from zigwheel.reuse import place, reused, wanted
    from zigwheel.target.host import describe_host

    environ, root = dict(os.environ), Path.cwd()
    keep = place(root, settings, environ, describe_host()) if wanted(settings, environ) else None
    name = reused(keep, root, folder) if keep else ""
    if name:
        return name
    from zigwheel.pipeline import build_wheel

    return build_wheel(setup(settings), folder, keep=keep).name


def build_editable(
    wheel_directory: str,
    config_settings: Settings | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Build a wheel that points into the project (PEP 660); returns its file name."""
    from zigwheel.pipeline import build_editable

    return told(lambda: build_editable(setup(config_settings), Path(wheel_directory)).name)


def build_sdist(sdist_directory: str, config_settings: Settings | None = None) -> str:
    """Build a source distribution into `sdist_directory`; returns its file name."""
    from zigwheel.pipeline import build_sdist

    return told(lambda: build_sdist(setup(config_settings), Path(sdist_directory)).name)


get_requires_for_build_editable = get_requires_for_build_wheel
prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel
