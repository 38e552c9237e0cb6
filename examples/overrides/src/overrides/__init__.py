"""What this package was compiled for."""

from __future__ import annotations

from overrides._core import compiled_for, popcount

__all__ = ["compiled_for", "popcount"]
