#include "popcount.h"

#include <emmintrin.h>

const char popcount_source[] = "x86_64";

/* SSE2, which every x86-64 has; POPCNT came later. */
int popcount(uint64_t value)
{
    value -= value >> 1 & UINT64_C(0x5555555555555555);
    value = (value & UINT64_C(0x3333333333333333)) + (value >> 2 & UINT64_C(0x3333333333333333));
    value = (value + (value >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    __m128i bytes = _mm_set_epi64x(0, (long long)value);
    return _mm_cvtsi128_si32(_mm_sad_epu8(bytes, _mm_setzero_si128()));
}
