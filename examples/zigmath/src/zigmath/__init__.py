"""Prime numbers below 2**64."""

from __future__ import annotations

from zigmath._core import factors, is_prime

__all__ = ["factors", "is_prime"]
