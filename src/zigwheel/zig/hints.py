"""What a compiler's message most often asks for."""

from __future__ import annotations

import re

MISSING = re.compile(r"'([^'\n]+)' file not found")
STRICT = re.compile(
    r"\[-W(incompatible-function-pointer-types|implicit-function-declaration|int-conversion"
    r"|implicit-int|return-mismatch|incompatible-pointer-types)\]"
)
"""Warnings that clang 16 and GCC 14 have made errors."""

UNDEFINED = re.compile(r"undefined symbol: (__declspec\(dllimport\) )?(\S+)")
HEAD_INIT = re.compile(r"initializer element is not a compile-time constant[\s\S]*?&Py\w+_Type\b")
FULL = re.compile(
    r"No space left on device|\bNoSpaceLeft\b|not enough space on the disk|terminated with signal BUS"
)
"""Zig writes through mapped memory, and where the disk has no room for a page the kernel sends SIGBUS."""

HEADERS = {
    "numpy/": 'NumPy\'s headers come with `include-from = ["numpy"]`',
    "pybind11/": 'pybind11\'s headers come with `include-from = ["pybind11"]`',
    "nanobind/": "nanobind's headers and its library come with `nanobind = true`",
    "boost/": "Boost is not in Zig: put its headers into the project and name the folder in `include-dirs`",
    "omp.h": "Zig ships no OpenMP: leave out what is compiled for it",
    "windows.h": "this header is Windows' own: choose the source in `[[tool.zigwheel.overrides]]` with `if.os`",
    "sys/": "this header is not on every system: choose the source in `[[tool.zigwheel.overrides]]` with `if.os`",
    **dict.fromkeys(
        "arpa/ dlfcn.h grp.h ifaddrs.h net/ netdb.h netinet/ poll.h pwd.h spawn.h termios.h".split(),
        "Windows does not have this header: choose the source in `[[tool.zigwheel.overrides]]` with `if.os`",
    ),
    "linux/": "this header is Linux' own: choose the source in `[[tool.zigwheel.overrides]]` with `if.os`",
    "Python.h": "a library that includes Python.h gets it when a source says so itself: is the include hidden behind a macro?",
}
"""Start of a header's name, and what would bring it."""

FRAMEWORKS = frozenset(
    "Accelerate AppKit ApplicationServices AudioToolbox CFNetwork Carbon Cocoa CoreAudio CoreFoundation "
    "CoreGraphics CoreServices DiskArbitration Foundation IOKit Metal OpenCL OpenGL Security "
    "SystemConfiguration".split()
)
"""Of macOS: the folder that their headers are included from."""

LIBRARIES = {
    "zlib.h": "zlib",
    "bzlib.h": "bzip2",
    "lzma.h": "xz",
    "zstd.h": "zstd",
    "lz4.h": "lz4",
    "ffi.h": "libffi",
    "openssl/": "OpenSSL",
    "yaml.h": "libyaml",
    "expat.h": "expat",
    "png.h": "libpng",
    "jpeglib.h": "libjpeg",
    "sqlite3.h": "SQLite",
    "curl/": "libcurl",
    "libxml/": "libxml2",
    "libpq-fe.h": "libpq",
    "uv.h": "libuv",
    "event.h": "libevent",
}
"""Start of a header's name, and the library that it belongs to."""


def hint_for(said: str) -> str:
    """The next step for what the compiler said; empty where nothing is known."""
    if FULL.search(said):
        return (
            "the disk is full: free room in zigwheel's cache and the folder for temporary files, or "
            "name others with ZIGWHEEL_CACHE_DIR and TMPDIR"
        )
    missing = MISSING.search(said)
    if missing:
        return header_hint(missing[1])
    strict = STRICT.search(said)
    if strict:
        return (
            f"older compilers only warned of this; to build as they did, add `-Wno-error={strict[1]}` "
            "to `extra-c-args`"
        )
    if HEAD_INIT.search(said):
        return (
            "on Windows the address of what lies in Python's DLL is not known when C is compiled: "
            "write `PyVarObject_HEAD_INIT(NULL, 0)`, leave out `tp_base`, and set them before `PyType_Ready`"
        )
    undefined = UNDEFINED.search(said)
    if undefined and undefined[1]:
        return (
            f"a header says that {undefined[2]} lies in a DLL: most libraries have a macro that says "
            "they are linked statically; set it in `define-macros`"
        )
    if undefined:
        return f"no source defines {undefined[2]}: is a file missing in `sources`, or a name in `link` or `libraries`?"
    if (
        "unable to find dynamic system library" in said
        or "unable to find static system library" in said
    ):
        return "name the folder that holds the library in `library-dirs`, or build it as a `[[tool.zigwheel.library]]`"
    return ""


def header_hint(name: str) -> str:
    """What would bring a header that was not found."""
    for start, hint in HEADERS.items():
        if name.startswith(start):
            return hint
    for start, library in LIBRARIES.items():
        if name.startswith(start):
            return (
                f"{name} belongs to {library}: put its sources into the project as a "
                "`[[tool.zigwheel.library]]`, or name the folder that holds it in `include-dirs`"
            )
    framework = name.partition("/")[0]
    if framework in FRAMEWORKS:
        return (
            f"{name} belongs to Apple's SDK: for macOS, and with SDKROOT set to it, write "
            f'`extra-link-args = ["-framework", "{framework}"]`'
        )
    return f"name the folder that holds {name} in `include-dirs`"
