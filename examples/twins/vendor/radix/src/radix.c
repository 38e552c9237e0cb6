#include "radix.h"

#include <string.h>

#include "alphabet.h"

#ifndef __SIZEOF_INT128__
#error "radix needs a compiler and a machine that know integers of 128 bits"
#endif

typedef unsigned __int128 number;

radix_status radix_encode(const unsigned char *bytes, const char *alphabet, char *text)
{
    size_t base;
    radix_status status = alphabet_check(alphabet, &base);
    if (status != RADIX_OK) {
        return status;
    }
    number value = 0;
    for (int i = 0; i < RADIX_BYTES; i++) {
        value = value << 8 | bytes[i];
    }
    char digits[RADIX_MAX_DIGITS];
    size_t count = 0;
    do {
        /* x86-64, aarch64 and others divide 128 bits by calling __udivti3, which neither glibc nor
         * musl has: it comes from Zig's compiler_rt, which is linked in because of this call. */
        digits[count++] = alphabet[(size_t)(value % base)];
        value /= base;
    } while (value > 0);
    for (size_t i = 0; i < count; i++) {
        text[i] = digits[count - 1 - i];
    }
    text[count] = '\0';
    return RADIX_OK;
}

radix_status radix_decode(const char *text, const char *alphabet, unsigned char *bytes)
{
    size_t base;
    radix_status status = alphabet_check(alphabet, &base);
    if (status != RADIX_OK) {
        return status;
    }
    const number largest = ~(number)0;
    number value = 0;
    for (; *text != '\0'; text++) {
        const char *place = strchr(alphabet, *text);
        if (place == NULL) {
            return RADIX_BAD_DIGIT;
        }
        number digit = (number)(place - alphabet);
        if (value > (largest - digit) / base) {
            return RADIX_OVERFLOW;
        }
        value = value * base + digit;
    }
    for (int i = RADIX_BYTES - 1; i >= 0; i--) {
        bytes[i] = (unsigned char)value;
        value >>= 8;
    }
    return RADIX_OK;
}
