"""The tests of the example, with nothing but the standard library: `python tests/test_geometry.py`."""

from __future__ import annotations

import unittest

import geometry

SQUARE = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]


class Polygons(unittest.TestCase):
    def test_area(self) -> None:
        self.assertEqual(geometry.Polygon(SQUARE).area(), 4.0)
        self.assertEqual(geometry.Polygon(points=iter(SQUARE[::-1])).area(), 4.0)

    def test_is_a_sequence(self) -> None:
        polygon = geometry.Polygon(SQUARE)
        self.assertEqual(len(polygon), 4)
        self.assertEqual(list(polygon), SQUARE)
        self.assertEqual(polygon[-1], SQUARE[-1])

    def test_names(self) -> None:
        polygon = geometry.Polygon(SQUARE)
        polygon.name(2, "far")
        polygon.name(0, "origin of all")
        self.assertEqual(polygon.vertex("far"), (2.0, 2.0))

    def test_hull(self) -> None:
        points = [*SQUARE, (1.0, 1.0), (0.5, 0.1), (0.0, 1.0)]
        self.assertEqual(list(geometry.hull(points)), SQUARE)


class Exceptions(unittest.TestCase):
    def test_own_class_with_attributes(self) -> None:
        with self.assertRaisesRegex(geometry.GeometryError, "^edges 0 and 2 cross$") as caught:
            geometry.Polygon([(0, 0), (2, 0), (1, 1), (1, -1)])
        self.assertEqual(caught.exception.edges, (0, 2))
        self.assertIsInstance(caught.exception, ValueError)

    def test_of_the_standard_library(self) -> None:
        with self.assertRaisesRegex(ValueError, "three points, not 2") as caught:
            geometry.Polygon(SQUARE[:2])
        self.assertNotIsInstance(caught.exception, geometry.GeometryError)
        with self.assertRaisesRegex(ValueError, "three points, not 0"):
            geometry.hull([])

    def test_thrown_again_with_more(self) -> None:
        polygon = geometry.Polygon(SQUARE)
        with self.assertRaisesRegex(LookupError, "called x; there is none with a name"):
            polygon.vertex("x")
        polygon.name(1, "b")
        polygon.name(0, "a")
        with self.assertRaisesRegex(LookupError, "called x; there is a, b"):
            polygon.vertex("x")
        with self.assertRaises(LookupError):
            polygon.name(4, "y")
        with self.assertRaises(IndexError):
            polygon[4]

    def test_of_python_pass_through_cpp(self) -> None:
        def points():  # type: ignore[no-untyped-def]
            yield (0, 0)
            raise KeyError("from Python")

        with self.assertRaisesRegex(KeyError, "from Python"):
            geometry.Polygon(points())
        with self.assertRaisesRegex(TypeError, "a point is a pair of numbers"):
            geometry.Polygon([(1, 2, 3)])  # type: ignore[list-item]
        with self.assertRaises(TypeError):
            geometry.Polygon(SQUARE).vertex(1)  # type: ignore[arg-type]

    def test_many(self) -> None:
        for _ in range(2000):
            with self.assertRaises(ValueError):
                geometry.Polygon([])


if __name__ == "__main__":
    unittest.main()
