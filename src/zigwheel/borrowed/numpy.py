"""NumPy's `_numpyconfig.h` for the target.

All other headers of NumPy are the same on every platform. This one holds sizes of C types and what a
system has, as they were where the wheel that is installed here was built; the target's own values
take their place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from zigwheel.target.pyconfig import render
from zigwheel.target.triple import Triple

FILE = "numpy/_numpyconfig.h"
# NumPy before 1.22 names CPython's own `SIZEOF_LONG`, which `pyconfig.h` has right.
LINE = re.compile(r"#define (?P<defined>\w+)(?: (?!SIZEOF_).*)?|/\* #undef (?P<undefined>\w+) \*/")

PYTHON = (3, 13)
"""A version of Python: of the values that are taken from its facts, none depends on it."""


def for_target(name: str, path: str, data: bytes, triple: Triple) -> bytes:
    """The content of a header for a target; only one of NumPy's differs."""
    if (name, path) != ("numpy", FILE):
        return data
    return with_values(data.decode("utf-8"), values(triple)).encode("utf-8")


def with_values(text: str, wanted: Mapping[str, str | None]) -> str:
    """`_numpyconfig.h` with other values for the macros that it names; None: not defined."""

    def line_for(line: str) -> str:
        match = LINE.fullmatch(line.rstrip())
        name = (match["defined"] or match["undefined"]) if match else ""
        if name not in wanted:
            return line
        value = wanted[name]
        return f"/* #undef {name} */" if value is None else f"#define {name} {value}".rstrip()

    return "".join(f"{line_for(line)}\n" for line in text.splitlines())


def values(triple: Triple) -> dict[str, str | None]:
    """What depends on the target, from the facts for `pyconfig.h`."""
    text = render(
        arch=triple.arch,
        os=triple.os,
        libc=triple.libc,
        libc_floor=triple.floor,
        version=PYTHON,
        free_threaded=False,
    )
    sizes = dict(re.findall(r"(?m)^#\s*define SIZEOF_(\w+) (\d+)$", text))
    windows = triple.os == "windows"
    # NumPy's own wheels for Windows, whose ABI counts, are compiled by MSVC
    long_double = "8" if windows else sizes["LONG_DOUBLE"]
    pointer = sizes["VOID_P"]
    return {
        "NPY_SIZEOF_LONG": sizes["LONG"],
        "NPY_SIZEOF_LONGDOUBLE": long_double,
        "NPY_SIZEOF_COMPLEX_LONGDOUBLE": str(2 * int(long_double)),
        "NPY_SIZEOF_PY_INTPTR_T": pointer,
        "NPY_SIZEOF_INTP": pointer,
        "NPY_SIZEOF_UINTP": pointer,
        "NPY_SIZEOF_WCHAR_T": sizes["WCHAR_T"],
        "NPY_SIZEOF_OFF_T": sizes["OFF_T"],
        "NPY_HAVE_ENDIAN_H": "1" if triple.os == "linux" else None,
        "NPY_NO_SIGNAL": "1" if windows else None,
        "NPY_VISIBILITY_HIDDEN": "" if windows else '__attribute__((visibility("hidden")))',
    }
