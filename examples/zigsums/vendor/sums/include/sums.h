#ifndef SUMS_H
#define SUMS_H

#include <stddef.h>
#include <stdint.h>

uint32_t sums_adler32(const uint8_t *data, size_t size);
uint32_t sums_crc32(const uint8_t *data, size_t size);
uint32_t sums_fletcher16(const uint8_t *data, size_t size);

#endif
