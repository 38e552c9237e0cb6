/* shout [--marks N] [--version]: copies standard input to standard output, loudly. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loud.h"

static int usage(const char *problem)
{
    fprintf(stderr, "shout: %s\nusage: shout [--marks N] [--version]\n", problem);
    return 2;
}

int main(int argc, char **argv)
{
    unsigned long marks = 1;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--version") == 0) {
            puts("shout " SHOUT_VERSION);
            return 0;
        }
        if (strcmp(argv[i], "--marks") != 0) {
            return usage("unknown argument");
        }
        if (++i == argc) {
            return usage("--marks needs a number");
        }
        char *end;
        errno = 0;
        marks = strtoul(argv[i], &end, 10);
        if (*argv[i] < '0' || *argv[i] > '9' || *end != '\0' || errno != 0) {
            return usage("--marks needs a number");
        }
    }
    if (loud_copy(stdin, stdout, marks) != 0) {
        perror("shout");
        return 1;
    }
    return 0;
}
