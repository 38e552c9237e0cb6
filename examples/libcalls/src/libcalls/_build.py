"""Describes functions of the C library to cffi. Run when the package is built."""

from cffi import FFI

ffibuilder = FFI()
ffibuilder.cdef("""
    typedef struct { int quot; int rem; } div_t;
    div_t div(int numerator, int denominator);
    long strtol(const char *text, char **end, int base);
    void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
""")
ffibuilder.set_source("libcalls._interface", None)
