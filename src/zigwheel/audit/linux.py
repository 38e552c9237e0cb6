"""An ELF file against what a Linux tag promises: PEP 600, PEP 656, and what loaders accept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zigwheel.audit.elf import Elf, Symbol
from zigwheel.audit.modules import PYTHON_LIBRARY, PYTHON_NAME
from zigwheel.audit.policy import (
    Platform,
    is_loader,
    manylinux,
    newest,
    private_symbols,
    system_libraries,
    version,
)
from zigwheel.audit.report import Finding, listed

C_LIBRARY = re.compile(
    r"(?:lib(?:c|m|pthread|dl|rt|util|resolv|nsl|anl|BrokenLocale|thread_db)\.so\.\d+"
    r"|libc\.so|libc\.musl-\w+\.so\.\d+)"
)
"""The libraries of glibc and of musl."""

MUSL = re.compile(r"libc\.so|libc\.musl-\w+\.so\.\d+|ld-musl-\w+\.so\.\d+")
GLIBC = re.compile(r"libc\.so\.\d+(?:\.\d+)?|ld-linux[\w.-]*|ld64\.so\.\d+")


def check_elf(
    path: str, elf: Elf, system: Platform, own: frozenset[str], *, linked: bool
) -> Iterator[Finding]:
    """All that a Linux tag promises. `own` are the names of the wheel's files, in small letters.

    `linked` says that zigwheel linked the file, so that it knows where every symbol comes from.
    """
    other = other_libc(elf, system)
    if other:
        yield Finding(
            code="libc",
            place=path,
            message=f"needs `{other}`, but `{system.tag}` promises another C library",
            hint="build it for the tag's C library",
        )
    elif system.libc:
        yield from check_libraries(path, elf, system, own)
        yield from check_versions(path, elf, system, own)
        yield from check_private(path, elf, system, own)
    yield from check_unresolved(path, elf, system, linked=linked)
    yield from check_loading(path, elf)


def other_libc(elf: Elf, system: Platform) -> str:
    """A library of another C library than the tag's."""
    wrong = {"gnu": MUSL, "musl": GLIBC}.get(system.libc)
    return next((name for name in elf.needed if wrong and wrong.fullmatch(name)), "")


def foreign_libraries(elf: Elf, system: Platform, own: frozenset[str]) -> list[str]:
    """Libraries that neither the wheel nor every system of the tag has."""
    known = system_libraries(system)
    return [
        name
        for name in elf.needed
        if not (name in known or is_loader(name) or name.lower() in own)
        and not PYTHON_LIBRARY.fullmatch(name)
    ]


def check_libraries(
    path: str, elf: Elf, system: Platform, own: frozenset[str]
) -> Iterator[Finding]:
    """Every library is there."""
    for name in foreign_libraries(elf, system, own):
        yield Finding(
            code="library",
            place=path,
            message=f"needs `{name}`, which is neither in the wheel nor on every `{system.tag}` system",
            hint="link it statically, as a `[[tool.zigwheel.library]]`",
        )


def check_versions(path: str, elf: Elf, system: Platform, own: frozenset[str]) -> Iterator[Finding]:
    """No symbol is newer than the tag allows; one finding for each version."""
    for wanted, library in elf.versions:
        if library.lower() in own or system.libc == "musl":
            continue
        name, _, number = wanted.rpartition("_")
        if not re.fullmatch(r"\d+(?:\.\d+)*", number):
            name, number = wanted.partition("_")[0], ""
        limit = newest(system, name.partition("_")[0])
        if limit is None or wanted in manylinux(system.floor or (0,))["words"]:
            continue
        if number and "_" not in name and version(number) <= limit:
            continue
        symbols = tuple(s.name for s in elf.symbols if s.version == wanted)
        what = f"{listed(symbols)} of {wanted}" if symbols else wanted
        floor = ".".join(str(part) for part in system.floor or ())
        promised = f"glibc {floor}" if name == "GLIBC" else f"{name} {'.'.join(map(str, limit))}"
        yield Finding(
            code="floor",
            place=path,
            message=f"uses {what}, newer than the promised {promised}",
            hint=raised(name, number, symbols),
            symbols=symbols,
        )


