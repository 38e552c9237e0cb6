#ifndef TALLY_H
#define TALLY_H

#include <stddef.h>
#include <stdint.h>

/* Adler-32 (RFC 1950, section 8.2) of `size` bytes. */
uint32_t tally_adler32(const unsigned char *data, size_t size);

/* Adds to `counts` how often each byte occurs. */
void tally_histogram(const unsigned char *data, size_t size, size_t counts[256]);

/* Length of the longest run of one and the same byte; that byte goes to `*which`. */
size_t tally_longest_run(const unsigned char *data, size_t size, unsigned char *which);

#endif
