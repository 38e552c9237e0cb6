#include "lexicon.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace lexicon {

BadLine::BadLine(std::size_t line, const std::string &what)
    : std::runtime_error("line " + std::to_string(line) + ": " + what) {}

static bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

Counts count(std::string_view text) {
    Counts counts;
    auto at = text.begin();
    while (at != text.end()) {
        auto first = std::find_if(at, text.end(), is_word);
        auto last = std::find_if_not(first, text.end(), is_word);
        if (first != last) {
            std::string word(first, last);
            std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) {
                return static_cast<char>(std::tolower(c));
            });
            ++counts[word];
        }
        at = last;
    }
    return counts;
}

std::vector<std::pair<std::string, std::size_t>> most_common(const Counts &counts, std::size_t limit) {
    std::vector<std::pair<std::string, std::size_t>> all(counts.begin(), counts.end());
    std::stable_sort(all.begin(), all.end(), [](const auto &left, const auto &right) {
        return left.second > right.second;
    });
    all.resize(std::min(all.size(), limit));
    return all;
}

Counts parse(const std::string &text) {
    Counts counts;
    std::istringstream lines(text);
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        std::istringstream words(line);
        std::string word, equals;
        if (!(words >> word)) {
            continue;
        }
        std::size_t value = 0;
        if (!(words >> equals >> value) || equals != "=") {
            throw BadLine(number, "expected `word = number`");
        }
        if (!counts.emplace(word, value).second) {
            throw BadLine(number, "`" + word + "` is there already");
        }
    }
    return counts;
}

}  // namespace lexicon
