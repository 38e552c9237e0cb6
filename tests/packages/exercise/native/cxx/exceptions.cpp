// Exceptions: thrown and caught across functions, files and threads.
#include <exception>
#include <functional>
#include <future>
#include <string>
#include <system_error>
#include <typeinfo>

#include "exercise.hpp"

using exercise::put;

namespace {

int destroyed;

struct Counted {
    ~Counted() { destroyed++; }
};

// Deep enough that it is the unwinder, and no inlining, that finds the way back.
[[gnu::noinline]] int down(int depth, const std::string &name)
{
    const Counted counted;
    if (depth > 0) {
        return down(depth - 1, name) + 1;
    }
    exercise::throw_named(name);
    return 0;
}

template <typename Caught> std::string caught_as(const std::string &name)
{
    try {
        down(20, name);
    } catch (const Caught &error) {
        return error.what();
    } catch (...) {
        return "something else";
    }
    return "nothing";
}

std::string code_of(const std::string &name)
{
    try {
        down(3, name);
    } catch (const exercise::Coded &error) {
        return std::to_string(error.code);
    }
    return "nothing";
}

} // namespace

extern "C" void check_exceptions(const Input *, const Report *report)
{
    put(report, "own", caught_as<exercise::CodedError>("own"));
    put(report, "own as its base", caught_as<exercise::Error>("own"));
    put(report, "own as std::exception", caught_as<std::exception>("own"));
    put(report, "own as its second base", code_of("own"));
    put(report, "invalid_argument", caught_as<std::logic_error>("invalid_argument"));
    put(report, "not a logic_error", caught_as<std::logic_error>("runtime_error"));
    put(report, "out_of_range", caught_as<std::out_of_range>("out_of_range"));
    put(report, "overflow_error", caught_as<std::runtime_error>("overflow_error"));
    put(report, "bad_alloc", caught_as<std::bad_alloc>("bad_alloc"));
    put(report, "runtime_error", caught_as<std::exception>("runtime_error"));
    try {
        down(3, "system_error");
    } catch (const std::system_error &error) {
        put(report, "code", error.code().value());
        put(report, "condition", error.code() == std::errc::no_such_file_or_directory);
    }
    try {
        down(3, "number");
    } catch (int number) {
        put(report, "number", number);
    }
    try {
        const std::function<int()> none;
        none();
    } catch (const std::bad_function_call &) {
        put(report, "empty function", 1);
    }
}

extern "C" void check_nested(const Input *, const Report *report)
{
    std::string story;
    try {
        try {
            try {
                down(2, "own");
            } catch (const exercise::Error &) {
                story += "rethrown ";
                throw;
            }
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    } catch (const std::exception &outer) {
        story += outer.what();
        try {
            std::rethrow_if_nested(outer);
        } catch (const exercise::CodedError &inner) {
            story += std::string(" of ") + inner.what();
        }
    }
    put(report, "story", story);

    std::exception_ptr kept;
    try {
        down(2, "invalid_argument");
    } catch (...) {
        kept = std::current_exception();
    }
    std::string second;
    try {
        std::rethrow_exception(kept);
    } catch (const std::invalid_argument &error) {
        second = error.what();
    }
    put(report, "kept", second);

    auto promised = std::async(std::launch::async, [] { return down(2, "own"); });
    try {
        promised.get();
        put(report, "from a thread", std::string("nothing"));
    } catch (const exercise::CodedError &error) {
        put(report, "from a thread", std::string(error.what()));
    }
}

namespace {

struct Watcher {
    int &seen;
    ~Watcher() { seen = std::uncaught_exceptions(); }
};

struct Thrower {
    explicit Thrower(bool fails) try : first(), second(fails) {
    } catch (const std::runtime_error &) {
        throw std::logic_error("from the constructor");
    }
    struct First {
        Counted counted;
    } first;
    struct Second {
        explicit Second(bool fails)
        {
            if (fails) {
                throw std::runtime_error("a member");
            }
        }
    } second;
};

} // namespace

extern "C" void check_unwinding(const Input *, const Report *report)
{
    destroyed = 0;
    try {
        down(50, "own");
    } catch (const std::exception &) {
    }
    put(report, "destroyed", destroyed);

    int while_unwinding = -1;
    int otherwise = -1;
    {
        const Watcher watcher{otherwise};
    }
    try {
        const Watcher watcher{while_unwinding};
        exercise::throw_named("own");
    } catch (const std::exception &) {
    }
    put(report, "uncaught while unwinding", while_unwinding);
    put(report, "uncaught otherwise", otherwise);
    put(report, "uncaught now", std::uncaught_exceptions());

    destroyed = 0;
    try {
        const Thrower thrower(true);
    } catch (const std::logic_error &error) {
        put(report, "constructor", std::string(error.what()));
    }
    put(report, "members destroyed", destroyed);
    const Thrower fine(false);
}

// Leaves the check, and the library that it is in.
extern "C" void check_throw(const Input *input, const Report *)
{
    exercise::throw_named(exercise::text_of(input));
}
