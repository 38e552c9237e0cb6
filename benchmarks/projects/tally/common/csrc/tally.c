#include "tally.h"

#define MODULUS 65521u
/* The most additions after which the sums still fit into 32 bits. */
#define BLOCK 5552u

uint32_t tally_adler32(const unsigned char *data, size_t size) {
    uint32_t low = 1, high = 0;
    while (size > 0) {
        size_t block = size < BLOCK ? size : BLOCK;
        size -= block;
        while (block-- > 0) {
            low += *data++;
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    return (high << 16) | low;
}

void tally_histogram(const unsigned char *data, size_t size, size_t counts[256]) {
    for (size_t i = 0; i < size; i++) {
        counts[data[i]]++;
    }
}

size_t tally_longest_run(const unsigned char *data, size_t size, unsigned char *which) {
    size_t best = 0, run = 0;
    for (size_t i = 0; i < size; i++) {
        run = i > 0 && data[i] == data[i - 1] ? run + 1 : 1;
        if (run > best) {
            best = run;
            *which = data[i];
        }
    }
    return best;
}
