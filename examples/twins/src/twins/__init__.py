"""Numbers of 128 bits as short text."""

from __future__ import annotations

import string

from twins._decode import decode as _decode
from twins._encode import encode as _encode

__all__ = ["BASE62", "decode", "encode"]

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def encode(data: bytes, alphabet: str = BASE62) -> str:
    """16 bytes, as a number in the digits of `alphabet`."""
    return _encode(data, alphabet)


def decode(text: str, alphabet: str = BASE62) -> bytes:
    """The reverse of `encode`. Raises `ValueError`."""
    return _decode(text, alphabet)
