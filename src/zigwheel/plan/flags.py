"""Flags of the compiler and the linker: what is added, what is translated, what is refused.

Measured on Zig's own front end, `zig build-lib`: what it does not know, or what would make a file
depend on the machine that built it, is refused here, with the option that says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from zigwheel.errors import ConfigError, PlanError
from zigwheel.plan.model import Language
from zigwheel.target.model import Target
from zigwheel.target.stable import oldest

LANGUAGES: dict[str, Language] = {
    ".c": "c",
    ".cc": "c++",
    ".cpp": "c++",
    ".cxx": "c++",
    ".c++": "c++",
    ".C": "c++",
    ".m": "objective-c",
    ".mm": "objective-c++",
    ".s": "assembly",
    ".S": "assembly",
    ".zig": "zig",
}
"""Suffix, as written, to language."""

BASE: tuple[str, ...] = ("-fwrapv",)
"""CPython compiles itself, and tells distutils to compile extensions, with wrapping signed overflow."""

FAST: tuple[str, ...] = ("-O3",)
"""For `optimize = "fast"`: distutils has it from CPython, and Zig gives C and C++ no more than -O2."""

NO_FRAMES: tuple[str, ...] = ("-fomit-frame-pointer",)
"""Zig keeps frame pointers. So do CPython from 3.15 on, which wants them in extensions (PEP 831), and
macOS; elsewhere compilers leave them out, and a profiler cannot walk Python's own frames anyway.
"""

FRAMES_SINCE = (3, 15)


def base_args(
    optimize: str, target: Target, py_api: str, *, python: bool = True
) -> tuple[str, ...]:
    """What C and C++ of a project with this `py-api` is compiled with, as with CPython's own flags.

    What is not for `python`, since it includes none of its headers, is the same for each of them.
    """
    if optimize != "fast":
        return BASE
    newer = python and oldest(target.python, py_api) >= FRAMES_SINCE
    keeps = target.triple.os == "macos" or newer
    return (*BASE, *FAST, *(() if keeps else NO_FRAMES))


HOST_CPU = ("-march=native", "-mtune=native", "-mcpu=native")
NOT_HERE = {
    "-fopenmp": "Zig ships no OpenMP runtime: leave it out, or use threads of the operating system",
    "-flto": "write `lto = true`",
    "-fprofile-use": "profiles are not supported",
    "-mmacosx-version-min": "the target names the oldest macOS, or MACOSX_DEPLOYMENT_TARGET does",
    "-isysroot": "set SDKROOT to the SDK of macOS",
}
C_LIBRARY = frozenset({"c", "m", "pthread", "dl", "rt", "util", "crypt", "resolv", "nsl"})
"""Libraries that are a part of the C library of some target, and never shipped apart from it."""

CXX_LIBRARY = frozenset({"c++", "stdc++", "supc++", "c++abi"})
"""Names of a C++ library; Zig's libc++ stands for each."""


def compile_arg_errors(args: Iterable[str], place: str) -> list[PlanError]:
    """What of `args` cannot be given to the compiler; `place` is the option's TOML path."""
    errors = []
    for arg in args:
        name = arg.split("=", 1)[0]
        if arg in HOST_CPU:
            hint = "a wheel runs on other machines: name the features in `cpu`, or leave it out"
        elif name in ("-march", "-mcpu", "-mtune"):
            hint = f"write `cpu = {zig_cpu(arg.split('=', 1)[-1])!r}`"
        elif name in NOT_HERE:
            hint = NOT_HERE[name]
        elif arg.startswith("/"):
            hint = "this is an option of MSVC; Zig's compiler is clang, for Windows, too"
        elif arg.startswith(("-l", "-L", "-Wl,")):
            hint = "write it in `libraries`, `library-dirs` or `extra-link-args`"
        else:
            continue
        errors.append(PlanError(f"`{place}`: {arg!r} cannot be used", hint=hint))
    return errors


def zig_cpu(name: str) -> str:
    """A CPU in the words of GCC, in those of Zig.

    `x86-64-v2` is `x86_64_v2`; of `armv8-a+crc` the architecture is the baseline, so `baseline+crc`.
    """
    cpu, plus, features = name.partition("+")
    return f"baseline+{features}" if plus else cpu.replace("-", "_")


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkOptions:
    """`extra-link-args` and `libraries`, sorted into what Zig has a word for."""

    options: tuple[str, ...]
    """Of `ACCEPTED`, sorted."""
    rpaths: tuple[str, ...]
    """Run paths, such as `$ORIGIN/lib`."""
    libraries: tuple[str, ...]
    """Libraries outside the C library."""
    library_dirs: tuple[str, ...]
    """Folders to search."""
    frameworks: tuple[str, ...]
    """Frameworks of macOS."""
    cxx: bool
    """A C++ library was asked for."""


ACCEPTED = frozenset({"notext", "lazy", "defs", "norelro"})
"""Words after `-z` for which `zig build-lib` and `std.Build` have the same meaning."""

WITH_A_WORD = frozenset({"-framework", "-undefined"})
"""Options of Apple's compiler driver whose value is an argument of its own."""

