/* Products and quotients of complex numbers, of each width: a compiler calls functions for them, which
 * return two numbers in the places that its machine has for these. */
#include <string.h>

#include "exercise.h"

static double operand(const unsigned char *bytes)
{
    unsigned long long bits = 0;
    double value;
    for (int i = 7; i >= 0; i--) {
        bits = bits << 8 | bytes[i];
    }
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void report_parts(const Report *report, const char *name, double real, double imaginary)
{
    const double parts[] = {real, imaginary};
    report->bytes(report->into, name, parts, sizeof parts);
}

#define CHECK(type, product_name, quotient_name)                                                   \
    {                                                                                              \
        _Complex type a, b;                                                                        \
        __real__ a = (type)operand(input->bytes);                                                  \
        __imag__ a = (type)operand(input->bytes + 8);                                              \
        __real__ b = (type)operand(input->bytes + 16);                                             \
        __imag__ b = (type)operand(input->bytes + 24);                                             \
        const _Complex type product = a * b;                                                       \
        const _Complex type quotient = a / b;                                                      \
        report_parts(report, product_name, (double)__real__ product, (double)__imag__ product);     \
        report_parts(report, quotient_name, (double)__real__ quotient,                             \
                     (double)__imag__ quotient);                                                   \
    }

/* Input: the parts of two numbers, as bits of doubles. */
void check_complex(const Input *input, const Report *report)
{
    CHECK(float, "float product", "float quotient")
    CHECK(double, "double product", "double quotient")
    CHECK(long double, "long double product", "long double quotient")
}
