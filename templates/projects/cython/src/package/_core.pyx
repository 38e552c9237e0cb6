# cython: freethreading_compatible=True


def mean(values, /):
    """The mean of some numbers."""
    cdef double total = 0.0
    cdef Py_ssize_t count = 0
    for value in values:
        total += value
        count += 1
    if count == 0:
        raise ValueError("no values")
    return total / count
