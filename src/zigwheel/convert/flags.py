"""Flags for gcc, clang and MSVC, as options of `[tool.zigwheel]`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DROPPED = re.compile(
    r"-(?:O(?:\d|s|fast|g|z)?|g(?:\d|gdb\d?|dwarf.*|line-tables-only|split-dwarf)?|W(?!l,|a,|p,).*|w|pedantic.*|pipe|ansi"
    r"|f(?:PIC|pic|PIE|pie|visibility=.*|visibility-inlines-hidden|wrapv|diagnostics-.*|color-diagnostics"
    r"|message-length=.*|lto(?:=.*)?|no-lto|stack-protector.*|stack-clash-protection|cf-protection.*"
    r"|ident|no-ident|max-errors=.*|macro-prefix-map=.*|file-prefix-map=.*|debug-prefix-map=.*"
    r"|unwind-tables|asynchronous-unwind-tables|exceptions|no-semantic-interposition|use-linker-plugin)"
    r"|pthread|stdlib=.*|mmacosx-version-min=.*|m(?:tune|arch|cpu)=native|shared|static-lib.*|s)"
)
"""Flags that zigwheel decides, or that only change what a compiler says."""

MSVC = re.compile(r"/(?![A-Za-z0-9_.]+/).*")
"""An option of MSVC, and not an absolute path."""

MSVC_STANDARD = re.compile(r"[/-]std:(c\+\+|c)(\w+)")
MSVC_MACRO = re.compile(r"/([DU])\s*(\w+)(?:=(.*))?")
STANDARD = re.compile(r"--?std=((?:c|gnu|iso9899:)(\+\+)?\w+)")

NOTED = {
    "-fopenmp": "OpenMP has no runtime in Zig: the code has to do without, or with threads",
    "-march=native": "a wheel runs on other machines",
    "-mcpu=native": "a wheel runs on other machines",
    "-ffast-math": "",
}
"""Flags whose loss may change what the code does, and what to know about it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Flags:
    """What flags of one file come to."""

    args: tuple[str, ...] = ()
    """Kept as they are."""
    c_standard: str = ""
    """`-std` for C."""
    cxx_standard: str = ""
    """`-std` for C++."""
    macros: tuple[tuple[str, str | None], ...] = ()
    """`-D`."""
    undef_macros: tuple[str, ...] = ()
    """`-U`."""
    include_dirs: tuple[str, ...] = ()
    """`-I`."""
    libraries: tuple[str, ...] = ()
    """`-l`, misplaced."""
    dropped: tuple[str, ...] = ()
    """What is left out because zigwheel decides it or MSVC alone knows it."""
    lost: tuple[str, ...] = ()
    """What is left out although it may have meant something."""


def translated(args: Sequence[str]) -> Flags:
    """Sort the flags of one file."""
    found: dict[str, list[object]] = {name: [] for name in Flags.__dataclass_fields__}
    standards = {"c": "", "c++": ""}
    for arg in joined(args):
        if match := STANDARD.fullmatch(arg):
            standards["c++" if match[2] else "c"] = match[1]
        elif match := MSVC_STANDARD.fullmatch(arg):
            if match[2] != "latest":
                standards[match[1]] = match[1] + match[2]
        elif match := MSVC_MACRO.fullmatch(arg):
            if match[1] == "D":
                found["macros"].append((match[2], match[3]))
            else:
                found["undef_macros"].append(match[2])
        elif arg.startswith("-D"):
            name, equals, text = arg[2:].partition("=")
            found["macros"].append((name, text if equals else None))
        elif arg.startswith("-U"):
            found["undef_macros"].append(arg[2:])
        elif arg.startswith("-I"):
            found["include_dirs"].append(arg[2:])
        elif arg.startswith("-isystem "):
            found["include_dirs"].append(arg.partition(" ")[2])
        elif arg.startswith("-l"):
            found["libraries"].append(arg[2:])
        elif arg in NOTED and NOTED[arg]:
            found["lost"].append(arg)
        elif DROPPED.fullmatch(arg) or MSVC.fullmatch(arg) or arg.startswith(("-Wl,", "-L")):
            found["dropped"].append(arg)
        elif arg.startswith("-"):
            found["args"].append(arg)
        else:
            found["lost"].append(arg)
    values = {name: tuple(dict.fromkeys(items)) for name, items in found.items()}
    values |= {"c_standard": standards["c"], "cxx_standard": standards["c++"]}  # type: ignore[dict-item]
    return Flags(**values)  # type: ignore[arg-type]


def joined(args: Iterable[str]) -> list[str]:
    """Flags with the word that belongs to them: `-I`, `FOLDER` become one."""
    found: list[str] = []
    words = iter(args)
    for word in words:
        if word in ("-I", "-D", "-U", "-l"):
            found.append(word + next(words, ""))
        elif word == "-isystem":
            found.append(f"-isystem {next(words, '')}")
        elif word in ("-arch", "-isysroot", "-Xpreprocessor"):
            next(words, "")
        elif word:
            found.append(word)
    return found
