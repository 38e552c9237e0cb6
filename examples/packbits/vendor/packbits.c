/* PackBits, as in TIFF 6.0, section 9: a count, then that many bytes, or one byte to repeat. */

#include "packbits.h"

#include <string.h>

static size_t run_at(const unsigned char *in, size_t length) {
    size_t run = 1;
    while (run < length && run < 128 && in[run] == in[0]) {
        run++;
    }
    return run;
}

size_t packbits_bound(size_t length) { return length + (length + 127) / 128; }

ptrdiff_t packbits_pack(const unsigned char *in, size_t length, unsigned char *out,
                        packbits_counts *counts) {
    size_t at = 0, written = 0;
    counts->runs = counts->literals = 0;
    while (at < length) {
        size_t run = run_at(in + at, length - at);
        if (run >= 2) {
            out[written++] = (unsigned char)(257 - run);
            out[written++] = in[at];
            at += run;
            counts->runs++;
            continue;
        }
        size_t start = at;
        while (at < length && at - start < 128 && run_at(in + at, length - at) < 3) {
            at++;
        }
        out[written++] = (unsigned char)(at - start - 1);
        memcpy(out + written, in + start, at - start);
        written += at - start;
        counts->literals++;
    }
    return (ptrdiff_t)written;
}

ptrdiff_t packbits_unpack(const unsigned char *in, size_t length, unsigned char *out, size_t room) {
    size_t at = 0, written = 0;
    while (at < length) {
        unsigned char head = in[at++];
        if (head == 128) {
            continue;
        }
        size_t count = head < 128 ? (size_t)head + 1 : 257 - (size_t)head;
        if (written + count > room) {
            return PACKBITS_TOO_SMALL;
        }
        if (at + (head < 128 ? count : 1) > length) {
            return PACKBITS_TRUNCATED;
        }
        if (head < 128) {
            memcpy(out + written, in + at, count);
            at += count;
        } else {
            memset(out + written, in[at++], count);
        }
        written += count;
    }
    return (ptrdiff_t)written;
}

void packbits_each_run(const unsigned char *in, size_t length, packbits_on_run call, void *data) {
    for (size_t at = 0; at < length;) {
        size_t run = run_at(in + at, length - at);
        call(in[at], (int)run, data);
        at += run;
    }
}
