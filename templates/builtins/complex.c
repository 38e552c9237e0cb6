/* Products and quotients of complex numbers.
 *
 * The functions of Zig's compiler_rt return a struct of two numbers. C returns a complex number as
 * such a struct on most machines, but on s390x always in memory, on x86 a narrow one in two
 * registers, and on x86-64 a wide one, of `long double`, on the stack of the FPU. These are right
 * by being C; all reckon with `long double`, beside which the exponents of the others are small. */

typedef _Complex long double Widest;

#ifdef __s390x__
#define WIDEST(name) __##name##tc3
enum { TOP = 0 }; /* the 16 bits with the sign and the exponent */
#else
#define WIDEST(name) __##name##xc3
enum { TOP = 4 };
#endif

#define BIAS 16383

#pragma STDC FP_CONTRACT OFF

static Widest complex_of(long double real, long double imaginary)
{
    Widest made;
    __real__ made = real;
    __imag__ made = imaginary;
    return made;
}

static _Bool is_nan(long double value)
{
    return __builtin_isnan(value);
}

static _Bool is_infinite(long double value)
{
    return __builtin_isinf(value);
}

static _Bool is_finite(long double value)
{
    return !is_nan(value) && !is_infinite(value);
}

/* 1 for infinity and 0 for all else, with the sign of `value`. */
static long double boxed(long double value)
{
    return __builtin_copysignl(is_infinite(value) ? 1.0L : 0.0L, value);
}

static long double zero_for_nan(long double value)
{
    return is_nan(value) ? __builtin_copysignl(0.0L, value) : value;
}

/* What C (Annex G) makes of infinities where both parts of (a + bi)(c + di) are NaN. */
static Widest infinite_product(long double a, long double b, long double c, long double d)
{
    const _Bool first = is_infinite(a) || is_infinite(b);
    const _Bool second = is_infinite(c) || is_infinite(d);
    const _Bool within = is_infinite(a * c) || is_infinite(b * d) || is_infinite(a * d) ||
                         is_infinite(b * c);
    if (!first && !second && !within) {
        return complex_of(__builtin_nanl(""), __builtin_nanl(""));
    }
    if (first) {
        a = boxed(a);
        b = boxed(b);
    }
    if (second) {
        c = boxed(c);
        d = boxed(d);
    }
    a = zero_for_nan(a);
    b = zero_for_nan(b);
    c = zero_for_nan(c);
    d = zero_for_nan(d);
    const long double infinity = __builtin_infl();
    return complex_of(infinity * (a * c - b * d), infinity * (a * d + b * c));
}

static Widest product(long double a, long double b, long double c, long double d)
{
    const long double real = a * c - b * d;
    const long double imaginary = a * d + b * c;
    if (is_nan(real) && is_nan(imaginary)) {
        return infinite_product(a, b, c, d);
    }
    return complex_of(real, imaginary);
}

/* A power of two near 1 / |value|, so that squares neither overflow nor vanish. */
static long double scale_of(long double value)
{
    union {
        long double value;
        unsigned short words[sizeof(long double) / 2];
    } bits = {.value = value};
    const int opposite = 2 * BIAS - (bits.words[TOP] & 0x7fff);
    bits.value = 1;
    bits.words[TOP] = (unsigned short)(opposite < 1 ? 1 : opposite);
    return bits.value;
}

/* The same for (a + bi) / (c + di): of a number by zero, of infinity by a number, and the reverse. */
static Widest infinite_quotient(long double a, long double b, long double c, long double d)
{
    const long double infinity = __builtin_infl();
    if (c == 0 && d == 0 && (!is_nan(a) || !is_nan(b))) {
        const long double signed_infinity = __builtin_copysignl(infinity, c);
        return complex_of(signed_infinity * a, signed_infinity * b);
    }
    if ((is_infinite(a) || is_infinite(b)) && is_finite(c) && is_finite(d)) {
        a = boxed(a);
        b = boxed(b);
        return complex_of(infinity * (a * c + b * d), infinity * (b * c - a * d));
    }
    if ((is_infinite(c) || is_infinite(d)) && is_finite(a) && is_finite(b)) {
        c = boxed(c);
        d = boxed(d);
        return complex_of(0 * (a * c + b * d), 0 * (b * c - a * d));
    }
    return complex_of(__builtin_nanl(""), __builtin_nanl(""));
}

static Widest quotient(long double a, long double b, long double c, long double d)
{
    const long double high_c = __builtin_fabsl(c);
    const long double high_d = __builtin_fabsl(d);
    const long double scale = scale_of(high_c > high_d ? high_c : high_d);
    const long double scaled_c = c * scale;
    const long double scaled_d = d * scale;
    const long double square = scaled_c * scaled_c + scaled_d * scaled_d;
    const long double real = (a * scaled_c + b * scaled_d) / square * scale;
    const long double imaginary = (b * scaled_c - a * scaled_d) / square * scale;
    if (is_nan(real) && is_nan(imaginary)) {
        return infinite_quotient(a, b, c, d);
    }
    return complex_of(real, imaginary);
}

#define BOTH(type, product_name, quotient_name)                                                    \
    _Complex type product_name(type a, type b, type c, type d)                                     \
    {                                                                                              \
        return (_Complex type)product(a, b, c, d);                                                 \
    }                                                                                              \
    _Complex type quotient_name(type a, type b, type c, type d)                                    \
    {                                                                                              \
        return (_Complex type)quotient(a, b, c, d);                                                \
    }

BOTH(float, __mulsc3, __divsc3)
BOTH(double, __muldc3, __divdc3)
BOTH(long double, WIDEST(mul), WIDEST(div))
