#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "tally.h"

#if defined(HAVE_CLOCK_GETTIME) && defined(HAVE_UNISTD_H) && !defined(HAVE_QUERYPERFORMANCECOUNTER)
#include <time.h>
#include <unistd.h>

unsigned long long tally_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long long)now.tv_sec * 1000000000u + (unsigned long long)now.tv_nsec;
}
#elif defined(HAVE_QUERYPERFORMANCECOUNTER) && defined(HAVE_WINDOWS_H)
#include <windows.h>

unsigned long long tally_now(void) {
    LARGE_INTEGER now, each;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&each);
    return (unsigned long long)((double)now.QuadPart / (double)each.QuadPart * 1e9);
}
#else
#error "configure found no clock"
#endif
