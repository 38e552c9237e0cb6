"""Numbers as IEEE 754 rounds them, reckoned without a floating-point unit."""

import struct
from fractions import Fraction


def rounded(value, bits):
    """`value` to a mantissa of `bits`, ties to even; exponents have no bounds here."""
    value = Fraction(value)
    if value == 0:
        return value
    exponent = value.numerator.bit_length() - value.denominator.bit_length() - bits
    while True:
        scaled = abs(value) / Fraction(2) ** exponent
        if scaled >= 2**bits:
            exponent += 1
        elif scaled < 2 ** (bits - 1):
            exponent -= 1
        else:
            break
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    if twice > 0 or (twice == 0 and whole % 2):
        whole += 1
    return (1 if value > 0 else -1) * whole * Fraction(2) ** exponent


def double(data):
    """The exact value of a double that a check reported as bits."""
    (value,) = struct.unpack("<d", data)
    return Fraction(value)


def root(value, bits):
    """The square root of an exact number, to so many bits and a few more."""
    shift = 2 * (bits + 8)
    value = Fraction(value)
    scaled = value.numerator * 4**shift // value.denominator
    low, high = 0, 1 << (scaled.bit_length() // 2 + 1)
    while high - low > 1:
        middle = (low + high) // 2
        if middle * middle <= scaled:
            low = middle
        else:
            high = middle
    return Fraction(low, 2**shift)


def near(found, expected, bits):
    """Whether a number is right in all but the last two of so many bits."""
    found, expected = Fraction(found), Fraction(expected)
    return abs(found - expected) <= abs(expected) / Fraction(2) ** (bits - 2)
