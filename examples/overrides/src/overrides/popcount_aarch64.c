#include "popcount.h"

#include <arm_neon.h>

const char popcount_source[] = "aarch64";

int popcount(uint64_t value)
{
    return vaddv_u8(vcnt_u8(vcreate_u8(value)));
}
