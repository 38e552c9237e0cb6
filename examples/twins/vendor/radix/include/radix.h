#ifndef RADIX_H
#define RADIX_H

#include <stddef.h>

/* Digits of the largest number in the smallest alphabet: 128 binary ones. */
#define RADIX_MAX_DIGITS 128
#define RADIX_BYTES 16

typedef enum {
    RADIX_OK,
    RADIX_BAD_ALPHABET, /* fewer than two characters, or one of them twice */
    RADIX_BAD_DIGIT,    /* a character that is not in the alphabet */
    RADIX_OVERFLOW      /* more than 128 bits */
} radix_status;

/* Write 16 bytes, the most significant one first, with the characters of `alphabet`.
 * `text` has room for RADIX_MAX_DIGITS + 1 characters. */
radix_status radix_encode(const unsigned char *bytes, const char *alphabet, char *text);

/* The reverse. */
radix_status radix_decode(const char *text, const char *alphabet, unsigned char *bytes);

/* A description of a status, in English. */
const char *radix_message(radix_status status);

#endif
