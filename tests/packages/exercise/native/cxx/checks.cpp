#include "exercise.hpp"

extern "C" const Check cxx_checks[] = {
    {"exceptions", check_exceptions},
    {"nested", check_nested},
    {"unwinding", check_unwinding},
    {"throw", check_throw},
    {"threads", check_cxx_threads},
    {"thread_local", check_cxx_thread_local},
    {"atomics", check_cxx_atomics},
    {"casts", check_casts},
    {"statics", check_statics},
    {"streams", check_streams},
    {"locale", check_locale},
    {"filesystem", check_filesystem},
    {"chrono", check_chrono},
    {"containers", check_containers},
    {"text", check_text},
    {"numbers", check_cxx_numbers},
    {nullptr, nullptr},
};
