#ifndef TALLY_H
#define TALLY_H

#include <stddef.h>

/* Name and version of the library. */
const char *tally_version(void);

/* What it was configured for: sizes of long and of a pointer, and 1 where words are big-endian. */
void tally_machine(int *long_size, int *pointer_size, int *big_endian);

/* The functions of the system that it uses, with blanks between them. */
const char *tally_uses(void);

/* Nanoseconds on a clock that never goes back. */
unsigned long long tally_now(void);

/* Characters before the first NUL, but no more than most. */
size_t tally_length(const char *text, size_t most);

#endif
