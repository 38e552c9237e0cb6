"""⟨name⟩."""

from ⟨module⟩._core import mean

__all__ = ["mean"]
