"""Polygons in the plane."""

from __future__ import annotations

from geometry._core import GeometryError, Polygon, hull

__all__ = ["GeometryError", "Polygon", "hull"]
