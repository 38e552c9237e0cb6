"""Command lines of compilers, linkers and archivers, read as what they ask for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

VALUED = frozenset(
    "-I -D -U -L -l -o -x -isystem -iquote -idirafter -include -imacros -isysroot -arch -target "
    "-framework -Xlinker -Xpreprocessor -Xassembler -Xclang -MF -MT -MQ -u -z -T -e -undefined "
    "-install_name -current_version -compatibility_version -bundle_loader -rpath".split()
)
"""Options of GCC and Clang whose value may be the next word."""

SOURCES = (".c", ".cc", ".cpp", ".cxx", ".c++", ".m", ".mm", ".s", ".S", ".asm", ".rc", ".mc", ".f")
"""How sources end; `.C` is C++ where the case of letters counts."""

COMPILERS = re.compile(
    r"(?:.*[-/])?(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|cl)(?:-[0-9.]+)?(?:\.exe)?", re.IGNORECASE
)
"""Names of programs that compile and link."""


@dataclass
class Job:
    """What one command line asks for. Paths are as they were written."""

    kind: str = "other"
    """`compile`, `link`, `archive`, `preprocess`, or `other`."""
    sources: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    output: str = ""
    include_dirs: list[str] = field(default_factory=list)
    macros: list[tuple[str, str | None]] = field(default_factory=list)
    undef_macros: list[str] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    library_dirs: list[str] = field(default_factory=list)
    rpaths: list[str] = field(default_factory=list)
    args: list[str] = field(default_factory=list)
    """All other options, in order."""
    dependencies: str = ""
    """Where a list of the headers goes, for `make`."""
    shared: bool = False

    def output_or_default(self) -> str:
        """Where the output goes: an object that is not named lies in the working folder."""
        if self.output or self.kind != "compile" or len(self.sources) != 1:
            return self.output
        return os.path.splitext(os.path.basename(self.sources[0]))[0] + ".o"


def read_command(words: Sequence[str], cwd: str, base: Iterable[str] = ()) -> Job:
    """Read a command line; `base` are options that are the interpreter's own, each told once."""
    words = without(list(expanded(words, cwd)), base)
    program = os.path.basename(words[0]).lower().removesuffix(".exe") if words else ""
    if program in ("cl", "clang-cl"):
        return read_cl(words[1:])
    if program in ("link", "lld-link", "lib", "llvm-lib"):
        return read_link(words[1:], archive=program.endswith("lib"))
    if re.fullmatch(r"(?:.*-)?ar", program):
        return read_ar(words[1:])
    if COMPILERS.fullmatch(program):
        return read_unix(words[1:])
    return Job()


