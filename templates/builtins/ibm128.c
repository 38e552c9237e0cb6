/* Arithmetic of IBM's `long double`, the one of glibc on ppc64le: the sum of two doubles, of which
 * the second is at most half a unit in the last place of the first.
 *
 * Zig's compiler_rt has no `__gcc_q*`, and its `__fixtfdi` and the like, whose names say nothing of
 * the format, take IEEE's binary128 and would give wrong numbers without a word. So would its
 * functions of libm's names, `sqrtl` for one.
 *
 * The algorithms are Knuth's and Dekker's for pairs of doubles; relative errors stay below 2^-103. */

typedef struct Pair {
    double high;
    double low;
} Pair;

typedef union Number {
    long double whole;
    Pair pair;
} Number;

typedef __int128 Wide;
typedef unsigned __int128 UnsignedWide;

#define TWO_64 0x1p64
#define TWO_127 0x1p127

#pragma STDC FP_CONTRACT OFF

static Pair pair_of(long double whole)
{
    return ((Number){.whole = whole}).pair;
}

static long double whole_of(Pair pair)
{
    return ((Number){.pair = pair}).whole;
}

/* The exact sum, for |a| >= |b|. */
static Pair quick_sum(double a, double b)
{
    const double sum = a + b;
    return (Pair){sum, b - (sum - a)};
}

/* The exact sum. */
static Pair two_sum(double a, double b)
{
    const double sum = a + b;
    const double of_b = sum - a;
    return (Pair){sum, (a - (sum - of_b)) + (b - of_b)};
}

/* Infinities, NaN and zeros, whose sign a second double would spoil. */
static int is_plain(double value)
{
    return value == 0 || !__builtin_isfinite(value);
}

static Pair negative(Pair a)
{
    return (Pair){-a.high, -a.low};
}

static Pair sum(Pair a, Pair b)
{
    Pair high = two_sum(a.high, b.high);
    const Pair low = two_sum(a.low, b.low);
    if (is_plain(high.high)) {
        return (Pair){high.high == 0 && low.high != 0 ? low.high : high.high, 0};
    }
    high = quick_sum(high.high, high.low + low.high);
    return quick_sum(high.high, high.low + low.low);
}

static Pair product(Pair a, Pair b)
{
    const double high = a.high * b.high;
    if (is_plain(high)) {
        return (Pair){high, 0};
    }
    const double low = __builtin_fma(a.high, b.high, -high);
    return quick_sum(high, low + (a.high * b.low + a.low * b.high));
}

static Pair quotient(Pair a, Pair b)
{
    const double first = a.high / b.high;
    if (is_plain(first) || !__builtin_isfinite(b.high)) {
        return (Pair){first, 0};
    }
    Pair rest = sum(a, negative(product(b, (Pair){first, 0})));
    const double second = rest.high / b.high;
    rest = sum(rest, negative(product(b, (Pair){second, 0})));
    const Pair two = quick_sum(first, second);
    return quick_sum(two.high, two.low + rest.high / b.high);
}

long double __gcc_qadd(long double a, long double b)
{
    return whole_of(sum(pair_of(a), pair_of(b)));
}

long double __gcc_qsub(long double a, long double b)
{
    return whole_of(sum(pair_of(a), negative(pair_of(b))));
}

long double __gcc_qmul(long double a, long double b)
{
    return whole_of(product(pair_of(a), pair_of(b)));
}

long double __gcc_qdiv(long double a, long double b)
{
    return whole_of(quotient(pair_of(a), pair_of(b)));
}

/* ---- To integers: towards zero ------------------------------------------------------------- */

/* The first double decides while it has a fraction: the second cannot reach the next integer. */
static Wide integer_of(Pair a)
{
    const Wide high = (Wide)a.high;
    if ((double)high != a.high) {
        return high;
    }
    Wide low = (Wide)a.low;
    if ((double)low != a.low) {
        low -= a.high > 0 && a.low < 0;
        low += a.high < 0 && a.low > 0;
    }
    return high + low;
}

Wide __fixtfti(long double a)
{
    return integer_of(pair_of(a));
}

long __fixtfdi(long double a)
{
    return (long)integer_of(pair_of(a));
}

UnsignedWide __fixunstfti(long double a)
{
    const Pair pair = pair_of(a);
    if (pair.high < TWO_127) {
        return (UnsignedWide)integer_of(pair);
    }
    return (UnsignedWide)integer_of(sum(pair, (Pair){-TWO_127, 0})) + ((UnsignedWide)1 << 127);
}

unsigned long __fixunstfdi(long double a)
{
    return (unsigned long)integer_of(pair_of(a));
}

/* ---- From integers ------------------------------------------------------------------------- */

