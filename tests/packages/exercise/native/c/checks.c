#include "exercise.h"

const Check c_checks[] = {
    {"sizes", check_sizes},
    {"order", check_order},
    {"int64", check_int64},
    {"int128", check_int128},
    {"double", check_double},
    {"long_double", check_long_double},
    {"complex", check_complex},
    {"threads", check_threads},
    {"thread_local", check_thread_local},
    {"atomics", check_atomics},
    {"file", check_file},
    {"descriptor", check_descriptor},
    {"large_file", check_large_file},
    {"sockets", check_sockets},
    {"pipe", check_pipe},
    {"clock", check_clock},
    {NULL, NULL},
};
