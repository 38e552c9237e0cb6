// Containers, algorithms, text and numbers of the C++ library.
#include <algorithm>
#include <any>
#include <charconv>
#include <cmath>
#include <complex>
#include <deque>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "exercise.hpp"

using exercise::put;

// Input: bytes to sort and to count.
extern "C" void check_containers(const Input *input, const Report *report)
{
    const std::string bytes = exercise::text_of(input);
    std::vector<unsigned char> sorted(bytes.begin(), bytes.end());
    std::sort(sorted.begin(), sorted.end());
    put(report, "sorted", std::string(sorted.begin(), sorted.end()));
    std::map<char, int> counted;
    std::unordered_map<std::string, int> pairs;
    for (std::size_t i = 0; i < bytes.size(); i++) {
        counted[bytes[i]]++;
        pairs[bytes.substr(i, 2)]++;
    }
    put(report, "different", static_cast<long long>(counted.size()));
    put(report, "pairs", static_cast<long long>(pairs.size()));
    std::list<char> list(bytes.begin(), bytes.end());
    list.sort(std::greater<>());
    list.unique();
    put(report, "unique", std::string(list.begin(), list.end()));
    std::deque<char> deque;
    for (const char byte : bytes) {
        deque.size() % 2 ? deque.push_front(byte) : deque.push_back(byte);
    }
    put(report, "both ends", std::string(deque.begin(), deque.end()));
    put(report, "sum", std::accumulate(sorted.begin(), sorted.end(), 0LL));

    std::variant<int, std::string> either = 5;
    const auto size = [](const auto &value) -> long long { return sizeof value != 0; };
    put(report, "visited", std::visit(size, either));
    either = "text";
    put(report, "variant", std::get<std::string>(either));
    try {
        (void)std::get<int>(either);
    } catch (const std::bad_variant_access &) {
        put(report, "bad variant", 1);
    }
    const std::any any = std::string("any");
    put(report, "any", std::any_cast<std::string>(any));
    std::optional<int> none;
    put(report, "optional", none.value_or(9));
    const auto shared = std::make_shared<std::vector<int>>(10, 3);
    const std::weak_ptr<std::vector<int>> weak = shared;
    const auto again = weak.lock();
    put(report, "shared", static_cast<long long>(again.use_count()));
    const auto [one, two] = std::tuple(1, 2);
    put(report, "tuple", one * 10 + two);
}

// Input: text with numbers in it.
extern "C" void check_text(const Input *input, const Report *report)
{
    const std::string text = exercise::text_of(input);
    const std::regex number(R"((-?\d+)(\.\d+)?)");
    std::string found;
    for (std::sregex_iterator at(text.begin(), text.end(), number), end; at != end; ++at) {
        found += at->str(1) + ";";
    }
    put(report, "found", found);
    put(report, "replaced", std::regex_replace(text, number, "#"));
    try {
        const std::regex bad("(");
    } catch (const std::regex_error &) {
        put(report, "bad pattern", 1);
    }
    char digits[64];
    const auto written = std::to_chars(digits, digits + sizeof digits, 0.1 + 0.2);
    put(report, "shortest", std::string(digits, written.ptr));
    long long value = 0;
    const std::string_view most = "9223372036854775807x";
    const auto read = std::from_chars(most.data(), most.data() + most.size(), value);
    put(report, "greatest", value);
    put(report, "rest", std::string(1, *read.ptr));
    const std::string_view more = "9223372036854775808";
    const auto failed = std::from_chars(more.data(), more.data() + more.size(), value);
    put(report, "out of range", failed.ec == std::errc::result_out_of_range);
    put(report, "stod", static_cast<long long>(std::stod("12.5") * 10));
    put(report, "stoll", std::stoll("-7fffffffffffffff", nullptr, 16));
    put(report, "to_string", std::to_string(1234567890123LL));
    try {
        (void)std::stoi("99999999999");
    } catch (const std::out_of_range &) {
        put(report, "stoi", 1);
    }
    const std::u32string wide = U"\u00e4\U0001f40d";
    put(report, "wide", static_cast<long long>(wide[1]));
}

extern "C" void check_cxx_numbers(const Input *, const Report *report)
{
    std::mt19937 twister;
    std::mt19937_64 wide_twister;
    twister.discard(9999);
    wide_twister.discard(9999);
    put(report, "twister", static_cast<long long>(twister()));
    put(report, "wide twister", std::to_string(wide_twister())); // both as the standard says
    std::random_device device;
    put(report, "random", device() != device() || device() != device());
    const std::complex<double> square = std::pow(std::complex<double>(1, 2), 2);
    put(report, "complex", std::lround(square.real()) * 100 + std::lround(square.imag()));
    const std::complex<long double> product =
        std::complex<long double>(1, 2) * std::complex<long double>(3, -1);
    put(report, "long complex", std::lround(product.real()) * 100 + std::lround(product.imag()));
    const std::complex<double> quotient = std::complex<double>(5, 10) / std::complex<double>(1, 2);
    put(report, "quotient", std::lround(quotient.real()));
    put(report, "digits", std::numeric_limits<long double>::digits);
    put(report, "gcd", std::gcd(1LL << 40, 3LL << 35));
    put(report, "gamma", std::lround(std::tgamma(6.0)));
    put(report, "hypot", std::lround(std::hypot(2.0, 3.0, 6.0)));
    put(report, "long double", std::to_string(1.25L));
    put(report, "wide long double", std::to_wstring(1.25L) == L"1.250000");
    put(report, "nan", std::isnan(std::numeric_limits<long double>::quiet_NaN()));
}
