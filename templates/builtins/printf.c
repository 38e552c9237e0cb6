/* printf for the C++ library on Windows.
 *
 * Zig's libc++ for MinGW words numbers and errors with these three functions of the system's C library,
 * the UCRT, which differs from what libc++ takes for granted:
 *
 * - its `long double` is a double, MinGW's on x86 has 80 bits;
 * - a wide string with a character that the locale lacks is an error, and libc++ takes the -1 for a
 *   length: a function of std::filesystem throws std::length_error where a path is not ASCII.
 *
 * MinGW has a printf of its own for the first, and it ends the string before such a character. It is
 * asked in these two cases only, since the UCRT's text is another in others, `%a` for one.
 *
 * The functions are weak, so that a project may have its own. */

#include <stdarg.h>
#include <stddef.h>

typedef unsigned long long Options;

enum { STANDARD = 2 }; /* as C99 has it: always a zero at the end, and the size that is needed */

Options *__local_stdio_printf_options(void);
int __stdio_common_vsprintf(Options, char *, size_t, const char *, void *locale, va_list);
int __stdio_common_vswprintf(Options, wchar_t *, size_t, const wchar_t *, void *locale, va_list);
int __mingw_vsnprintf(char *, size_t, const char *, va_list);
int __mingw_vsnwprintf(wchar_t *, size_t, const wchar_t *, va_list);

#define IS_WIDER (__LDBL_MANT_DIG__ > __DBL_MANT_DIG__)

/* Whether a format asks for a long double that the UCRT does not know. */
#define ASKS_FOR_WIDER(name, Character)                                                            \
    static _Bool name(const Character *format)                                                     \
    {                                                                                              \
        while (IS_WIDER && *format != 0) {                                                         \
            if (*format++ != '%') {                                                                \
                continue;                                                                          \
            }                                                                                      \
            while ((*format >= '0' && *format <= '9') || *format == '.' || *format == '*' ||       \
                   *format == '-' || *format == '+' || *format == ' ' || *format == '#') {         \
                format++;                                                                          \
            }                                                                                      \
            if (*format == 'L') {                                                                  \
                return 1;                                                                          \
            }                                                                                      \
            format += *format != 0;                                                                \
        }                                                                                          \
        return 0;                                                                                  \
    }

ASKS_FOR_WIDER(asks_for_wider, char)
ASKS_FOR_WIDER(wide_asks_for_wider, wchar_t)

static int print(char *text, size_t size, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = -1;
    if (!asks_for_wider(format)) {
        const Options options = *__local_stdio_printf_options() | STANDARD;
        length = __stdio_common_vsprintf(options, text, size, format, NULL, arguments);
    }
    if (length < 0) {
        length = __mingw_vsnprintf(text, size, format, again);
    }
    va_end(again);
    return length;
}

__attribute__((weak)) int vsnprintf(char *text, size_t size, const char *format, va_list arguments)
{
    return print(text, size, format, arguments);
}

__attribute__((weak)) int snprintf(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = print(text, size, format, arguments);
    va_end(arguments);
    return length;
}

/* Unlike the others it fails where the text has no room (C, 7.29.2.3). */
__attribute__((weak)) int swprintf(wchar_t *text, size_t size, const wchar_t *format, ...)
{
    if (size == 0) {
        return -1;
    }
    va_list arguments;
    va_start(arguments, format);
    int length;
    if (wide_asks_for_wider(format)) {
        length = __mingw_vsnwprintf(text, size, format, arguments);
    } else {
        const Options options = *__local_stdio_printf_options();
        length = __stdio_common_vswprintf(options, text, size, format, NULL, arguments);
    }
    va_end(arguments);
    return length < 0 || (size_t)length >= size ? -1 : length;
}
