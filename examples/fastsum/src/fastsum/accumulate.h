#ifndef FASTSUM_ACCUMULATE_H
#define FASTSUM_ACCUMULATE_H

#include <stddef.h>

/* A running sum with the rounding error of every addition kept beside it (Neumaier, 1974). */
typedef struct {
    double sum;
    double lost;
} accumulator;

void accumulate(accumulator *self, double value);
double accumulated(const accumulator *self);

#endif
