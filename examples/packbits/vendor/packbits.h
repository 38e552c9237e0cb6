#ifndef PACKBITS_H
#define PACKBITS_H

#include <stddef.h>

/* cffi reads what is between the two lines */
/* begin */
#define PACKBITS_TRUNCATED -1
#define PACKBITS_TOO_SMALL -2

typedef struct {
    size_t runs;
    size_t literals;
} packbits_counts;

typedef void (*packbits_on_run)(unsigned char byte, int length, void *data);

size_t packbits_bound(size_t length);
ptrdiff_t packbits_pack(const unsigned char *in, size_t length, unsigned char *out,
                        packbits_counts *counts);
ptrdiff_t packbits_unpack(const unsigned char *in, size_t length, unsigned char *out, size_t room);
void packbits_each_run(const unsigned char *in, size_t length, packbits_on_run call, void *data);
/* end */

#endif
