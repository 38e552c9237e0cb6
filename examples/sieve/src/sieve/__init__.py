"""Prime numbers."""

from sieve._bits import primes
from sieve._factors import factors

__all__ = ["factors", "primes"]
