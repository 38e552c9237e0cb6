#include "sums.h"

#include <bits.h>

#define POLYNOMIAL 0x04c11db7u

uint32_t sums_adler32(const uint8_t *data, size_t size) {
    uint32_t low = 1, high = 0;
    for (size_t i = 0; i < size; i++) {
        low = (low + data[i]) % MODULUS;
        high = (high + low) % MODULUS;
    }
    return high << 16 | low;
}

uint32_t sums_crc32(const uint8_t *data, size_t size) {
    uint32_t sum = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        sum ^= bits_reversed(data[i]);
        for (int bit = 0; bit < 8; bit++)
            sum = sum & 0x80000000u ? sum << 1 ^ POLYNOMIAL : sum << 1;
    }
    return ~bits_reversed(sum);
}

uint32_t sums_fletcher16(const uint8_t *data, size_t size) {
    uint32_t low = 0, high = 0;
    for (size_t i = 0; i < size; i++) {
        low = (low + data[i]) % 255;
        high = (high + low) % 255;
    }
    return high << 8 | low;
}
