#ifndef RADIX_ALPHABET_H
#define RADIX_ALPHABET_H

#include "radix.h"

/* Whether an alphabet can be used, and its length. */
radix_status alphabet_check(const char *alphabet, size_t *length);

#endif
