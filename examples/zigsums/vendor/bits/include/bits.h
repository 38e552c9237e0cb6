#ifndef BITS_H
#define BITS_H

#include <stdint.h>

/* The bits of a number in the opposite order. */
uint32_t bits_reversed(uint32_t value);

#endif
