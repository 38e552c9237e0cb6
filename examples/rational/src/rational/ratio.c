#include "ratio.h"

static long long common(long long a, long long b) {
    while (b != 0) {
        long long rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

Ratio ratio_make(long long top, long long bottom) {
    Ratio made = {0, 0};
    if (bottom != 0) {
        long long by = common(top, bottom) * (bottom < 0 ? -1 : 1);
        made.top = top / by;
        made.bottom = bottom / by;
    }
    return made;
}

Ratio ratio_sum(Ratio left, Ratio right) {
    return ratio_make(left.top * right.bottom + right.top * left.bottom, left.bottom * right.bottom);
}

int ratio_compare(Ratio left, Ratio right) {
    long long one = left.top * right.bottom, other = right.top * left.bottom;
    return (one > other) - (one < other);
}
