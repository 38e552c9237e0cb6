"""What a component asks of the linker that only the linker for Linux hears."""

from __future__ import annotations

from collections.abc import Iterator

from zigwheel.errors import PlanError
from zigwheel.plan.flags import LinkOptions

NO_LTO = {
    "macos": "Zig's linker for macOS has no `lto`",
    "windows": "Zig's C library for Windows cannot be linked with `lto`",
}
"""Why, by operating system."""


def elf_errors(options: LinkOptions, os: str, *, lto: bool, place: str) -> Iterator[PlanError]:
    """The errors for what would not be heard on `os`; `place` is the component's TOML path."""
    for option in options.options:
        yield PlanError(
            f"`{place}.extra-link-args`: `-z {option}` is of ELF files alone", hint=elsewhere(os)
        )
    if lto:
        yield PlanError(
            f"`{place}`: {NO_LTO[os]}",
            hint=f'set `lto = false` under `[[tool.zigwheel.overrides]]` with `if.os = "{os}"`',
        )


def elsewhere(os: str) -> str:
    """The next step with an option that other systems than `os` hear."""
    return f'put it under `[[tool.zigwheel.overrides]]` with `if.os = "!{os}"`'
