#include "alphabet.h"

#include <string.h>

radix_status alphabet_check(const char *alphabet, size_t *length)
{
    *length = strlen(alphabet);
    for (const char *c = alphabet; *c != '\0'; c++) {
        if (strchr(c + 1, *c) != NULL) {
            return RADIX_BAD_ALPHABET;
        }
    }
    return *length < 2 ? RADIX_BAD_ALPHABET : RADIX_OK;
}

const char *radix_message(radix_status status)
{
    switch (status) {
    case RADIX_OK: return "no error";
    case RADIX_BAD_ALPHABET: return "an alphabet needs two or more different characters";
    case RADIX_BAD_DIGIT: return "a character is not in the alphabet";
    case RADIX_OVERFLOW: return "the number has more than 128 bits";
    }
    return "unknown status";
}
