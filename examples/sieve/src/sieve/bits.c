#include "bits.h"

void bits_set(unsigned char *bits, size_t index)
{
    bits[index / 8] |= (unsigned char)(1u << index % 8);
}

int bits_get(const unsigned char *bits, size_t index)
{
    return bits[index / 8] >> index % 8 & 1;
}
