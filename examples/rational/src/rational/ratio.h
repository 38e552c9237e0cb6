#ifndef RATIO_H
#define RATIO_H

typedef struct {
    long long top;
    long long bottom;
} Ratio;

/* Lowest terms, with the sign on top; 0/0 if `bottom` is 0. */
Ratio ratio_make(long long top, long long bottom);
Ratio ratio_sum(Ratio left, Ratio right);
int ratio_compare(Ratio left, Ratio right);

#endif
