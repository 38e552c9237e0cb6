"""What is spelt in another way for macOS' linker, and what it has alone."""

from __future__ import annotations

from dataclasses import replace

from zigwheel.errors import PlanError
from zigwheel.plan.flags import LinkOptions


def macos_options(options: LinkOptions) -> LinkOptions:
    """Link options with run paths in the words of macOS' loader for the file's own folder."""
    paths = (path.replace("$ORIGIN", "@loader_path") for path in options.rpaths)
    return replace(options, rpaths=tuple(paths))


def no_frameworks(options: LinkOptions, os: str, *, place: str) -> PlanError:
    """The error for frameworks where there are none."""
    return PlanError(
        f"`{place}.extra-link-args` asks for the framework {options.frameworks[0]}, but there are "
        f"none on {os}",
        hint='ask for it under `[[tool.zigwheel.overrides]]` with `if.os = "macos"`',
    )
