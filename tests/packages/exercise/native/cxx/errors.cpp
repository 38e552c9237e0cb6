#include <ios>
#include <limits>
#include <new>
#include <system_error>
#include <vector>

#include "exercise.hpp"

namespace exercise {

Error::~Error() = default;
const char *Error::what() const noexcept { return text_.c_str(); }
Coded::~Coded() = default;
CodedError::~CodedError() = default;

void throw_named(const std::string &name)
{
    if (name == "own") {
        throw CodedError("an error of the extension's own", 42);
    }
    if (name == "invalid_argument") {
        throw std::invalid_argument("an argument");
    }
    if (name == "out_of_range") {
        const std::vector<int> none;
        (void)none.at(3); // the library's own text
    }
    if (name == "overflow_error") {
        throw std::overflow_error("too much");
    }
    if (name == "bad_alloc") {
        // volatile: else the compiler may leave out what nobody looks at
        const volatile std::size_t most = std::numeric_limits<std::size_t>::max() - 4096;
        char *const volatile all = new char[most];
        delete[] all;
    }
    if (name == "system_error") {
        throw std::system_error(std::make_error_code(std::errc::no_such_file_or_directory), "gone");
    }
    if (name == "runtime_error") {
        throw std::runtime_error(std::string("text of 包 ") + "characters");
    }
    if (name == "number") {
        throw 17;
    }
}

} // namespace exercise
