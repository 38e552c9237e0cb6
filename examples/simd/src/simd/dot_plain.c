#include "dot.h"

uint64_t dot_plain(const uint8_t *left, const uint8_t *right, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (uint32_t)left[i] * right[i];
    }
    return sum;
}
