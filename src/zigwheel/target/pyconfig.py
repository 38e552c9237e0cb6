"""The text of a `pyconfig.h` for a target.

The public headers of one CPython minor version are the same on every platform but for this file, so
headers of any installed interpreter with this file in place of their own are the target's headers.

What is true of which target stands in `pyconfig_OS.json` beside this module, one file an operating
system. Each row is a macro, its value, and the conditions under which it is defined, all of which must hold:

- `arch`: the target's architecture is one of these.
- `gnu`, `musl`: the libc is one that is named here, and its floor is no older than this version.
  On macOS, `none` stands for macOS itself.
- `python`: CPython lies in this span of versions, ends included.
- `free-threaded`: only in builds without the GIL.
- `guard`: no condition; the definition stands in `#ifndef`, as in CPython's own file.

A libc without a version has no floor. `include` names headers that CPython's own file includes.

`scripts/pyconfig_facts.py` derives the facts from real interpreters and C libraries, and says which
macros are left out: those about other projects' libraries, and the choices of one build.
`scripts/pyconfig_macos.py` derives those for macOS from CPython's own `configure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SYSTEMS = ("linux", "macos", "windows")
"""Operating systems that there are facts about."""

LIBCS = ("gnu", "musl", "none")
"""Words of a row's conditions that a version of the C library, or of macOS, belongs to."""

FIRST_FREE_THREADED = (3, 13)
"""The first CPython that can be built without the GIL (PEP 703)."""


def render(
    *,
    arch: str,
    os: str,
    libc: str,
    libc_floor: tuple[int, int] | None,
    version: tuple[int, int],
    free_threaded: bool,
) -> str:
    """Return the text of `pyconfig.h` as CPython's `configure` would find the target.

    `arch` is a wheel tag's name (`x86_64`, `armv7l`), `os` is of `SYSTEMS`, `libc` is of `LIBCS`.
    `libc_floor` is the oldest libc, or macOS, that the result runs on: what came later is not
    claimed. None stands for the oldest one that the facts know. `version` is CPython's, such as
    `(3, 13)`.

    Raises `ValueError`, naming the value, for a target that the facts do not cover.
    """
    facts = _facts(os)
    floor = _checked_floor(facts, arch, libc, libc_floor)
    _check_python(facts, version, free_threaded)
    lines = [f"#include <{name}>" for name in facts.get("include", ())]
    for name, value, when in facts["macros"]:
        if _holds(when, arch, libc, floor, version, free_threaded):
            lines += _definition(name, value, guarded="guard" in when)
    threads = ", free-threaded" if free_threaded else ""
    named = os if libc == "none" else libc
    system = f"{named} {_dotted(floor)} or newer" if floor else named
    return "\n".join(
        (
            f"/* pyconfig.h of CPython {_dotted(version)}{threads} for {arch} {os},",
            f"   {system}. Written by zigwheel. */",
            "",
            "#ifndef Py_PYCONFIG_H",
            "#define Py_PYCONFIG_H",
            "",
            *lines,
            "",
            "#endif /* Py_PYCONFIG_H */",
            "",
        )
    )


SIZED = (
    "PyArg_Parse PyArg_ParseTuple PyArg_ParseTupleAndKeywords PyArg_VaParse "
    "PyArg_VaParseTupleAndKeywords Py_BuildValue Py_VaBuildValue"
).split()
"""Functions that count with `int` before 3.13, and with `Py_ssize_t` by another name."""


def old_names(version: tuple[int, int]) -> str:
    """What the headers of a version lack for extensions of the stable ABI of Pythons before 3.13.

    `PY_SSIZE_T_CLEAN` used to be what chooses between two functions. The headers of 3.13 name the
    first alone, which from then on is like the other: but an older Python that loads what was
    compiled with them reads 32 bits of every size.
    """
    if version < (3, 13):
        return ""
    lines = [f"#define {name} _{name}_SizeT" for name in SIZED]
    condition = "defined(PY_SSIZE_T_CLEAN) && defined(Py_LIMITED_API)"
    return "\n".join([f"\n#if {condition} && Py_LIMITED_API+0 < 0x030D0000", *lines, "#endif\n"])


REGISTER = r"""
#if defined(Py_GIL_DISABLED) && !defined(__getReg)
# define __getReg(number) __extension__({ \
    unsigned long long zigwheel_found; \
    __asm__ volatile("mov %0, x" #number : "=r"(zigwheel_found)); \
    zigwheel_found; })
#endif
"""


def register_reader(os: str, arch: str) -> str:
    """What the headers of a free-threaded Python name a thread by, on Windows for arm64.

    They call `__getReg` for MinGW as well as for MSVC, but clang has it for the latter alone.
    """
    return REGISTER if (os, arch) == ("windows", "aarch64") else ""


def _definition(name: str, value: str, *, guarded: bool) -> tuple[str, ...]:
    """Return the lines that define a macro, guarded where CPython's own file lets `-D` win."""
    if guarded:
        return (f"#ifndef {name}", f"# define {name} {value}".rstrip(), "#endif")
    return (f"#define {name} {value}".rstrip(),)


def _holds(
    when: Mapping[str, Any],
    arch: str,
    libc: str,
    floor: tuple[int, ...],
    version: tuple[int, int],
    free_threaded: bool,
) -> bool:
    """Say whether a row's conditions hold. A row that names a libc holds for no other one."""
    if "arch" in when and arch not in when["arch"]:
        return False
    bound = any(name in when for name in LIBCS)
    if bound and (libc not in when or _parsed(when[libc]) > floor):
        return False
    if "python" in when and not _within(version, when["python"]):
        return False
    return free_threaded or "free-threaded" not in when


def _checked_floor(
    facts: Mapping[str, Any], arch: str, libc: str, floor: tuple[int, int] | None
) -> tuple[int, ...]:
    """Return the libc floor to go by, having checked the machine's side of the target."""
    if arch not in facts["arch"]:
        raise ValueError(f"no pyconfig.h facts for the architecture {arch!r}")
    if libc not in facts["libc"]:
        raise ValueError(f"no pyconfig.h facts for the C library {libc!r}")
    oldest = _parsed(facts["libc"][libc])
    if floor is None:
        return oldest
    if floor < oldest:
        raise ValueError(f"no pyconfig.h facts for {libc} {_dotted(floor)}, older than the first")
    return floor


def _check_python(facts: Mapping[str, Any], version: tuple[int, int], free_threaded: bool) -> None:
    """Check the Python's side of the target."""
    if not _within(version, facts["python"]):
        raise ValueError(f"no pyconfig.h facts for CPython {_dotted(version)}")
    if free_threaded and version < FIRST_FREE_THREADED:
        raise ValueError(f"CPython {_dotted(version)} has no free-threaded build")


def _within(version: tuple[int, int], span: str) -> bool:
    """Say whether a version lies in `3.9-3.12`, both ends included; either end may be open."""
    first, _, last = span.partition("-")
    return (not first or _parsed(first) <= version) and (not last or version <= _parsed(last))


def _parsed(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")) if version else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _facts(os: str) -> Mapping[str, Any]:
    """Read the facts about an operating system that ship with the package."""
    import json
    import pkgutil

    if os not in SYSTEMS:
        raise ValueError(f"no pyconfig.h facts for the operating system {os!r}")
    data = pkgutil.get_data("zigwheel.target", f"pyconfig_{os}.json")
    if data is None:
        raise FileNotFoundError(f"pyconfig_{os}.json is missing from zigwheel's own files")
    facts: Mapping[str, Any] = json.loads(data)
    return facts
