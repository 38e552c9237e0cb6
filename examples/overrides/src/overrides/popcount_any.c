#include "popcount.h"

const char popcount_source[] = "any";

int popcount(uint64_t value)
{
    int count = 0;
    for (; value != 0; value &= value - 1) {
        count++;
    }
    return count;
}
