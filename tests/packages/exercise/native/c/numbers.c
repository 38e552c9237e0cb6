/* Arithmetic that machines do not have, so that the compiler calls functions for it: 64 bits on
 * machines of 32, 128 bits on all, and `long double` where it is emulated. */
#ifdef _WIN32
#define __USE_MINGW_ANSI_STDIO 1 /* Windows' own printf takes a long double for a double */
#endif

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exercise.h"

/* An operand: `size` bytes, the least significant first. */
static uint64_t operand(const unsigned char *bytes)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) {
        value = value << 8 | bytes[i];
    }
    return value;
}

static void report_unsigned(const Report *report, const char *name, uint64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(value >> 8 * i);
    }
    report->bytes(report->into, name, bytes, sizeof bytes);
}

/* Bits of a double, so that not one of them is lost on the way. */
static void report_double(const Report *report, const char *name, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    report_unsigned(report, name, bits);
}

/* Input: two operands of 8 bytes, the second not 0, and a number of bits. */
void check_int64(const Input *input, const Report *report)
{
    const uint64_t a = operand(input->bytes);
    const uint64_t b = operand(input->bytes + 8);
    const int bits = input->bytes[16];
    const int64_t signed_a = (int64_t)a;
    const int64_t signed_b = (int64_t)b;
    int64_t product;
    uint64_t wrapped;

    report_unsigned(report, "quotient", a / b);
    report_unsigned(report, "remainder", a % b);
    report_integer(report, "signed quotient", signed_a / signed_b);
    report_integer(report, "signed remainder", signed_a % signed_b);
    report_integer(report, "overflow", __builtin_mul_overflow(signed_a, signed_b, &product));
    report_integer(report, "product", product);
    report_integer(report, "unsigned overflow", __builtin_mul_overflow(a, b, &wrapped));
    report_unsigned(report, "left", a << bits);
    report_unsigned(report, "right", a >> bits);
    report_integer(report, "signed right", signed_a >> bits);
    report_double(report, "to double", (double)a);
    report_double(report, "signed to double", (double)signed_a);
    report_double(report, "to float", (double)(float)a);
    report_unsigned(report, "from double", (uint64_t)((double)(a >> 1) * 1.5));
    report_integer(report, "signed from double", (int64_t)((double)signed_a * 0.75));
    report_integer(report, "signed from float", (int64_t)((float)signed_a * 0.75F));
    report_integer(report, "bits", __builtin_popcountll(a));
    report_integer(report, "leading zeros", __builtin_clzll(a));
}

#ifdef __SIZEOF_INT128__
typedef unsigned __int128 Wide;
typedef __int128 Signed;

static Wide wide_operand(const unsigned char *bytes)
{
    return (Wide)operand(bytes + 8) << 64 | operand(bytes);
}

static void report_wide(const Report *report, const char *name, Wide value)
{
    unsigned char bytes[16];
    for (int i = 0; i < 16; i++) {
        bytes[i] = (unsigned char)(value >> 8 * i);
    }
    report->bytes(report->into, name, bytes, sizeof bytes);
}
#endif

/* Input: two operands of 16 bytes, the second not 0, and a number of bits. */
void check_int128(const Input *input, const Report *report)
{
#ifdef __SIZEOF_INT128__
    const Wide a = wide_operand(input->bytes);
    const Wide b = wide_operand(input->bytes + 16);
    const int bits = input->bytes[32];
    const Signed signed_a = (Signed)a;
    const Signed signed_b = (Signed)b;
    Signed product;
    Wide wrapped;

    report_integer(report, "overflow", __builtin_mul_overflow(signed_a, signed_b, &product));
    report_integer(report, "unsigned overflow", __builtin_mul_overflow(a, b, &wrapped));
    report_wide(report, "product", wrapped);
    report_wide(report, "quotient", a / b);
    report_wide(report, "remainder", a % b);
    report_wide(report, "signed quotient", (Wide)(signed_a / signed_b));
    report_wide(report, "signed remainder", (Wide)(signed_a % signed_b));
    report_wide(report, "left", a << bits);
    report_wide(report, "right", a >> bits);
    report_wide(report, "signed right", (Wide)(signed_a >> bits));
    report_double(report, "to double", (double)a);
    report_double(report, "signed to double", (double)signed_a);
    report_double(report, "to float", (double)(float)(a >> 4));
    report_wide(report, "from double", (Wide)((double)(a >> 1) * 1.5));
    report_wide(report, "signed from double", (Wide)(Signed)((double)signed_a * 0.75));
    report_wide(report, "there and back", (Wide)(Signed)(long double)(signed_a >> 80));
#else
    (void)input;
    (void)report;
#endif
}

static double double_operand(const unsigned char *bytes)
{
    const uint64_t bits = operand(bytes);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Input: two doubles as bits. IEEE 754 leaves no choice in any of the results. */
void check_double(const Input *input, const Report *report)
{
    const double a = double_operand(input->bytes);
    const double b = double_operand(input->bytes + 8);

    report_double(report, "sum", a + b);
    report_double(report, "difference", a - b);
    report_double(report, "product", a * b);
    report_double(report, "quotient", a / b);
    report_double(report, "root", sqrt(fabs(a)));
    report_double(report, "remainder", fmod(a, b));
    report_double(report, "floor", floor(a));
    report_double(report, "scaled", ldexp(a, 3));
    report_double(report, "rounded", (double)(float)a);
    report_integer(report, "evaluation", FLT_EVAL_METHOD);
    char text[64];
    snprintf(text, sizeof text, "%.17g", a);
    report_text(report, "text", text);
    report_double(report, "text read back", strtod(text, NULL));
}

/* Enough digits that reading them gives the same number again, whatever the format. */
static void report_long_double(const Report *report, const char *name, long double value)
{
    char text[128];
    snprintf(text, sizeof text, "%.*Lg", LDBL_DECIMAL_DIG, value);
    report_text(report, name, text);
}

/* Input: a decimal number as text. */
void check_long_double(const Input *input, const Report *report)
{
    const long double a = strtold((const char *)input->bytes, NULL);
    const volatile long double three = 3.0L;
    const volatile double narrow = (double)a;

    report_integer(report, "mantissa", LDBL_MANT_DIG);
    report_long_double(report, "read", a);
    report_long_double(report, "sum", a + three);
    report_long_double(report, "difference", a - three);
    report_long_double(report, "product", a * three);
    report_long_double(report, "quotient", a / three);
    report_long_double(report, "root", sqrtl(a));
    report_long_double(report, "negative", -a);
    report_integer(report, "truncated", (long long)a);
    report_integer(report, "unsigned truncated", (long long)(unsigned long long)a);
    report_long_double(report, "from integer", (long double)(long long)a / three);
    report_long_double(report, "from unsigned", (long double)(unsigned long long)a / three);
    report_long_double(report, "from double", (long double)narrow);
    report_double(report, "to double", (double)a);
    report_double(report, "to float", (double)(float)a);
    report_integer(report, "greater", a > three);
    report_integer(report, "equal", a / three * three - a < LDBL_EPSILON * a * 2);
    char text[128];
    snprintf(text, sizeof text, "%.*Lg", LDBL_DECIMAL_DIG, a / three);
    report_integer(report, "read back", strtold(text, NULL) == a / three);
    const long double items[] = {1.0L / three, a, -a};
    report_long_double(report, "in memory", items[0] + items[1] + items[2]);
}
