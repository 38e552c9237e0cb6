/* The sum of the products of unsigned bytes, in as many ways as there are instruction sets. */

#ifndef DOT_H
#define DOT_H

#include <stddef.h>
#include <stdint.h>

typedef uint64_t dot_function(const uint8_t *left, const uint8_t *right, size_t count);

dot_function dot_plain;

#if defined(__x86_64__) || defined(__i386__)
dot_function dot_avx2, dot_avx512;
#elif defined(__aarch64__)
dot_function dot_dotprod;
#elif defined(__riscv) && __riscv_xlen == 64
dot_function dot_rvv;
#endif

#endif
