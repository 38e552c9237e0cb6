#include "polygon.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

namespace geometry {

namespace {

double turn(const Point &a, const Point &b, const Point &c) noexcept
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/// What check_edges throws; the caller knows which edges they are.
struct Crossing {
    Point where;
};

void check_edges(const Point &a, const Point &b, const Point &c, const Point &d)
{
    const double start = turn(a, b, c), end = turn(a, b, d);
    if (start * end < 0 && turn(c, d, a) * turn(c, d, b) < 0) {
        const double part = start / (start - end);
        throw Crossing{{c.x + part * (d.x - c.x), c.y + part * (d.y - c.y)}};
    }
}

std::optional<std::pair<std::size_t, std::size_t>> crossing(const std::vector<Point> &points)
{
    const std::size_t count = points.size();
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = i + 1; j < count; ++j) {
            try {
                check_edges(points[i], points[(i + 1) % count], points[j], points[(j + 1) % count]);
            } catch (const Crossing &found) {
                if (std::isfinite(found.where.x) && std::isfinite(found.where.y)) {
                    return std::pair{i, j};
                }
            }
        }
    }
    return std::nullopt;
}

} // namespace

CrossingError::CrossingError(std::size_t first, std::size_t second)
    : std::runtime_error("edges " + std::to_string(first) + " and " + std::to_string(second) +
                         " cross"),
      edges_(first, second)
{
}

Polygon::Polygon(std::vector<Point> points) : points_(std::move(points))
{
    if (points_.size() < 3) {
        throw std::invalid_argument("a polygon needs three points, not " +
                                    std::to_string(points_.size()));
    }
    if (const auto edges = crossing(points_)) {
        throw CrossingError(edges->first, edges->second);
    }
}

double Polygon::area() const noexcept
{
    double twice = 0;
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const Point &a = points_[i], &b = points_[(i + 1) % points_.size()];
        twice += a.x * b.y - b.x * a.y;
    }
    return std::abs(twice) / 2;
}

void Polygon::name(std::size_t index, const std::string &name)
{
    (void)points_.at(index);
    names_.insert_or_assign(name, index);
}

const Point &Polygon::vertex(const std::string &name) const
{
    try {
        return points_[names_.at(name)];
    } catch (const std::out_of_range &) {
        std::string known;
        for (const auto &[other, index] : names_) {
            known += (known.empty() ? "" : ", ") + other;
        }
        throw std::out_of_range("no vertex is called " + name + "; there is " +
                                (known.empty() ? "none with a name" : known));
    }
}

Polygon hull(std::vector<Point> points)
{
    const auto key = [](const Point &p) { return std::tuple{p.x, p.y}; };
    std::sort(points.begin(), points.end(),
              [&](const Point &a, const Point &b) { return key(a) < key(b); });
    std::vector<Point> found;
    const auto half = [&](auto begin, auto end) {
        const std::size_t start = found.size();
        for (auto point = begin; point != end; ++point) {
            while (found.size() >= start + 2 &&
                   turn(found[found.size() - 2], found.back(), *point) <= 0) {
                found.pop_back();
            }
            found.push_back(*point);
        }
        if (!found.empty()) {
            found.pop_back();
        }
    };
    half(points.cbegin(), points.cend());
    half(points.crbegin(), points.crend());
    return Polygon(std::move(found));
}

} // namespace geometry
