// Streams, locales, files and time of the C++ library.
#include <chrono>
#include <clocale>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <locale>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "exercise.hpp"

using exercise::put;

extern "C" void check_streams(const Input *, const Report *report)
{
    std::ostringstream out;
    out << std::hex << std::showbase << 255 << ' ' << std::dec << std::setw(6) << std::setfill('*')
        << -42 << ' ' << std::fixed << std::setprecision(3) << 2.0 / 3 << ' ' << std::scientific
        << 12345.678 << ' ' << std::boolalpha << true << ' ' << 1.5L;
    put(report, "formatted", out.str());

    std::istringstream in("17 0x1f 2.5 word\n1e400 line");
    int plain = 0, hex = 0;
    double number = 0;
    std::string word, line;
    in >> plain >> std::setbase(0) >> hex >> number >> word;
    put(report, "plain", plain);
    put(report, "hex", hex);
    put(report, "number", static_cast<long long>(number * 1000));
    put(report, "word", word);
    double huge = 0;
    in >> huge;
    put(report, "too large", in.fail());
    in.clear();
    std::getline(in, line);
    put(report, "line", line);

    std::stringstream strict;
    strict.exceptions(std::ios::failbit);
    try {
        strict << "x";
        strict >> plain;
    } catch (const std::ios_base::failure &) {
        put(report, "failure", 1);
    }
    std::wostringstream wide;
    wide << L"wide " << 12;
    put(report, "wide", static_cast<long long>(wide.str().size()));
    std::clog << std::flush; // the standard streams are there
    put(report, "standard", std::cout.good() && std::cerr.good());
}

namespace {

struct Grouped : std::numpunct<char> {
    char do_thousands_sep() const override { return '.'; }
    char do_decimal_point() const override { return ','; }
    std::string do_grouping() const override { return "\3"; }
};

} // namespace

extern "C" void check_locale(const Input *, const Report *report)
{
    const std::locale own(std::locale::classic(), new Grouped);
    std::ostringstream out;
    out.imbue(own);
    out << 1234567 << ' ' << std::fixed << std::setprecision(2) << 9876.54;
    put(report, "grouped", out.str());
    put(report, "classic", std::locale::classic().name());
    put(report, "upper", std::string(1, std::toupper('q', std::locale::classic())));
    put(report, "not upper", std::isupper('q', std::locale::classic()));
    std::istringstream in("1.234,5");
    in.imbue(own);
    double number = 0;
    in >> number;
    put(report, "read", static_cast<long long>(number * 10));
    try {
        const std::locale none("no_SUCH.locale");
    } catch (const std::runtime_error &) {
        put(report, "unknown", 1);
    }
    const std::tm then = [] {
        std::tm time{};
        time.tm_year = 101;
        time.tm_mon = 8;
        time.tm_mday = 9;
        return time;
    }();
    std::ostringstream date;
    date.imbue(std::locale::classic());
    date << std::put_time(&then, "%Y-%m-%d %b");
    put(report, "date", date.str());
}

// Input: a folder, its name not ASCII, in which nothing is.
extern "C" void check_filesystem(const Input *input, const Report *report)
{
    namespace fs = std::filesystem;
    const fs::path folder = fs::u8path(exercise::text_of(input));
    put(report, "made", fs::create_directories(folder / "a" / "b"));
    const fs::path file = folder / "a" / fs::u8path("d\xc3\xa4ta.txt");
    {
        std::ofstream out(file, std::ios::binary);
        out << "line one\nline two\n";
    }
    put(report, "size", static_cast<long long>(fs::file_size(file)));
    fs::copy_file(file, folder / "copy.txt");
    fs::rename(folder / "copy.txt", folder / "moved.txt");
    fs::resize_file(folder / "moved.txt", 8);
    std::ifstream in(folder / "moved.txt", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    in.close();
    put(report, "text", text);
    int files = 0, folders = 0;
    for (const fs::directory_entry &entry : fs::recursive_directory_iterator(folder)) {
        (entry.is_directory() ? folders : files)++;
    }
    put(report, "files", files);
    put(report, "folders", folders);
    put(report, "name", file.filename().u8string());
    put(report, "relative", fs::relative(file, folder).generic_u8string());
    put(report, "normal", fs::path("a/../b/./c").lexically_normal().generic_string());
    put(report, "absolute", fs::absolute("x").is_absolute());
    std::error_code code;
    put(report, "no size", fs::file_size(folder / "none", code) == std::uintmax_t(-1));
    put(report, "no file", code == std::errc::no_such_file_or_directory);
    try {
        fs::rename(folder / "none", folder / "nowhere");
    } catch (const fs::filesystem_error &error) {
        put(report, "error", error.code() ? 1 : 0);
    }
    const auto age = fs::file_time_type::clock::now() - fs::last_write_time(file);
    put(report, "young", age < std::chrono::hours(1) && age > -std::chrono::hours(1));
    put(report, "removed", static_cast<long long>(fs::remove_all(folder)));
    put(report, "exists", fs::exists(folder));
}

extern "C" void check_chrono(const Input *, const Report *report)
{
    using namespace std::chrono;
    const auto before = steady_clock::now();
    std::this_thread::sleep_for(milliseconds(20));
    const auto slept = duration_cast<milliseconds>(steady_clock::now() - before).count();
    put(report, "slept", slept >= 19 && slept < 10000);
    put(report, "now", duration_cast<seconds>(system_clock::now().time_since_epoch()).count());
    put(report, "parts", duration_cast<seconds>(hours(2) + minutes(3)).count());
    const auto point = system_clock::from_time_t(1000000000);
    put(report, "point", static_cast<long long>(system_clock::to_time_t(point + hours(24))));
    put(report, "cores", std::thread::hardware_concurrency() > 0);
}
