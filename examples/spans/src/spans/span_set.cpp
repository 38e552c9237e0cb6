#include "span_set.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace spans {

void SpanSet::add(std::int64_t start, std::int64_t stop) {
    if (start >= stop) {
        throw std::invalid_argument("no number is in " + std::to_string(start) + " to " +
                                    std::to_string(stop));
    }
    auto next = spans_.upper_bound(start);
    if (next != spans_.begin() && std::prev(next)->second >= start) {
        --next;
        start = next->first;
    }
    while (next != spans_.end() && next->first <= stop) {
        stop = std::max(stop, next->second);
        next = spans_.erase(next);
    }
    spans_.emplace(start, stop);
}

bool SpanSet::contains(std::int64_t number) const {
    auto next = spans_.upper_bound(number);
    return next != spans_.begin() && number < std::prev(next)->second;
}

Span SpanSet::bounds() const {
    if (spans_.empty()) {
        throw Empty("there are no numbers");
    }
    return {spans_.begin()->first, spans_.rbegin()->second};
}

std::uint64_t SpanSet::count() const {
    std::uint64_t total = 0;
    for (const auto &[start, stop] : spans_) {
        total += static_cast<std::uint64_t>(stop) - static_cast<std::uint64_t>(start);
    }
    return total;
}

}  // namespace spans
