/* Files and time. Paths are UTF-8; Windows has names of its own for the calls that take others. */
#define _FILE_OFFSET_BITS 64
#define _POSIX_C_SOURCE 200809L
#define _DARWIN_C_SOURCE 1

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "exercise.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <io.h>
#include <windows.h>

enum { LONGEST = 1024 };

static FILE *open_file(const char *path, const char *mode)
{
    wchar_t wide[LONGEST], wide_mode[8];
    MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, LONGEST);
    MultiByteToWideChar(CP_UTF8, 0, mode, -1, wide_mode, 8);
    return _wfopen(wide, wide_mode);
}

static int rename_file(const char *from, const char *to)
{
    wchar_t wide[LONGEST], wide_to[LONGEST];
    MultiByteToWideChar(CP_UTF8, 0, from, -1, wide, LONGEST);
    MultiByteToWideChar(CP_UTF8, 0, to, -1, wide_to, LONGEST);
    return _wrename(wide, wide_to);
}

static int remove_file(const char *path)
{
    wchar_t wide[LONGEST];
    MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, LONGEST);
    return _wremove(wide);
}

static long long size_of_file(const char *path)
{
    wchar_t wide[LONGEST];
    struct _stat64 found;
    MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, LONGEST);
    return _wstat64(wide, &found) == 0 ? found.st_size : -1;
}

#define SEEK _fseeki64
#define TELL _ftelli64
#define WRITE(descriptor, bytes, size) _write(descriptor, bytes, (unsigned)(size))
#else
#include <unistd.h>

#define open_file fopen
#define rename_file rename
#define remove_file remove

static long long size_of_file(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 ? (long long)found.st_size : -1;
}

#define SEEK fseeko
#define TELL ftello
#define WRITE write
#endif

/* `path` with `ending` behind it, in a buffer of `size`. */
static const char *beside(const Input *path, const char *ending, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s%s", (const char *)path->bytes, ending);
    return buffer;
}

/* Input: the path of a file that is not there, its name not ASCII. It is left behind, renamed. */
void check_file(const Input *input, const Report *report)
{
    const char *path = (const char *)input->bytes;
    char other[1024];
    char line[64] = "";
    beside(input, ".renamed", other, sizeof other);

    errno = 0;
    report_integer(report, "missing", open_file(path, "rb") == NULL && errno == ENOENT);
    FILE *file = open_file(path, "wb+");
    if (file == NULL) {
        report_text(report, "failed", strerror(errno));
        return;
    }
    report_integer(report, "printed", fprintf(file, "%s %d %.3f\n", "line", -42, 2.5));
    report_integer(report, "written", (long long)fwrite("\0\1\2\3", 1, 4, file));
    report_integer(report, "told", (long long)TELL(file));
    rewind(file);
    report_integer(report, "read", fgets(line, sizeof line, file) != NULL);
    report_text(report, "line", line);
    int number = 0;
    char word[16] = "";
    double fraction = 0;
    report_integer(report, "scanned", sscanf(line, "%15s %d %lf", word, &number, &fraction));
    report_integer(report, "number", number);
    report_integer(report, "fraction", (long long)(fraction * 1000));
    report_integer(report, "sought", SEEK(file, -1, SEEK_END));
    report_integer(report, "last", fgetc(file));
    report_integer(report, "end", fgetc(file) == EOF && feof(file));
    report_integer(report, "closed", fclose(file));
    report_integer(report, "size", size_of_file(path));
    report_integer(report, "renamed", rename_file(path, other));
    report_integer(report, "gone", size_of_file(path));
}

/* Input: a descriptor of Python's as one byte, and what to write to it. */
void check_descriptor(const Input *input, const Report *report)
{
    const long long size = (long long)WRITE(input->bytes[0], input->bytes + 1, input->size - 1);
    report_integer(report, "written", size);
}

/* Input: the path of a file that is not there. It has holes, and never needs more than a block. */
void check_large_file(const Input *input, const Report *report)
{
    const long long distant = 5LL << 30;
    FILE *file = open_file((const char *)input->bytes, "wb+");
    if (file == NULL) {
        report_text(report, "failed", strerror(errno));
        return;
    }
    report_integer(report, "sought", SEEK(file, distant, SEEK_SET));
    report_integer(report, "written", fputc('x', file));
    report_integer(report, "told", (long long)TELL(file));
    report_integer(report, "back", SEEK(file, -1, SEEK_CUR));
    report_integer(report, "read", fgetc(file));
    report_integer(report, "closed", fclose(file));
    report_integer(report, "size", size_of_file((const char *)input->bytes));
    report_integer(report, "removed", remove_file((const char *)input->bytes));
}

void check_clock(const Input *input, const Report *report)
{
    (void)input;
    const time_t then = 1000000000;
    char text[64] = "";
    const struct tm *parts = gmtime(&then);
    if (parts != NULL) {
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", parts);
    }
    report_text(report, "then", text);
    report_integer(report, "now", (long long)time(NULL));
    report_integer(report, "difference", (long long)(difftime(then, 0) / 1000));
}
