"""What delocate asks Apple's `otool` for, answered by LIEF, so that delocate judges on any machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import lief


def answer(words: Sequence[str]) -> str:
    """What `otool -arch all -m (-L | -D | -l) FILE` prints, as far as delocate reads it."""
    *options, file = words
    found = lief.MachO.parse(file)
    if found is None:
        return f"{file}: is not an object file\n"
    lines = [line for binary in found for line in told(binary, file, options)]
    return "".join(f"{line}\n" for line in lines)


def told(binary: lief.MachO.Binary, file: str, options: Sequence[str]) -> Iterator[str]:
    """The lines about one architecture."""
    arch = {"X86_64": "x86_64", "ARM64": "arm64"}[binary.header.cpu_type.name]
    yield f"{file} (architecture {arch}):"
    identity = [c.name for c in binary.commands if c.command.name == "ID_DYLIB"]
    if "-D" in options:
        yield from identity
    elif "-L" in options:
        loaded = [c.name for c in binary.libraries if c.command.name != "ID_DYLIB"]
        for name in [*identity, *loaded]:
            yield f"\t{name} (compatibility version 1.0.0, current version 1.0.0)"
    else:
        for path in binary.rpaths:
            yield f"     cmd LC_RPATH\n cmdsize 0\n    path {path.path} (offset 12)"
