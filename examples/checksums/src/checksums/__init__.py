"""Cyclic redundancy checks."""

from checksums._core import checksum
from checksums.names import NAMES

__all__ = ["NAMES", "checksum"]
