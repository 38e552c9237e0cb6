/* Sizes, alignments and byte order, as this compiler sees the target. */
#define _FILE_OFFSET_BITS 64

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <wchar.h>

#include "exercise.h"

#define SIZE(name, type) report_integer(report, "size " name, (long long)sizeof(type))
#define ALIGNMENT(name, type)                                                                      \
    report_integer(report, "alignment " name, (long long)offsetof(struct { char c; type t; }, t))

void check_sizes(const Input *input, const Report *report)
{
    (void)input;
    SIZE("?", bool);
    SIZE("h", short);
    SIZE("i", int);
    SIZE("l", long);
    SIZE("q", long long);
    SIZE("n", ptrdiff_t);
    SIZE("N", size_t);
    SIZE("P", void *);
    SIZE("f", float);
    SIZE("d", double);
    ALIGNMENT("h", short);
    ALIGNMENT("i", int);
    ALIGNMENT("l", long);
    ALIGNMENT("q", long long);
    ALIGNMENT("P", void *);
    ALIGNMENT("d", double);
    SIZE("intmax_t", intmax_t);
    SIZE("off_t", off_t);
    SIZE("time_t", time_t);
    SIZE("wchar_t", wchar_t);
    SIZE("long double", long double);
    report_integer(report, "char bits", CHAR_BIT);
    report_integer(report, "greatest ptrdiff_t", (long long)PTRDIFF_MAX);
    report_integer(report, "half of greatest size_t", (long long)(SIZE_MAX / 2));
    report_integer(report, "least long", LONG_MIN);
}

/* What Python packs as `>BhIqfd`, read without regard to the machine's own order. */
static uint64_t big_endian(const unsigned char *from, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++) {
        value = value << 8 | from[i];
    }
    return value;
}

typedef struct Mixed {
    unsigned char b;
    short h;
    unsigned int i;
    long long q;
    float f;
    double d;
} Mixed;

typedef struct __attribute__((packed)) Tight {
    unsigned char b;
    short h;
    unsigned int i;
    long long q;
    float f;
    double d;
} Tight;

void check_order(const Input *input, const Report *report)
{
    const unsigned char *at = input->bytes;
    Mixed mixed;
    memset(&mixed, 0, sizeof mixed);
    mixed.b = (unsigned char)big_endian(at, 1);
    mixed.h = (short)big_endian(at + 1, 2);
    mixed.i = (unsigned int)big_endian(at + 3, 4);
    mixed.q = (long long)big_endian(at + 7, 8);
    const uint32_t float_bits = (uint32_t)big_endian(at + 15, 4);
    const uint64_t double_bits = big_endian(at + 19, 8);
    memcpy(&mixed.f, &float_bits, sizeof mixed.f);
    memcpy(&mixed.d, &double_bits, sizeof mixed.d);
    const Tight tight = {mixed.b, mixed.h, mixed.i, mixed.q, mixed.f, mixed.d};

    report->bytes(report->into, "native", &mixed, sizeof mixed);
    report->bytes(report->into, "packed", &tight, sizeof tight);
    report_integer(report, "h", mixed.h);
    report_integer(report, "q", mixed.q);
    report_integer(report, "f", (long long)(mixed.f * 1024));
    report_integer(report, "d", (long long)(mixed.d * 1024));
    report_integer(report, "swapped", (long long)__builtin_bswap64((uint64_t)mixed.q));
    const uint64_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    report_text(report, "byteorder", first ? "little" : "big");
    const union {
        uint32_t whole;
        struct {
            unsigned int low : 4;
            unsigned int rest : 28;
        } parts;
    } bits = {.parts = {.low = 5, .rest = 0}};
    report_integer(report, "first bit field", bits.whole);
}
