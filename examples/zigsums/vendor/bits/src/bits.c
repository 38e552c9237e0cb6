#include "bits.h"

uint32_t bits_reversed(uint32_t value) {
    uint32_t result = 0;
    for (int bit = 0; bit < 32; bit++)
        result |= (value >> bit & 1) << (31 - bit);
    return result;
}
