#include "hull.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <tuple>

namespace hull {

static double turn(const Point &a, const Point &b, const Point &c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

template <typename Iterator>
static void add_chain(std::vector<Point> &corners, Iterator first, Iterator last) {
    const auto start = corners.size();
    for (; first != last; ++first) {
        while (corners.size() >= start + 2 &&
               turn(corners[corners.size() - 2], corners.back(), *first) <= 0) {
            corners.pop_back();
        }
        corners.push_back(*first);
    }
    corners.pop_back();
}

std::vector<Point> convex_hull(std::vector<Point> points) {
    if (points.size() < 3) {
        throw std::invalid_argument("three points at least, not " + std::to_string(points.size()));
    }
    std::sort(points.begin(), points.end(), [](const Point &a, const Point &b) {
        return std::tie(a.x, a.y) < std::tie(b.x, b.y);
    });
    std::vector<Point> corners;
    add_chain(corners, points.begin(), points.end());
    add_chain(corners, points.rbegin(), points.rend());
    return corners;
}

}  // namespace hull
