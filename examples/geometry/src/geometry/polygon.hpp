#pragma once

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace geometry {

struct Point {
    double x;
    double y;
};

/// Two edges of a polygon cross each other.
class CrossingError : public std::runtime_error {
  public:
    CrossingError(std::size_t first, std::size_t second);
    std::pair<std::size_t, std::size_t> edges() const noexcept { return edges_; }

  private:
    std::pair<std::size_t, std::size_t> edges_;
};

/// A simple polygon: its edges meet only where they join.
class Polygon {
  public:
    /// Throws std::invalid_argument for fewer than three points, CrossingError where edges cross.
    explicit Polygon(std::vector<Point> points);

    double area() const noexcept;
    std::size_t size() const noexcept { return points_.size(); }

    /// Throws std::out_of_range.
    const Point &at(std::size_t index) const { return points_.at(index); }

    /// Give a vertex a name. Throws std::out_of_range.
    void name(std::size_t index, const std::string &name);

    /// The vertex of that name. Throws std::out_of_range.
    const Point &vertex(const std::string &name) const;

  private:
    std::vector<Point> points_;
    std::map<std::string, std::size_t> names_;
};

/// The convex hull, counter-clockwise from the leftmost point. Throws as Polygon does.
Polygon hull(std::vector<Point> points);

} // namespace geometry
