#ifndef LOUD_H
#define LOUD_H

#include <stdio.h>

/* Copy `in` to `out` in capitals, with `marks` exclamation marks before the end of each line.
 * Not zero on an error of reading or writing; errno says which. */
int loud_copy(FILE *in, FILE *out, unsigned long marks);

#endif