WITHOUT_EFFECT = (
    "-pthread",
    "-s",
    "-shared",
    "-fPIC",
    "-static-libgcc",
    "-static-libstdc++",
    "-Wl,--as-needed",
    "-Wl,-O1",
    "-Wl,--gc-sections",
    "-Wl,-z,now",
    "-Wl,-z,relro",
    "-Wl,-z,noexecstack",
    "-Wl,--strip-all",
    "-Wl,-Bsymbolic",
    "-Wl,-Bsymbolic-functions",
    "-Wl,--exclude-libs,ALL",
    "-Wl,--no-undefined",
    "-bundle",
    "-dynamiclib",
    "-stdlib=libc++",
    "-Wl,-dead_strip",
    "-Wl,-headerpad_max_install_names",
    "-Wl,-undefined,dynamic_lookup",
    "-undefined dynamic_lookup",
)
"""What others ask for and what holds here anyway: lazy binding is off, RELRO is on, C++ is static, only `PyInit_*` is exported, and unresolved symbols are found in what was built."""


def link_options(
    args: tuple[str, ...], libraries: tuple[str, ...], folders: tuple[str, ...], place: str
) -> tuple[LinkOptions, list[PlanError]]:
    """Sort link arguments into options, and say which have no meaning here."""
    z: set[str] = set()
    rpaths: list[str] = []
    frameworks: list[str] = []
    errors: list[PlanError] = []
    names, dirs = list(libraries), list(folders)
    for arg in paired(args):
        word = arg.removeprefix("-Wl,").replace(",", " ").replace("=", " ").split()
        if arg in WITHOUT_EFFECT:
            continue
        if arg.startswith("-l") and len(arg) > 2:
            names.append(arg[2:])
        elif arg.startswith("-L") and len(arg) > 2:
            dirs.append(arg[2:])
        elif len(word) == 2 and word[0] == "-z" and word[1] in ACCEPTED:
            z.add(word[1])
        elif len(word) == 2 and word[0] in ("-rpath", "--rpath", "-R"):
            rpaths.append(word[1])
        elif len(word) == 2 and word[0] == "-framework":
            frameworks.append(word[1])
        else:
            errors.append(
                PlanError(
                    f"`{place}`: {arg!r} is not an option that Zig's linker takes here",
                    hint="known are -lNAME, -LFOLDER, -framework NAME, -Wl,-rpath,PATH and -Wl,-z,"
                    + "|".join(sorted(ACCEPTED)),
                )
            )
    outside = [n for n in names if n not in C_LIBRARY and n not in CXX_LIBRARY]
    return (
        LinkOptions(
            options=tuple(sorted(z)),
            rpaths=tuple(dict.fromkeys(rpaths)),
            libraries=tuple(dict.fromkeys(outside)),
            library_dirs=tuple(dict.fromkeys(dirs)),
            frameworks=tuple(dict.fromkeys(frameworks)),
            cxx=any(n in CXX_LIBRARY for n in names),
        ),
        errors,
    )


def paired(args: Iterable[str]) -> Iterator[str]:
    """Link arguments, each with the word that belongs to it: `-framework Accelerate`."""
    words = iter(args)
    for arg in words:
        yield f"{arg} {next(words, '')}".rstrip() if arg in WITH_A_WORD else arg


@dataclass(frozen=True, kw_only=True, slots=True)
class Ambient:
    """What this machine adds to every artifact: the builder's wishes, and its system's folders."""

    c_flags: tuple[str, ...] = ()
    """`CFLAGS`, for C and Objective-C sources."""
    cxx_flags: tuple[str, ...] = ()
    """`CXXFLAGS`, for C++ and Objective-C++ sources."""
    include_dirs: tuple[str, ...] = ()
    """Where the system's headers are, if the target is this machine."""
    library_dirs: tuple[str, ...] = ()
    """Where the system's libraries are, if the target is this machine."""
    clock_flags: tuple[str, ...] = ()
    """What stands for the time of the build; `clock_flags` makes them."""


MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()


def clock_flags(seconds: int) -> tuple[str, ...]:
    """Flags that give `__DATE__` and its like one fixed value: `seconds` since 1970, in UTC.

    Zig refuses these macros because they change from build to build; a macro of the command line
    takes the place of the built-in one. Forms: C11, 6.10.8.1, and `asctime` for `__TIMESTAMP__`.
    """
    import time

    now = time.gmtime(seconds)
    date = f"{MONTHS[now.tm_mon - 1]} {now.tm_mday:2}"
    clock = f"{now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02}"
    stamp = f"{DAYS[now.tm_wday]} {date} {clock} {now.tm_year}"
    return (
        "-Wno-builtin-macro-redefined",
        f'-D__DATE__="{date} {now.tm_year}"',
        f'-D__TIME__="{clock}"',
        f'-D__TIMESTAMP__="{stamp}"',
    )


def environment_flags(name: str, text: str) -> tuple[tuple[str, ...], list[str]]:
    """The flags of an environment variable that Zig can be given, and a warning for each other.

    Unlike the config's, they are no error: distributions and conda set them for every compiler.
    """
    import shlex

    kept: list[str] = []
    warnings: list[str] = []
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ConfigError(
            f"the environment variable {name} is {text!r}, which no shell can split: {error}",
            hint="close the quotes",
        ) from error
    for arg in words:
        errors = compile_arg_errors((arg,), name)
        warnings += [f"zigwheel: left out: {error.message}" for error in errors]
        kept += [] if errors else [arg]
    return tuple(kept), warnings
