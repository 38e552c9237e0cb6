// What the C++ checks have in common.
#ifndef EXERCISE_HPP
#define EXERCISE_HPP

#include <exception>
#include <stdexcept>
#include <string>

#include "exercise.h"

extern "C" {
Run check_exceptions, check_nested, check_unwinding, check_throw;
Run check_cxx_threads, check_cxx_thread_local, check_cxx_atomics;
Run check_casts, check_statics;
Run check_streams, check_locale, check_filesystem, check_chrono;
Run check_containers, check_text, check_cxx_numbers;
}

namespace exercise {

// Thrown in one file and caught in another, by each of its bases.
class Error : public virtual std::exception {
public:
    explicit Error(std::string text) : text_(std::move(text)) {}
    ~Error() override;
    const char *what() const noexcept override;

private:
    std::string text_;
};

class Coded {
public:
    explicit Coded(int code) : code(code) {}
    virtual ~Coded();
    int code;
};

class CodedError : public Error, public Coded {
public:
    CodedError(std::string text, int code) : Error(std::move(text)), Coded(code) {}
    ~CodedError() override;
};

// Throws what its name says.
void throw_named(const std::string &name);

inline void put(const Report *report, const char *name, long long value)
{
    report->integer(report->into, name, value);
}

inline void put(const Report *report, const char *name, const std::string &value)
{
    report->bytes(report->into, name, value.data(), value.size());
}

inline std::string text_of(const Input *input)
{
    return {reinterpret_cast<const char *>(input->bytes), input->size};
}

} // namespace exercise

#endif
