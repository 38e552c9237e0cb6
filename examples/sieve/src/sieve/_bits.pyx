"""The sieve of Eratosthenes on a field of bits."""

from libc.stdlib cimport calloc, free

cdef extern from "bits.h":
    void bits_set(unsigned char *bits, size_t index) noexcept nogil
    int bits_get(const unsigned char *bits, size_t index) noexcept nogil

include "limits.pxi"


def primes(Py_ssize_t limit):
    """All primes below `limit`."""
    if limit > LIMIT:
        raise ValueError(f"more than {LIMIT}: {limit}")
    cdef Py_ssize_t size = limit if limit > 2 else 2
    cdef unsigned char *composite = <unsigned char *>calloc(size // 8 + 1, 1)
    cdef Py_ssize_t number, multiple
    if composite is NULL:
        raise MemoryError
    try:
        found = []
        for number in range(2, limit):
            if bits_get(composite, number):
                continue
            found.append(number)
            if number > limit // number:
                continue  # the square is beyond the limit, and on 32 bits beyond `Py_ssize_t`
            multiple = number * number
            while multiple < limit:
                bits_set(composite, multiple)
                multiple += number
        return found
    finally:
        free(composite)
