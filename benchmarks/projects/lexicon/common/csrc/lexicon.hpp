#ifndef LEXICON_HPP
#define LEXICON_HPP

#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lexicon {

using Counts = std::map<std::string, std::size_t, std::less<>>;

/// A line of `parse` that is no `word = number`.
class BadLine : public std::runtime_error {
public:
    BadLine(std::size_t line, const std::string &what);
};

/// How often each word (letters and digits, in lower case) occurs.
Counts count(std::string_view text);

/// The `limit` words that occur most, those that occur alike in alphabetical order.
std::vector<std::pair<std::string, std::size_t>> most_common(const Counts &counts, std::size_t limit);

/// Reads lines of the form `word = number`; throws BadLine.
Counts parse(const std::string &text);

}  // namespace lexicon

#endif
