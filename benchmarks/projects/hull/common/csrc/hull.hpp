#ifndef HULL_HPP
#define HULL_HPP

#include <vector>

namespace hull {

struct Point {
    double x, y;
};

/// Corners of the convex hull, counter-clockwise from the leftmost; throws std::invalid_argument
/// for fewer than three points.
std::vector<Point> convex_hull(std::vector<Point> points);

}  // namespace hull

#endif
