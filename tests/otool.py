"""What delocate asks Apple's `otool` for, answered by LIEF, so that delocate judges on any machine."""

from __future__ import annotations

import sys

import lief


def main(words: list[str]) -> int:
    """Answer `otool -arch all -m (-L | -D | -l) FILE`."""
    *options, file = words
    found = lief.MachO.parse(file)
    if found is None:
        print(f"{file}: is not an object file")
        return 0
    for binary in found:
        arch = {"X86_64": "x86_64", "ARM64": "arm64"}[binary.header.cpu_type.name]
        print(f"{file} (architecture {arch}):")
        identity = [c.name for c in binary.commands if c.command.name == "ID_DYLIB"]
        if "-D" in options:
            print(*identity, sep="\n", end="\n" if identity else "")
        elif "-L" in options:
            loaded = [c.name for c in binary.libraries if c.command.name != "ID_DYLIB"]
            names = [*identity, *loaded]
            for name in names:
                print(f"\t{name} (compatibility version 1.0.0, current version 1.0.0)")
        else:
            for path in binary.rpaths:
                print(f"     cmd LC_RPATH\n cmdsize 0\n    path {path.path} (offset 12)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
