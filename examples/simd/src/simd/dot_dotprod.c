#include "dot.h"

#if defined(__ARM_FEATURE_DOTPROD) && defined(__aarch64__)
#include <arm_neon.h>

uint64_t dot_dotprod(const uint8_t *left, const uint8_t *right, size_t count)
{
    uint64x2_t sums = vdupq_n_u64(0);
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        uint32x4_t fours = vdotq_u32(vdupq_n_u32(0), vld1q_u8(left + i), vld1q_u8(right + i));
        sums = vpadalq_u32(sums, fours);
    }
    return vaddvq_u64(sums) + dot_plain(left + i, right + i, count - i);
}
#endif
