"""Hold a linked file against what its wheel's tag will promise."""

from __future__ import annotations

import re

from zigwheel.audit.elf import Elf
from zigwheel.errors import AuditError
from zigwheel.target.triple import Triple

C_LIBRARY = re.compile(
    r"(?:lib(?:c|m|pthread|dl|rt|util|resolv|nsl|anl|BrokenLocale|thread_db)\.so\.\d+"
    r"|ld(?:-linux|64|-musl)?[\w-]*\.so\.\d+|libc\.so|libc\.musl-\w+\.so\.\d+)"
)
"""Libraries that PEP 600 (with auditwheel's policies) and PEP 656 let a wheel expect."""

PYTHON = re.compile(r"_?Py[A-Z_]\w*")
"""What the interpreter that loads the module brings."""


def foreign_libraries(elf: Elf) -> tuple[str, ...]:
    """Libraries that no manylinux or musllinux system is bound to have."""
    return tuple(name for name in elf.needed if not C_LIBRARY.fullmatch(name))


def unresolved(elf: Elf) -> tuple[str, ...]:
    """Symbols that nothing will define when the module is loaded.

    With glibc every symbol that one of its libraries brings carries a version; so a strong one
    without, that is not Python's, is a source or a library that was forgotten. The linker cannot
    say so itself: Python's own symbols are open, too. Empty where another library is loaded, which
    may bring symbols without versions.
    """
    if foreign_libraries(elf):
        return ()
    return tuple(
        s.name
        for s in elf.undefined
        if s.name and not s.weak and not s.version and not PYTHON.fullmatch(s.name)
    )


def check_unresolved(name: str, elf: Elf, triple: Triple) -> AuditError | None:
    """The error for symbols that stay open; musl has no versions to tell them by."""
    if triple.libc != "gnu" or triple.os != "linux":
        return None
    missing = unresolved(elf)
    if not missing:
        return None
    shown = ", ".join(missing[:8]) + (", ..." if len(missing) > 8 else "")
    return AuditError(
        f"`{name}` uses {shown}, which no source defines and no library brings",
        hint="is a file missing in `sources`, or a name in `link` or `libraries`?",
    )


def check_floor(name: str, elf: Elf, triple: Triple) -> AuditError | None:
    """The error for a symbol that is newer than the glibc that the tag promises."""
    if triple.libc != "gnu" or triple.os != "linux" or triple.floor is None:
        return None
    for symbol in elf.undefined:
        match = re.fullmatch(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?", symbol.version)
        if match and (int(match[1]), int(match[2])) > triple.floor:
            floor = ".".join(str(part) for part in triple.floor)
            return AuditError(
                f"`{name}` uses {symbol.name} of {symbol.version}, newer than the promised glibc {floor}",
                hint=f'set `manylinux = "{match[1]}_{match[2]}"`, or do without {symbol.name}',
            )
    return None


def check_init(name: str, elf: Elf) -> AuditError | None:
    """The error for an extension module that cannot be imported: nothing in it is its init function."""
    stem = name.rpartition(".")[2]
    mark, tail = (
        ("", stem) if stem.isascii() else ("U", stem.encode("punycode").decode().replace("-", "_"))
    )
    wanted = {f"PyInit{mark}_{tail}", f"PyModExport{mark}_{tail}"}
    if wanted & {symbol.name for symbol in elf.symbols if symbol.defined}:
        return None
    return AuditError(
        f"`{name}` does not export PyInit{mark}_{tail}, so Python could not import it",
        hint='define it with `PyMODINIT_FUNC`, in C++ within `extern "C"`; or is a source missing?',
    )
