"""What a linker for macOS has no word for, what is spelt in another way there, and what it has alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from zigwheel.errors import PlanError
from zigwheel.plan.flags import LinkOptions

ELSEWHERE = 'put it under `[[tool.zigwheel.overrides]]` with `if.os = "!macos"`'


def macos_options(options: LinkOptions) -> LinkOptions:
    """Link options with run paths in the words of macOS' loader for the file's own folder."""
    paths = (path.replace("$ORIGIN", "@loader_path") for path in options.rpaths)
    return replace(options, rpaths=tuple(paths))


def macos_errors(options: LinkOptions, *, lto: bool, place: str) -> Iterator[PlanError]:
    """The errors for what would not be heard on macOS; `place` is the component's TOML path."""
    for option in options.options:
        yield PlanError(
            f"`{place}.extra-link-args`: `-z {option}` is of ELF files alone", hint=ELSEWHERE
        )
    if lto:
        yield PlanError(
            f"`{place}`: Zig's linker for macOS has no `lto`",
            hint='set `lto = false` under `[[tool.zigwheel.overrides]]` with `if.os = "macos"`',
        )


def no_frameworks(options: LinkOptions, os: str, *, place: str) -> PlanError:
    """The error for frameworks where there are none."""
    return PlanError(
        f"`{place}.extra-link-args` asks for the framework {options.frameworks[0]}, but there are "
        f"none on {os}",
        hint='ask for it under `[[tool.zigwheel.overrides]]` with `if.os = "macos"`',
    )
