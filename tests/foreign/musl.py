"""A CPython for musl, built on this machine from Debian's source package."""

from __future__ import annotations

from collections.abc import Mapping

from tests.foreign.debian import Unavailable
from tests.foreign.sysroot import ForeignPython


def musl_python(environ: Mapping[str, str]) -> ForeignPython:
    raise Unavailable("todo")
