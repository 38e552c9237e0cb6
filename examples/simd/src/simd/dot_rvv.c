#include "dot.h"

#if defined(__riscv_vector) && __riscv_xlen == 64
#include <riscv_vector.h>

uint64_t dot_rvv(const uint8_t *left, const uint8_t *right, size_t count)
{
    uint64_t sum = 0;
    for (size_t step; count > 0; count -= step, left += step, right += step) {
        step = __riscv_vsetvl_e8m2(count);
        vuint8m2_t a = __riscv_vle8_v_u8m2(left, step);
        vuint8m2_t b = __riscv_vle8_v_u8m2(right, step);
        vuint32m8_t products = __riscv_vzext_vf2_u32m8(__riscv_vwmulu_vv_u16m4(a, b, step), step);
        vuint64m1_t zero = __riscv_vmv_v_x_u64m1(0, 1);
        sum += __riscv_vmv_x_s_u64m1_u64(__riscv_vwredsumu_vs_u32m8_u64m1(products, zero, step));
    }
    return sum;
}
#endif