def raised(name: str, number: str, symbols: tuple[str, ...]) -> str:
    """The next step after a floor that is not kept."""
    without = f"do without {listed(symbols)}" if symbols else "do without it"
    parts = number.split(".")
    if name == "GLIBC" and len(parts) > 1:
        return f'set `manylinux = "{parts[0]}_{parts[1]}"`, or {without}'
    return f"promise a newer system, or {without}"


def check_private(path: str, elf: Elf, system: Platform, own: frozenset[str]) -> Iterator[Finding]:
    """No symbol is used that a library of the system keeps for itself, or has on some systems alone."""
    for library in elf.needed:
        private = private_symbols(library, system.floor or (0,))
        if not private or library.lower() in own:
            continue
        found = tuple(s.name for s in elf.undefined if s.name in private and not s.weak)
        if found:
            yield Finding(
                code="private-symbol",
                place=path,
                message=f"uses {listed(found)}, which `{library}` has on some systems alone",
                hint="promise a newer glibc, or do without it",
                symbols=found,
            )


def unresolved(elf: Elf, system: Platform) -> tuple[Symbol, ...]:
    """Symbols that nothing will define when the file is loaded.

    With glibc every symbol that one of its libraries brings carries a version; so a strong one
    without, that is not Python's, is a source or a library that was forgotten. The linker cannot
    say so itself: Python's own symbols are open, too. Empty where another library is loaded, which
    may bring symbols without versions, and with musl, which has none.
    """
    musl = system.libc == "musl" or any(MUSL.fullmatch(name) for name in elf.needed)
    if musl or any(not C_LIBRARY.fullmatch(n) and not is_loader(n) for n in elf.needed):
        return ()
    return tuple(
        s
        for s in elf.undefined
        if s.name and not s.weak and not s.version and not PYTHON_NAME.fullmatch(s.name)
    )


def check_unresolved(path: str, elf: Elf, system: Platform, *, linked: bool) -> Iterator[Finding]:
    """Every symbol will be defined. Other linkers leave open what the interpreter happens to have."""
    missing = tuple(sorted(s.name for s in unresolved(elf, system)))
    if missing:
        yield Finding(
            code="unresolved" if linked else "open",
            place=path,
            message=f"uses {listed(missing)}, which no source defines and no library brings",
            hint="is a file missing in `sources`, or a name in `link` or `libraries`? "
            "or is it of a newer glibc than the target's?",
            symbols=missing,
        )


def check_loading(path: str, elf: Elf) -> Iterator[Finding]:
    """The loader of a hardened system takes it."""
    if not elf.dynamic:
        return
    if elf.exec_stack:
        yield Finding(
            code="exec-stack",
            place=path,
            message="asks for a stack from which code can run",
            hint="an assembly source without `.section .note.GNU-stack`, or a nested function?",
        )
    if elf.textrel:
        yield Finding(
            code="textrel",
            place=path,
            message="has relocations in its code",
            hint="an assembly source that is not position independent?",
        )
    if elf.writable_code:
        yield Finding(
            code="writable-code", place=path, message="has a segment that can be written and run"
        )
    if not elf.relro:
        yield Finding(
            code="relro",
            place=path,
            message="stays writable where the loader has relocated it",
            hint="leave `-z norelro` out of `extra-link-args`",
        )


def needs(elf: Elf) -> tuple[str, ...]:
    """The newest version of each symbol set that a file asks for."""
    found: dict[str, tuple[tuple[int, ...], str]] = {}
    for wanted, _ in elf.versions:
        match = re.fullmatch(r"([A-Z]+)_(\d+(?:\.\d+)*)", wanted)
        if match:
            found[match[1]] = max(found.get(match[1], ((), "")), (version(match[2]), wanted))
    return tuple(text for _, (_, text) in sorted(found.items()))
