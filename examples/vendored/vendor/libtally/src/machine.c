#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "tally.h"

#if HAVE_SYS_RANDOM_H
#include <sys/random.h>
#endif

/* What configure has found must be what the compiler knows. */
typedef char long_is_as_configured[sizeof(long) == SIZEOF_LONG ? 1 : -1];
typedef char pointer_is_as_configured[sizeof(void *) == SIZEOF_VOID_P ? 1 : -1];

const char *tally_version(void) {
    return PACKAGE_NAME " " PACKAGE_VERSION;
}

void tally_machine(int *long_size, int *pointer_size, int *big_endian) {
    *long_size = SIZEOF_LONG;
    *pointer_size = SIZEOF_VOID_P;
#ifdef WORDS_BIGENDIAN
    *big_endian = 1;
#else
    *big_endian = 0;
#endif
}

const char *tally_uses(void) {
    return ""
#ifdef HAVE_CLOCK_GETTIME
           "clock_gettime "
#endif
#ifdef HAVE_QUERYPERFORMANCECOUNTER
           "QueryPerformanceCounter "
#endif
#ifdef HAVE_GETRANDOM
           "getrandom "
#endif
#ifdef ENABLE_TRACE
           "trace "
#endif
#ifdef ENABLE_NAMES
           "names"
#endif
        ;
}

size_t tally_length(const char *text, size_t most) {
#if HAVE_DECL_STRNLEN
    return strnlen(text, most);
#else
    const char *end = memchr(text, 0, most);
    return end ? (size_t)(end - text) : most;
#endif
}
