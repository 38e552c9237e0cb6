# distutils: language = c++
"""Prime factors, collected in a vector."""

from libcpp.vector cimport vector

from sieve._bits cimport next_odd


def factors(unsigned long long number):
    """The prime factors of `number`, each as often as it occurs, in order."""
    if number == 0:
        raise ValueError("0 has no prime factors")
    cdef vector[unsigned long long] found
    cdef unsigned long long divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            found.push_back(divisor)
            number //= divisor
        divisor = next_odd(divisor)
    if number > 1:
        found.push_back(number)
    return found
