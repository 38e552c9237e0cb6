#ifndef SPAN_SET_HPP
#define SPAN_SET_HPP

#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

namespace spans {

using Span = std::pair<std::int64_t, std::int64_t>;  // the second is outside

struct Empty : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Whole numbers as spans that neither touch nor overlap.
class SpanSet {
public:
    void add(std::int64_t start, std::int64_t stop);
    bool contains(std::int64_t number) const;
    Span bounds() const;
    std::uint64_t count() const;
    std::vector<Span> spans() const { return {spans_.begin(), spans_.end()}; }
    std::size_t size() const { return spans_.size(); }
    bool operator==(const SpanSet &other) const { return spans_ == other.spans_; }

private:
    std::map<std::int64_t, std::int64_t> spans_;
};

}  // namespace spans

#endif
