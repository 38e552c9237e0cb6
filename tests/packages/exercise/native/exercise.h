/* What the checks and the extension modules have in common. No check knows of Python: it is given
 * bytes and reports what it found, and Python compares. */
#ifndef EXERCISE_H
#define EXERCISE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct Input {
    const unsigned char *bytes; /* a zero follows, so that a path is a string */
    size_t size;
} Input;

typedef struct Report {
    void *into;
    void (*integer)(void *into, const char *name, long long value);
    void (*bytes)(void *into, const char *name, const void *value, size_t size);
} Report;

typedef void Run(const Input *input, const Report *report);

typedef struct Check {
    const char *name;
    Run *run;
} Check;

/* Both end with a check without a name. */
extern const Check c_checks[];
extern const Check cxx_checks[];

Run check_sizes, check_order, check_int64, check_int128, check_double, check_long_double, check_complex;
Run check_threads, check_thread_local, check_atomics;
Run check_file, check_descriptor, check_large_file, check_sockets, check_pipe, check_clock;

static inline void report_text(const Report *report, const char *name, const char *text)
{
    size_t size = 0;
    while (text[size] != 0) {
        size++;
    }
    report->bytes(report->into, name, text, size);
}

static inline void report_integer(const Report *report, const char *name, long long value)
{
    report->integer(report->into, name, value);
}

#ifdef __cplusplus
}
#endif

#endif
