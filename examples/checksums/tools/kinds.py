"""Makes C and Python of a list of checksums: `kinds.py FOLDER LIST TEMPLATE`."""

from __future__ import annotations

import sys
from pathlib import Path


def table(polynomial: int) -> list[int]:
    """The checksum of every byte."""
    values = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        values.append(value)
    return values


def main(folder: Path, listing: Path, template: Path) -> None:
    """Write the files."""
    lines = [line.split() for line in listing.read_text(encoding="utf-8").splitlines()]
    kinds = {words[0]: int(words[1], 16) for words in lines if words and words[0] != "#"}
    text = template.read_text(encoding="utf-8")
    source, header, listed = (
        '#include "kinds.h"\n',
        "#include <stddef.h>\n#include <stdint.h>\n\n",
        "",
    )
    for name, polynomial in kinds.items():
        numbers = ", ".join(f"0x{value:08x}u" for value in table(polynomial))
        source += text.replace("@NAME@", name).replace("@TABLE@", numbers)
        header += f"uint32_t {name}(const unsigned char *data, size_t size);\n"
        listed += f'    {{"{name}", {name}}}, \\\n'
    header += f"\n#define ALL_KINDS \\\n{listed}    {{NULL, NULL}}\n"
    target = folder / "src" / "checksums"
    (target / "kinds.c").write_text(source, encoding="utf-8", newline="\n")
    (target / "kinds.h").write_text(header, encoding="utf-8", newline="\n")
    names = f'"""The names of all checksums."""\n\nNAMES = {tuple(kinds)!r}\n'
    (target / "names.py").write_text(names, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
