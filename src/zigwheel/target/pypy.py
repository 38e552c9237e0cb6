"""PyPy's headers, which are complete in themselves.

PyPy has no `configure`: its `pyconfig.h` is one file for all systems, and what depends on the machine
are the sizes of C's types in `pypy_macros.h`, written when PyPy was translated. So the headers of one
Linux serve every other one with the same sizes, which on Linux follow from that of a pointer.
"""

from __future__ import annotations

import re

from zigwheel.errors import HeadersError
from zigwheel.target.installation import HeaderSource
from zigwheel.target.triple import Triple

_SIZE = re.compile(r"^#\s*define\s+SIZEOF_VOID_P\s+(\d+)", re.MULTILINE | re.ASCII)


def own_pyconfig(source: HeaderSource, triple: Triple) -> str:
    """The text of `pyconfig.h` beside PyPy's other headers.

    Raises HeadersError where the headers are of a machine with another size of pointers, or not whole.
    """
    try:
        text = (source.include / "pyconfig.h").read_text(encoding="utf-8")
        macros = (source.include / "pypy_macros.h").read_text(encoding="utf-8")
    except OSError as error:
        raise HeadersError(
            f"{error.filename}: the headers of PyPy {source.version[0]}.{source.version[1]} are not "
            f"whole: {error.strerror or error}",
            hint="install PyPy again, or name another with -C python-headers=PATH",
        ) from error
    found = _SIZE.search(macros)
    bits = int(found[1]) * 8 if found else 0
    if bits != triple.facts.bits:
        raise HeadersError(
            f"{source.include}: these headers are of a PyPy with pointers of {bits} bits, "
            f"but {triple.arch} has {triple.facts.bits}",
            hint=f"name those of a PyPy for a {triple.facts.bits}-bit machine with "
            "-C python-headers=PATH",
        )
    return text
