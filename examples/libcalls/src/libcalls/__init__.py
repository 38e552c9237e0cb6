"""Functions of the C library."""

from __future__ import annotations

import sys

from libcalls._interface import ffi

__all__ = ["divided", "number", "ordered"]

library = ffi.dlopen("msvcrt" if sys.platform == "win32" else None)


def divided(numerator: int, denominator: int) -> tuple[int, int]:
    """Quotient and remainder as C has them: rounded towards zero."""
    result = library.div(numerator, denominator)
    return result.quot, result.rem


def number(text: str, base: int = 10) -> tuple[int, str]:
    """The number at the beginning of a text, and what is left of it."""
    raw = ffi.new("char[]", text.encode())
    end = ffi.new("char **")
    value = library.strtol(raw, end, base)
    return value, ffi.string(end[0]).decode()


def ordered(values: list[int]) -> list[int]:
    """Integers in order, by `qsort` and a callback."""
    array = ffi.new("int[]", values)

    @ffi.callback("int(*)(const void *, const void *)")  # type: ignore[untyped-decorator]
    def compare(left: object, right: object) -> int:
        one, other = (ffi.cast("int *", side)[0] for side in (left, right))
        return (one > other) - (one < other)

    library.qsort(array, len(values), ffi.sizeof("int"), compare)
    return list(array)
