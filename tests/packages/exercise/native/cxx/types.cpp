// Types at run time, and objects that are made before anybody asks for them.
#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <typeindex>
#include <typeinfo>
#include <unordered_map>
#include <vector>

#include "exercise.hpp"

using exercise::put;

namespace {

struct Shape {
    virtual ~Shape() = default;
    virtual int corners() const = 0;
};
struct Named {
    virtual ~Named() = default;
    virtual std::string name() const { return "unnamed"; }
};
struct Square : Shape, Named {
    int corners() const override { return 4; }
    std::string name() const override { return "square"; }
};
struct Circle : Shape {
    int corners() const override { return 0; }
};

std::string plain_name(const std::type_info &type)
{
    int status = 0;
    const std::unique_ptr<char, void (*)(void *)> name(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
    return status == 0 ? name.get() : type.name();
}

} // namespace

extern "C" void check_casts(const Input *, const Report *report)
{
    const std::unique_ptr<Shape> square = std::make_unique<Square>();
    const std::unique_ptr<Shape> circle = std::make_unique<Circle>();
    const auto *named = dynamic_cast<const Named *>(square.get());
    put(report, "sideways", named ? named->name() : "nothing");
    put(report, "not sideways", dynamic_cast<const Named *>(circle.get()) == nullptr);
    put(report, "down", dynamic_cast<const Square *>(square.get())->corners());
    put(report, "whole", dynamic_cast<const void *>(named) == dynamic_cast<void *>(square.get()));
    try {
        (void)dynamic_cast<const Square &>(*circle);
    } catch (const std::bad_cast &) {
        put(report, "bad cast", 1);
    }
    const Shape &as_shape = *square;
    put(report, "type", typeid(as_shape) == typeid(Square));
    put(report, "name", plain_name(typeid(std::vector<std::string>::value_type *)));
    std::unordered_map<std::type_index, int> numbers;
    numbers[typeid(int)] = 1;
    numbers[typeid(exercise::Error)] = 2;
    put(report, "index", numbers[std::type_index(typeid(exercise::Error))]);
    try {
        exercise::throw_named("own");
    } catch (const std::exception &error) {
        put(report, "coded", dynamic_cast<const exercise::Coded &>(error).code);
    }
}

namespace {

std::vector<std::string> &story()
{
    static std::vector<std::string> words;
    return words;
}

struct Told {
    explicit Told(const char *word) { story().emplace_back(word); }
};

const Told first("first");
const Told second("second");
const std::string long_text = std::string(100, 'x') + "y";
const std::vector<int> numbers = [] {
    std::vector<int> made;
    for (int i = 0; i < 100; i++) {
        made.push_back(i * i);
    }
    return made;
}();

[[gnu::constructor]] void before_all() { story().emplace_back("constructor"); }

int made_once()
{
    static const int value = [] {
        story().emplace_back("once");
        return 23;
    }();
    return value;
}

} // namespace

extern "C" void check_statics(const Input *, const Report *report)
{
    put(report, "value", made_once() + made_once());
    std::string words;
    for (const std::string &word : story()) {
        words += word + " ";
    }
    put(report, "first before second", words.find("first second") != std::string::npos);
    put(report, "constructor", words.find("constructor") != std::string::npos);
    put(report, "once", words.find("once") == words.rfind("once"));
    put(report, "text", long_text.substr(99));
    put(report, "numbers", numbers.at(99));
}
