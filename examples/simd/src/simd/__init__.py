"""Dot products of bytes, by the widest instructions that the processor has."""

from __future__ import annotations

from simd._core import dot, usable

__all__ = ["dot", "usable"]
