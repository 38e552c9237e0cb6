"""The rendered `pyconfig.h` for macOS: against a compiler and the headers that Zig has."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from tests.target.rendered import macros
from zigwheel.target.pyconfig import render
from zigwheel.zig.toolchain import Zig

TARGETS = {"aarch64": "aarch64-macos.11.0", "x86_64": "x86_64-macos.10.13"}
PYTHONS = tuple((3, minor) for minor in range(9, 16))

NO_FUNCTION = """ADDRINFO BROKEN_SEM_GETVALUE BUILTIN_ATOMIC COMPUTED_GOTOS DEV_PTMX DEVICE_MACROS
DIRENT_D_TYPE DYNAMIC_LOADING GCC_ASM_FOR_X64 GCC_ASM_FOR_X87 GCC_UINT128_T LIBDL LONG_DOUBLE MAKEDEV
PROTOTYPES SIGINFO_T_SI_BAND SOCKADDR_SA_LEN SOCKADDR_STORAGE STAT_TV_NSEC2 STD_ATOMIC
STDARG_PROTOTYPES WORKING_TZSET TM_ZONE CLOCK_T SOCKLEN_T SSIZE_T __UINT128_T""".split()
"""What `HAVE_` says of something else than a function or a header."""

HEADERS = """aio arpa/inet copyfile dirent dlfcn execinfo fcntl grp ifaddrs langinfo locale math net/if
netdb netinet/in poll pthread pwd sched semaphore signal spawn stdio stdlib string strings sys/event
sys/file sys/ioctl sys/mman sys/mount sys/param sys/random sys/resource sys/select sys/socket sys/stat
sys/statvfs sys/sysctl sys/time sys/times sys/types sys/uio sys/utsname sys/wait termios time unistd
utime utmpx uuid/uuid wchar""".split()

C_TYPES = {"_BOOL": "_Bool", "LONG_DOUBLE": "long double", "LONG_LONG": "long long"}
C_TYPES |= {"VOID_P": "void *"}


def text(
    arch: str,
    *,
    version: tuple[int, int] = (3, 13),
    floor: tuple[int, int] | None = None,
    free_threaded: bool = False,
) -> str:
    return render(
        arch=arch,
        os="macos",
        libc="none",
        libc_floor=floor,
        version=version,
        free_threaded=free_threaded,
    )


Said = Callable[..., str]


@pytest.fixture
def said(zig: Zig, tmp_path: Path) -> Said:
    """What the compiler has against a source; nothing if it compiles."""

    def compile_source(target: str, source: str, *options: str) -> str:
        words = [
            zig.executable,
            "cc",
            "-target",
            target,
            "-c",
            "-ferror-limit=0",
            *options,
            "-o",
            "a.o",
            "-xc",
        ]
        done = subprocess.run(
            [*words, "-"], cwd=tmp_path, input=source, capture_output=True, text=True, check=False
        )
        return done.stderr if done.returncode else ""

    return compile_source


@pytest.mark.parametrize("arch", TARGETS)
def test_sizes_are_what_the_compiler_finds(said: Said, arch: str) -> None:
    for version in PYTHONS:
        rendered = text(arch, version=version)
        lines = [rendered]
        lines += [f"#include <{name}.h>" for name in ("pthread", "stddef", "stdint", "stdio")]
        lines += ["#include <sys/types.h>", "#include <time.h>", "#include <wchar.h>"]
        sizes = {n: v for n, v in macros(rendered).items() if re.match("SIZEOF|ALIGNOF", n)}
        for name, value in sizes.items():
            kind, _, word = name.partition("_")
            c_type = C_TYPES.get(word, word.lower())
            asked = "sizeof" if kind == "SIZEOF" else "_Alignof"
            lines.append(f'_Static_assert({asked}({c_type}) == {value}, "{name}");')
        assert len(sizes) > 15
        assert said(TARGETS[arch], "\n".join(lines) + "\n") == ""
        lines.append('_Static_assert(SIZEOF_LONG == 4, "the compiler would tell");')
        assert "the compiler would tell" in said(TARGETS[arch], "\n".join(lines) + "\n")


@pytest.mark.parametrize("arch", TARGETS)
def test_every_function_is_declared_and_as_old_as_the_floor(said: Said, arch: str) -> None:
    rendered = text(arch, version=(3, 15)), text(arch, version=(3, 9))
    names = {n.removeprefix("HAVE_") for r in rendered for n in macros(r) if n.startswith("HAVE_")}
    functions = {
        name.lower()
        for name in names
        if name not in NO_FUNCTION and not re.match(r"\w+_H$|(DECL|STRUCT)_", name)
    }
    assert len(functions) > 200
    lines = [rendered[0], *(f"#include <{name}.h>" for name in HEADERS)]
    lines += [f"const void *p_{name} = (const void *) {name};" for name in sorted(functions)]
    options = ("-fno-builtin", "-Werror=unguarded-availability", "-Wno-deprecated-declarations")
    assert said(TARGETS[arch], "\n".join(lines) + "\n", *options) == ""
    lines.append("const void *newer = (const void *) preadv;")
    assert "preadv" in said("x86_64-macos.10.13", "\n".join(lines) + "\n", *options)


@pytest.mark.parametrize("arch", TARGETS)
def test_every_header_is_there(said: Said, arch: str) -> None:
    lines = []
    for name in macros(text(arch, version=(3, 15))):
        if found := re.fullmatch(r"HAVE_(\w+)_H", name):
            word = found[1].lower()
            spellings = {word.replace("_", "/", count) for count in range(3)} | {word}
            there = " && ".join(f"!__has_include(<{s}.h>)" for s in sorted(spellings))
            lines += [f"#if {there}", f"#error {name}", "#endif"]
    assert len(lines) > 100
    assert said(TARGETS[arch], "\n".join(lines) + "\n") == ""


def test_what_macos_got_later_is_claimed_from_that_version_on() -> None:
    for name, first in (("HAVE_PREADV", (11, 0)), ("HAVE_MKFIFOAT", (13, 0))):
        assert macros(text("x86_64", floor=first))[name] == "1"
        assert name not in macros(text("x86_64", floor=(first[0] - 1, 15)))
        assert name not in macros(text("x86_64"))


def test_it_is_not_linux() -> None:
    for arch, version in product(TARGETS, PYTHONS):
        found = macros(text(arch, version=version))
        names = [name for name in found if name != "Py_PYCONFIG_H"]
        assert names == sorted(names)
        assert {"HAVE_KQUEUE", "WITH_DYLD", "_DARWIN_C_SOURCE"} <= found.keys()
        assert not {"HAVE_EPOLL", "HAVE_GETRANDOM", "HAVE_LINUX_TIPC_H"} & found.keys()
        assert "WORDS_BIGENDIAN" not in found
        assert ("WITH_MIMALLOC" in found) == (version >= (3, 13))
        assert "WITH_NEXT_FRAMEWORK" not in found


def test_free_threaded_adds_one_macro() -> None:
    with_gil = macros(text("aarch64"))
    without = macros(text("aarch64", free_threaded=True))
    assert without.items() - with_gil.items() == {("Py_GIL_DISABLED", "1")}


def test_the_first_lines_name_the_target() -> None:
    assert text("aarch64", floor=(11, 0)).splitlines()[:2] == [
        "/* pyconfig.h of CPython 3.13 for aarch64 macos,",
        "   macos 11.0 or newer. Written by zigwheel. */",
    ]
