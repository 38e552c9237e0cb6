"""What a linker for Windows has no word for, and what is spelt in another way there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from zigwheel.errors import PlanError
from zigwheel.plan.elf import elf_errors, elsewhere
from zigwheel.plan.flags import LinkOptions


def windows_options(options: LinkOptions) -> LinkOptions:
    """Link options with libraries in Windows' spelling.

    File names have no case there, so that people write `Ws2_32`; Zig's own libraries are in small
    letters. A library of the project's in `library-dirs` keeps its name.
    """
    if options.library_dirs:
        return options
    return replace(options, libraries=tuple(name.lower() for name in options.libraries))


def windows_errors(options: LinkOptions, *, lto: bool, place: str) -> Iterator[PlanError]:
    """The errors for what would not be heard on Windows; `place` is the component's TOML path."""
    for path in options.rpaths:
        yield PlanError(
            f"`{place}.extra-link-args`: Windows has no run paths, such as {path!r}",
            hint=f"{elsewhere('windows')}; there, `os.add_dll_directory` names a folder of DLLs",
        )
    yield from elf_errors(options, "windows", lto=lto, place=place)
