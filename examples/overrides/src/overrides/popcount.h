#ifndef OVERRIDES_POPCOUNT_H
#define OVERRIDES_POPCOUNT_H

#include <stdint.h>

/* Which of the sources was compiled. */
extern const char popcount_source[];

/* Number of bits that are set. */
int popcount(uint64_t value);

#endif
