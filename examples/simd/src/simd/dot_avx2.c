#include "dot.h"

#ifdef __AVX2__
#include <immintrin.h>

uint64_t dot_avx2(const uint8_t *left, const uint8_t *right, size_t count)
{
    __m256i sums = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        __m256i a = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(left + i)));
        __m256i b = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(right + i)));
        __m256i pairs = _mm256_madd_epi16(a, b);
        __m256i zero = _mm256_setzero_si256();
        sums = _mm256_add_epi64(sums, _mm256_unpacklo_epi32(pairs, zero));
        sums = _mm256_add_epi64(sums, _mm256_unpackhi_epi32(pairs, zero));
    }
    uint64_t parts[4];
    _mm256_storeu_si256((__m256i *)parts, sums);
    return parts[0] + parts[1] + parts[2] + parts[3] + dot_plain(left + i, right + i, count - i);
}
#endif