/* Exact for up to 64 bits and a sign. */
static Pair pair_from(Wide value)
{
    const double high = (double)value;
    return (Pair){high, (double)(value - (Wide)high)};
}

static Pair pair_from_parts(Wide high, unsigned long low)
{
    return sum(product(pair_from(high), (Pair){TWO_64, 0}), pair_from(low));
}

long double __floatditf(long value)
{
    return whole_of(pair_from(value));
}

long double __floatunditf(unsigned long value)
{
    return whole_of(pair_from(value));
}

long double __floattitf(Wide value)
{
    return whole_of(pair_from_parts(value >> 64, (unsigned long)value));
}

long double __floatuntitf(UnsignedWide value)
{
    return whole_of(pair_from_parts((Wide)(value >> 64), (unsigned long)value));
}

/* ---- Powers, and complex numbers ----------------------------------------------------------- */

long double __powitf2(long double base, int exponent)
{
    long double power = 1;
    for (unsigned rest = exponent < 0 ? -(unsigned)exponent : (unsigned)exponent; rest != 0;) {
        if (rest & 1) {
            power *= base;
        }
        rest >>= 1;
        if (rest != 0) {
            base *= base;
        }
    }
    return exponent < 0 ? 1 / power : power;
}

static _Complex long double complex_of(long double real, long double imaginary)
{
    _Complex long double made;
    __real__ made = real;
    __imag__ made = imaginary;
    return made;
}

static _Complex double highs(long double real, long double imaginary)
{
    _Complex double made;
    __real__ made = (double)real;
    __imag__ made = (double)imaginary;
    return made;
}

static int is_nan(long double value)
{
    return __builtin_isnan((double)value);
}

/* Where infinities make NaN of both parts, those of doubles know what C (Annex G) makes of them. */
_Complex long double __multc3(long double a, long double b, long double c, long double d)
{
    const long double real = a * c - b * d;
    const long double imaginary = a * d + b * c;
    if (is_nan(real) && is_nan(imaginary)) {
        return highs(a, b) * highs(c, d);
    }
    return complex_of(real, imaginary);
}

/* A power of two near 1 / |value|, so that squares neither overflow nor vanish. */
static double scale_of(double value)
{
    unsigned long bits;
    __builtin_memcpy(&bits, &value, sizeof bits);
    const long exponent = (long)(bits >> 52 & 0x7ff);
    const long opposite = 2046 - exponent;
    bits = (unsigned long)(opposite < 1 ? 1 : opposite > 2045 ? 2045 : opposite) << 52;
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
}

_Complex long double __divtc3(long double a, long double b, long double c, long double d)
{
    const double high_c = __builtin_fabs((double)c);
    const double high_d = __builtin_fabs((double)d);
    const double scale = scale_of(high_c > high_d ? high_c : high_d);
    const long double scaled_c = c * scale;
    const long double scaled_d = d * scale;
    const long double square = scaled_c * scaled_c + scaled_d * scaled_d;
    const long double real = (a * scaled_c + b * scaled_d) / square * scale;
    const long double imaginary = (b * scaled_c - a * scaled_d) / square * scale;
    if (is_nan(real) && is_nan(imaginary)) {
        return highs(a, b) / highs(c, d);
    }
    return complex_of(real, imaginary);
}

/* ---- What is libm's ------------------------------------------------------------------------ */

/* compiler_rt has functions of these names, too, for binary128; a linker meets them before libm.
 * The version is that of all which the first glibc for this machine had. */
#define OF_LIBM(name) __asm__(".symver libm_" #name ", " #name "@GLIBC_2.17")
#define ONE(name)                                                                                  \
    OF_LIBM(name);                                                                                 \
    long double libm_##name(long double);                                                          \
    long double name(long double a)                                                                \
    {                                                                                              \
        return libm_##name(a);                                                                     \
    }
#define TWO(name)                                                                                  \
    OF_LIBM(name);                                                                                 \
    long double libm_##name(long double, long double);                                             \
    long double name(long double a, long double b)                                                 \
    {                                                                                              \
        return libm_##name(a, b);                                                                  \
    }

ONE(ceill)
ONE(cosl)
ONE(exp2l)
ONE(expl)
ONE(fabsl)
ONE(floorl)
ONE(log10l)
ONE(log2l)
ONE(logl)
ONE(roundl)
ONE(sinl)
ONE(sqrtl)
ONE(tanl)
ONE(truncl)
TWO(fmaxl)
TWO(fminl)
TWO(fmodl)

OF_LIBM(fmal);
long double libm_fmal(long double, long double, long double);
long double fmal(long double a, long double b, long double c)
{
    return libm_fmal(a, b, c);
}

OF_LIBM(sincosl);
void libm_sincosl(long double, long double *, long double *);
void sincosl(long double a, long double *sine, long double *cosine)
{
    libm_sincosl(a, sine, cosine);
}
