"""A buffer that keeps the newest items and forgets the oldest."""

from __future__ import annotations

from stable._ring import Ring, compiled_for

__all__ = ["Ring", "compiled_for"]
