#ifndef SIEVE_BITS_H
#define SIEVE_BITS_H

#include <stddef.h>

void bits_set(unsigned char *bits, size_t index);
int bits_get(const unsigned char *bits, size_t index);

#endif