def expanded(words: Sequence[str], cwd: str) -> Iterator[str]:
    """The words, with those of response files (`@file`) in place."""
    for word in words:
        path = os.path.join(cwd, word[1:])
        if word[:1] == "@" and os.path.isfile(path):
            with open(path, "rb") as stream:
                data = stream.read(1 << 20)
            wide = data[:2] == b"\xff\xfe"
            text = data.decode("utf-16" if wide else "utf-8", "replace").lstrip("\ufeff")
            yield from (a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', text))
        else:
            yield word


def without(words: list[str], base: Iterable[str]) -> list[str]:
    """The words without those of `base`, each of which is taken away once, from the front."""
    left = list(base)
    kept = []
    for word in words:
        if word in left:
            left.remove(word)
        else:
            kept.append(word)
    return kept


def definition(text: str) -> tuple[str, str | None]:
    """`NAME=VALUE` or `NAME`."""
    name, equals, value = text.partition("=")
    return name, value if equals else None


def read_unix(words: Sequence[str]) -> Job:
    """A command line of GCC or Clang."""
    job = Job()
    stop = ""
    rest = iter(words)
    for word in rest:
        option, value = word, ""
        if word in VALUED:
            value = next(rest, "")
        elif word[:2] in ("-I", "-D", "-U", "-L", "-l", "-o") and not word.startswith("-objc"):
            option, value = word[:2], word[2:]
        if option in ("-c", "-E", "-S", "-M", "-MM", "-fsyntax-only"):
            stop = option
        elif option in ("-shared", "-bundle", "-dynamiclib"):
            job.shared = True
        else:
            unix_option(job, option, value, word)
    if stop == "-c" or (stop == "-fsyntax-only" and job.sources):
        job.kind = "compile"
    elif stop:
        job.kind = "preprocess"
    elif job.objects or job.sources:
        job.kind = "link"
    return job


UNIX_LISTS = {
    "-I": "include_dirs",
    "-isystem": "include_dirs",
    "-U": "undef_macros",
    "-L": "library_dirs",
    "-l": "libraries",
    "-rpath": "rpaths",
}


def unix_option(job: Job, option: str, value: str, word: str) -> None:
    """Put one option, which has or has no value, where it belongs."""
    if option == "-o":
        job.output = value
    elif option == "-D":
        job.macros.append(definition(value))
    elif option in UNIX_LISTS:
        getattr(job, UNIX_LISTS[option]).append(value)
    elif option.startswith("-Wl,") and (path := run_path(option)):
        job.rpaths.append(path)
    elif option == "-MF":
        job.dependencies = value
    elif option in ("-MT", "-MQ", "-MD", "-MMD", "-MP"):
        return
    elif word in VALUED:
        job.args += [word, value]
    elif not word.startswith("-"):
        source = word.endswith(SOURCES) or word.endswith(".C")
        (job.sources if source else job.objects).append(word)
    else:
        job.args.append(word)


def run_path(option: str) -> str:
    """The path in `-Wl,-rpath,PATH` and its like; empty if the option says more, or something else."""
    words = [w for w in option.split(",")[1:] if w != "--enable-new-dtags"]
    if len(words) == 2 and words[0] in ("-rpath", "-R", "--rpath"):
        return words[1]
    match = re.fullmatch(r"-?-rpath=(.*)", words[0]) if len(words) == 1 else None
    return match[1] if match else ""


def read_ar(words: Sequence[str]) -> Job:
    """`ar rcs ARCHIVE OBJECT…`."""
    rest = [word for word in words[1:] if word]
    if not rest or not {"r", "q"} & set(words[0]):
        return Job()
    return Job(kind="archive", output=rest[0], objects=rest[1:])


def read_cl(words: Sequence[str]) -> Job:
    """A command line of Microsoft's compiler."""
    job = Job(kind="link")
    rest = iter(words)
    for word in rest:
        slashed = word[:1] in "/-"
        flag, value = word[1:2], word[2:]
        if slashed and word[1:] == "c":
            job.kind = "compile"
        elif slashed and word[1:] in ("E", "EP", "P"):
            job.kind = "preprocess"
        elif slashed and flag == "I":
            job.include_dirs.append(value or next(rest, ""))
        elif slashed and flag == "D":
            job.macros.append(definition(value or next(rest, "")))
        elif slashed and flag == "U":
            job.undef_macros.append(value or next(rest, ""))
        elif slashed and word[1:3] in ("Tc", "Tp"):
            job.sources.append(word[3:] or next(rest, ""))
        elif slashed and word[1:3] in ("Fo", "fo"):
            job.output = word[3:]
        elif word.lower().endswith(SOURCES) and (word[0] != "-"):
            job.sources.append(word)
        else:
            job.args.append(word)
    return job


def read_link(words: Sequence[str], *, archive: bool) -> Job:
    """A command line of Microsoft's linker, or of its archiver."""
    job = Job(kind="archive" if archive else "link")
    for word in words:
        key, colon, value = word[1:].partition(":")
        known = key.upper() if word[:1] in "/-" and (colon or key.upper() == "DLL") else ""
        if known == "OUT":
            job.output = value
        elif known == "LIBPATH":
            job.library_dirs.append(value)
        elif known == "DLL":
            job.shared = True
        elif known in ("EXPORT", "IMPLIB", "MANIFESTFILE"):
            continue
        elif word.lower().endswith(".lib") and not re.search(r"[\\/]", word):
            job.libraries.append(word[:-4])
        elif known or word[:1] == "-" or re.match(r"/[A-Za-z]+$", word):
            job.args.append(word)
        else:
            job.objects.append(word)
    return job


PROBE = re.compile(r"(?:_?conf(?:ig)?test|testc?compiler|check_?include)", re.IGNORECASE)
"""How files are called that configure and distutils' `config` try a compiler with."""


TRIALS = re.compile(r"/(?:meson-private|CMakeScratch|CMakeTmp|CompilerId[A-Z]+)/")
"""Folders in which Meson and CMake try a compiler."""


def is_probe(path: str, cwd: str, project: str) -> bool:
    """Whether a source is no part of what is built, but asks the compiler a question."""
    if path in ("-", os.devnull):
        return True
    real = os.path.realpath(os.path.join(cwd, path))
    if not real.startswith(project + os.sep) or TRIALS.search(real.replace(os.sep, "/")):
        return True
    return PROBE.match(os.path.basename(path)) is not None
