"""Describes the C library to cffi. Run when the package is built, never when it is imported."""

import sys
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).parent
VENDOR = HERE.parent.parent / "vendor"

header = (VENDOR / "packbits.h").read_text(encoding="utf-8")
interface = header.partition("/* begin */")[2].partition("/* end */")[0]

ffibuilder = FFI()
ffibuilder.cdef(interface)
ffibuilder.cdef("""
    extern "Python" void on_run(unsigned char byte, int length, void *data);
    static const char *const built_for;
""")
ffibuilder.set_source(
    "packbits._native",
    """
    #include "packbits.h"
    static const char *const built_for = BUILT_FOR;
    """,
    sources=[VENDOR / "packbits.c"],
    include_dirs=["vendor"],
    # what it is compiled for, not what it is compiled on
    define_macros=[("BUILT_FOR", f'"{sys.platform}"')],
)
