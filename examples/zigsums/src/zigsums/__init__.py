"""Checksums of anything that has the buffer protocol."""

from zigsums._core import adler32, crc32, fletcher16

__all__ = ["adler32", "crc32", "fletcher16"]
