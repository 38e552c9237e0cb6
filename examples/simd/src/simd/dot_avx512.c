#include "dot.h"

#ifdef __AVX512BW__
#include <immintrin.h>

uint64_t dot_avx512(const uint8_t *left, const uint8_t *right, size_t count)
{
    __m512i sums = _mm512_setzero_si512();
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        __m512i a = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(left + i)));
        __m512i b = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(right + i)));
        __m512i pairs = _mm512_madd_epi16(a, b);
        __m512i zero = _mm512_setzero_si512();
        sums = _mm512_add_epi64(sums, _mm512_unpacklo_epi32(pairs, zero));
        sums = _mm512_add_epi64(sums, _mm512_unpackhi_epi32(pairs, zero));
    }
    uint64_t sum = (uint64_t)_mm512_reduce_add_epi64(sums);
    return sum + dot_plain(left + i, right + i, count - i);
}
#endif
