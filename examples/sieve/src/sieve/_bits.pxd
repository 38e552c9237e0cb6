cdef inline unsigned long long next_odd(unsigned long long number) noexcept nogil:
    return number + 2 if number % 2 else number + 1
