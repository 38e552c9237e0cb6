#include "loud.h"

static void put_marks(FILE *out, unsigned long marks)
{
    while (marks-- > 0) {
        putc('!', out);
    }
}

int loud_copy(FILE *in, FILE *out, unsigned long marks)
{
    int open_line = 0;
    for (int c = getc(in); c != EOF; c = getc(in)) {
        if (c == '\n') {
            put_marks(out, marks);
            open_line = 0;
        } else {
            open_line = 1;
        }
        /* Letters of ASCII alone: bytes of UTF-8 pass unchanged, whatever the locale. */
        putc(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c, out);
    }
    if (open_line) {
        put_marks(out, marks);
    }
    return ferror(in) || fflush(out) != 0 || ferror(out);
}
