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
    r"|pthread|stdlib=.*|mmacosx-version-min=.*|m(?:tune|arch|cpu)=native|shared|static-lib.*|s|c|M[DMPG]*)"
)
"""Flags that zigwheel decides, or that only change what a compiler says."""

MSVC = re.compile(r"/(?![A-Za-z0-9_.]+/).*")
"""An option of MSVC, and not an absolute path."""

MSVC_STANDARD = re.compile(r"[/-]std:(c\+\+|c)(\w+)")
MACRO = re.compile(r"[-/]D\s*(\w+(?:\([^()]*\))?)(?:=(.*))?", re.DOTALL)
STANDARD = re.compile(r"--?std=((?:c|gnu|iso9899:)(\+\+)?\w+)")

NOTED = {
    "-fopenmp": "OpenMP has no runtime in Zig: the code has to do without, or with threads",
    "-march=native": "a wheel runs on other machines",
    "-mcpu=native": "a wheel runs on other machines",
}
"""Flags whose loss may change what the code does, and what to know about it."""

WORDS = {
    "-U": "undef_macros",
    "/U": "undef_macros",
    "-isystem ": "include_dirs",
    "-I": "include_dirs",
    "-l": "libraries",
}
"""How a flag starts that has a value, and the field of `Flags` that takes this value."""

FATES = ("args", "dropped", "lost")
"""The fields for other flags."""


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
    found: dict[str, list[str]] = {name: [] for name in (*WORDS.values(), *FATES)}
    macros: list[tuple[str, str | None]] = []
    standards = {"c": "", "c++": ""}
    for arg in joined(args):
        if match := STANDARD.fullmatch(arg):
            standards["c++" if match[2] else "c"] = match[1]
        elif match := MSVC_STANDARD.fullmatch(arg):
            standards[match[1]] = "" if match[2] == "latest" else match[1] + match[2]
        elif match := MACRO.fullmatch(arg):
            macros.append((match[1], match[2]))
        else:
            start = next((word for word in WORDS if arg.startswith(word)), "")
            name = WORDS[start] if start else fate(arg)
            found[name].append(arg.removeprefix(start).strip())
    values = {name: tuple(dict.fromkeys(items)) for name, items in found.items()}
    return Flags(
        c_standard=standards["c"],
        cxx_standard=standards["c++"],
        macros=tuple(dict.fromkeys(macros)),
        **values,
    )


def fate(arg: str) -> str:
    """The field for a flag without a value of its own."""
    if arg in NOTED:
        return "lost"
    if DROPPED.fullmatch(arg) or MSVC.fullmatch(arg) or arg.startswith(("-Wl,", "-L")):
        return "dropped"
    return "args" if arg.startswith("-") else "lost"


def joined(args: Iterable[str]) -> list[str]:
    """Flags with the word that belongs to them: `-I`, `FOLDER` become one."""
    found: list[str] = []
    words = iter(args)
    for word in words:
        if word in ("-I", "-D", "-U", "-l"):
            found.append(word + next(words, ""))
        elif word == "-isystem":
            found.append(f"-isystem {next(words, '')}")
        elif word in ("-arch", "-isysroot", "-Xpreprocessor", "-MF", "-MT", "-MQ", "-o"):
            next(words, "")
        elif word:
            found.append(word)
    return found
