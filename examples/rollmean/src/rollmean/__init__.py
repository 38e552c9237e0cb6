"""Rolling means of NumPy arrays."""

from rollmean._core import item_sizes, rolling_mean, total

__all__ = ["item_sizes", "rolling_mean", "total"]
