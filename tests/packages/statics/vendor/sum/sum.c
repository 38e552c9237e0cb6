#include "sum.h"

long long sum_up_to(long long n)
{
    return n * (n + 1) / 2;
}
