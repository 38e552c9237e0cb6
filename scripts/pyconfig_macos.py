"""Derive `src/zigwheel/target/pyconfig_macos.json`.

    python scripts/pyconfig_macos.py --zig ZIG --sources DIR --known FILE ...

`--sources` holds unpacked sources of CPython, `Python-3.X.Y`: upstream's, such as the `orig` archives
of Debian's source packages. Used: 3.9, 3.11, 3.13. For each of them an interpreter of the same minor
version has to be on PATH. `--known` names the `python3.X/pyconfig.h` of interpreters for any system
whose sources are not at hand (3.14, 3.15): they tell which macros a version speaks of.

How a macro's rows come about:

- Each source's own `configure` runs as a cross build with Zig for both architectures, so what is
  measured are Zig's headers and its list of what libSystem exports. `configure` knows no cross build
  for macOS and asks the running machine instead, so a copy of it is changed in a few places.
- What it can only find out by running a program is decided by hand, see `BY_HAND`.
- A version without sources has what the nearest one has, as far as it speaks of it (for 3.10 and
  3.12: if the version after it does, and it is no newer on Linux). Functions and headers that only
  such a version speaks of are tried in the same way, by compiling and linking.
- A function is claimed from the macOS on that has it, which the headers' availability attributes
  tell. One that no header of Zig's declares is not claimed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pyconfig_facts import PYTHONS, REPOSITORY, Row, When, dotted, left_out, nearest, parsed
from pyconfig_sources import MEASURED_IN, Version, facts_text, measured_sizes

ARCHES: Mapping[str, str] = {"aarch64": "aarch64-macos.11.0", "x86_64": "x86_64-macos.10.13"}
"""Architecture and the oldest target of Zig's that a wheel can be for."""

OLDEST = (10, 13)
EDITS = (
    # the running machine is not asked
    (
        r'as_fn_error \$\? "cross build not supported[^\n]*',
        "ac_sys_system=Darwin; MACHDEP=darwin; _host_cpu=$host_cpu; _host_ident=$host_cpu",
    ),
    (r"(?m)^\tac_sys_release=$", "\tac_sys_release=23.0.0"),
    (r"/usr/bin/arch(?! -)", "echo $ARCH_SAYS"),
    (r"ac_osx_32bit=yes", "ac_osx_32bit=no"),
    # Zig has no frameworks, and with these words in LIBS every later check would fail
    (r"-framework (?:CoreFoundation|SystemConfiguration)", ""),
)
"""Changes of `configure`: a pattern, and what takes its place."""

SETTINGS = {
    "ac_cv_file__dev_ptmx": "yes",
    "ac_cv_file__dev_ptc": "no",
    "ac_cv_buggy_getaddrinfo": "no",
    "ac_cv_prog_READELF": "/bin/true",
    "READELF": "/bin/true",
    "AR": "/bin/true",
    "LLVM_AR": "/bin/true",
    "PKG_CONFIG": "/bin/false",
}
"""What `configure` is told: files of macOS, and tools that no check needs."""

LEFT_OUT_HERE = (
    r"_PYTHONFRAMEWORK|WITH_NEXT_FRAMEWORK|HAVE_(NDBM|DB|ZLIB)_H|STRICT_SYSV_CURSES|WORDS_BIGENDIAN"
)
"""Choices of one build, libraries of other projects, and what stands in conditions that do not hold;
beside what Linux leaves out.
"""

BY_HAND: Mapping[str, tuple[tuple[str, When], ...]] = {
    # found by running a program; as in python.org's own installers
    "HAVE_ALIGNED_REQUIRED": (),
    "HAVE_BROKEN_SEM_GETVALUE": (("1", {}),),
    "HAVE_COMPUTED_GOTOS": (("1", {}),),
    "HAVE_WORKING_TZSET": (("1", {}),),
    "POSIX_SEMAPHORES_NOT_ENABLED": (),
    "HAVE_DYLD_SHARED_CACHE_CONTAINS_PATH": (("1", {"none": "11.0"}),),
    # PEP 11
    "PY_SUPPORT_TIER": (
        ("1", {"arch": ["aarch64"], "python": "3.13-"}),
        ("1", {"arch": ["x86_64"], "python": "3.11-"}),
        ("2", {"arch": ["aarch64"], "python": "3.11-3.12"}),
    ),
    "Py_GIL_DISABLED": (("1", {"free-threaded": True}),),
    "SOABI_PLATFORM": (('"darwin"', {"python": "3.15-"}),),
    # of 3.14 and 3.15; a thread's name has up to 63 characters
    "_PYTHREAD_NAME_MAXLEN": (("63", {"python": "3.14-"}),),
    "_Py_STACK_GROWS_DOWN": (("1", {"python": "3.14-"}),),
    "Py_REMOTE_DEBUG": (("1", {"python": "3.14-"}),),
    "__STDC_WANT_IEC_60559_EXT__": (("1", {"python": "3.14-", "guard": True}),),
}
"""Complete rows of macros that a cross build cannot find out."""

Found = dict[tuple[Version, str], dict[str, str]]
"""(CPython's version, architecture) to macros."""


def configured(zig: Path, source: Path, arch: str, work: Path) -> str:
    """The `pyconfig.h` that a source's own `configure` makes for an architecture."""
    version = re.findall(r"Python-(3\.\d+)", source.name)[0]
    tree = work / f"{version}-{arch}"
    shutil.copytree(source, tree / "src", ignore=shutil.ignore_patterns("Lib", "Doc", "PCbuild"))
    script = tree / "src/configure"
    text = script.read_text(encoding="utf-8")
    for pattern, other in EDITS:
        text = re.sub(pattern, lambda _, other=other: other, text)  # type: ignore[misc]
    script.write_text(text, encoding="utf-8")
    python = shutil.which(f"python{version}")
    if python is None:
        raise SystemExit(f"configure needs a python{version} on PATH")
    compiler = f"{zig} cc -target {ARCHES[arch]}"
    words = [str(script), f"--host={arch}-apple-darwin", "--build=x86_64-pc-linux-gnu"]
    words += ["--without-ensurepip", f"--with-build-python={python}"]
    environ = {**os.environ, **SETTINGS, "CC": compiler, "CXX": compiler}
    environ["ARCH_SAYS"] = "arm64" if arch == "aarch64" else "i386"
    (tree / "build").mkdir()
    done = subprocess.run(
        words, cwd=tree / "build", env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return (tree / "build/pyconfig.h").read_text(encoding="utf-8")


def macros(text: str) -> dict[str, str]:
    """What a `pyconfig.h` defines, be it in a condition; a guarded one has `?` in front."""
    guarded = set(re.findall(r"^ *#\s*ifndef (\w+)\n *#\s*define \1 ", text, re.M))
    found = re.findall(r"^ *#\s*define (\w+)[ \t]+(\S.*)$", text, re.M)
    return {name: ("?" if name in guarded else "") + value for name, value in found}


def names(text: str) -> frozenset[str]:
    """All that a `pyconfig.h`, or `pyconfig.h.in`, speaks of."""
    return frozenset(re.findall(r"^[ /*]*#\s*(?:define|undef)\s+(\w+)", text, re.M))


def compiles(zig: Path, target: str, source: str, *options: str) -> str:
    """What the compiler says against a source; empty if nothing."""
    with tempfile.TemporaryDirectory() as folder:
        words = [str(zig), "cc", "-target", target, *options, "-xc", "-", "-o", f"{folder}/a"]
        done = subprocess.run(words, input=source, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


def probed(zig: Path, name: str) -> bool:
    """Whether a macro's function links, or its header is there, on both architectures."""
    if name.endswith("_H"):
        return all(not header_missing(zig, name, target) for target in ARCHES.values())
    function = function_of(name)
    source = f"char {function}(void);\nint main(void) {{ return {function}(); }}\n"
    return all(
        not compiles(zig, target, source, "-w", "-fno-builtin") for target in ARCHES.values()
    )


def header_missing(zig: Path, name: str, target: str) -> str:
    """What the compiler says against the header that a macro is about, in all its spellings."""
    word = name.removeprefix("HAVE_").removesuffix("_H").lower()
    spellings = {word, word.replace("_", "/", 1), word.replace("_", "/")}
    said = [compiles(zig, target, f"#include <{s}.h>\n", "-c") for s in spellings]
    return "" if "" in said else said[0]


def function_of(name: str) -> str:
    return name.removeprefix("HAVE_").lower()


HEADERS = """aio arpa/inet dirent dlfcn execinfo fcntl grp ifaddrs langinfo libproc locale math net/if
netdb netinet/in poll pthread pwd sched semaphore signal spawn stdio stdlib string strings sys/event
sys/file sys/ioctl sys/mman sys/mount sys/param sys/random sys/resource sys/select sys/socket sys/stat
sys/statvfs sys/sysctl sys/time sys/times sys/types sys/uio sys/utsname sys/wait termios time unistd
utime utmpx uuid/uuid wchar copyfile mach/mach_time pthread/qos""".split()
"""Where functions are declared; all of them are headers of Zig's."""


def since(zig: Path, functions: Iterable[str]) -> dict[str, Version]:
    """The macOS that brought each function, where that is newer than the oldest."""
    lines = [f"#include <{header}.h>" for header in HEADERS]
    lines += [f"const void *p_{name} = (const void *) {name};" for name in sorted(functions)]
    options = ("-c", "-fno-builtin", "-Wunguarded-availability", "-ferror-limit=0")
    said = compiles(
        zig, ARCHES["x86_64"], "\n".join(lines), "-Werror=unguarded-availability", *options
    )
    found = re.findall(r"'(\w+)' is only available on macOS (\d+)\.(\d+)(?:\.(\d+))?", said)
    # a floor has two numbers: what 10.13.4 brought is there from 10.14 on
    return {n: (int(major), int(minor) + bool(int(p or 0))) for n, major, minor, p in found}


def undeclared(zig: Path, functions: Iterable[str]) -> frozenset[str]:
    """Functions that no header declares, though libSystem exports them: nothing can call them."""
    lines = [f"#include <{header}.h>" for header in HEADERS]
    lines += [f"const void *p_{name} = (const void *) {name};" for name in sorted(functions)]
    said = compiles(zig, ARCHES["x86_64"], "\n".join(lines), "-c", "-w", "-ferror-limit=0")
    return frozenset(re.findall(r"undeclared identifier '(\w+)'", said))


def linux_spans() -> Mapping[str, list[str]]:
    """Macro to the spans of versions in which Linux has it."""
    facts = json.loads((REPOSITORY / "src/zigwheel/target/pyconfig_linux.json").read_text("utf-8"))
    found = defaultdict(list)
    for name, _, when in facts["macros"]:
        found[name].append(when.get("python", "-"))
    return found


def speaks(
    name: str, python: Version, spoken: Mapping[Version, frozenset[str]], linux: Iterable[str]
) -> bool:
    """Whether a version knows a macro, also where nothing of it is at hand."""
    if python in spoken:
        return name in spoken[python]
    around = [name in spoken[other] for other in (before(python), after(python))]
    return all(around) or (any(around) and any(within(python, span) for span in linux))


def before(python: Version) -> Version:
    return (3, python[1] - 1)


def after(python: Version) -> Version:
    return (3, python[1] + 1)


def within(python: Version, span: str) -> bool:
    first, _, last = span.partition("-")
    return (not first or parsed(first) <= python) and (not last or python <= parsed(last))


def cells(
    name: str, found: Found, spoken: Mapping[Version, frozenset[str]], linux: Iterable[str]
) -> Iterator[tuple[Version, str, str]]:
    """Version, architecture and value, where a macro is defined."""
    have = sorted({version for version, _ in found if name in spoken[version]})
    for python in PYTHONS:
        if have and speaks(name, python, spoken, linux):
            other = nearest(have, python)[0]
            for arch in ARCHES:
                if name in found[other, arch]:
                    yield python, arch, found[other, arch][name]


def rows_of(name: str, defined: Iterable[tuple[Version, str, str]]) -> Iterator[Row]:
    """A macro's rows: one for each value, set of architectures and run of versions."""
    holders: dict[tuple[Version, str], list[str]] = defaultdict(list)
    for python, arch, value in defined:
        holders[python, value].append(arch)
    runs: dict[tuple[str, tuple[str, ...]], list[list[Version]]] = defaultdict(list)
    for (python, value), arches in sorted(holders.items()):
        known = runs[value, tuple(sorted(arches))]
        if known and known[-1][-1] == before(python):
            known[-1].append(python)
        else:
            known.append([python])
    for (value, arches), pieces in sorted(runs.items()):
        for piece in pieces:
            first = "" if piece[0] == PYTHONS[0] else dotted(piece[0])
            last = "" if piece[-1] == PYTHONS[-1] else dotted(piece[-1])
            when: When = {} if len(arches) == len(ARCHES) else {"arch": list(arches)}
            when |= {"python": f"{first}-{last}"} if first or last else {}
            when |= {"guard": True} if value.startswith("?") else {}
            yield name, value.removeprefix("?"), when


def check_sizes(zig: Path, found: Found) -> None:
    """Every size that `configure` finds out by other means is the one that the compiler has."""
    for (version, arch), macro in found.items():
        sizes = {n: v for n, v in macro.items() if n.startswith(("SIZEOF_", "ALIGNOF_"))}
        own = measured_sizes(zig, ARCHES[arch], sizes, MEASURED_IN)
        if own != sizes:
            raise SystemExit(f"{version} {arch}: {sizes} by configure, {own} by the compiler")


def derive(zig: Path, found: Found, spoken: Mapping[Version, frozenset[str]]) -> list[Row]:
    """Return all rows, sorted by name."""
    known = frozenset().union(*(spoken[version] for version, _ in found))
    new = {
        n for version in spoken for n in spoken[version] - known if re.match(r"HAVE_(?!DECL)", n)
    }
    wanted = {n for n in new if not left_out(n) and n not in BY_HAND and probed(zig, n)}
    linux = linux_spans()
    defined = {name for macro in found.values() for name in macro}
    every = {n for n in defined if not left_out(n) and not re.fullmatch(LEFT_OUT_HERE, n)}
    table = {name: list(cells(name, found, spoken, linux[name])) for name in every - BY_HAND.keys()}
    for name in wanted:
        spans = [python for python in PYTHONS if python in spoken and name in spoken[python]]
        table[name] = [(python, arch, "1") for python in spans for arch in ARCHES]
    functions = {function_of(n): n for n in table if re.fullmatch(r"HAVE_[A-Z0-9_]+(?<!_H)", n)}
    absent = undeclared(zig, functions)
    for function in absent:
        if probed(zig, functions[function]):  # libSystem has it, but nothing declares it
            del table[functions[function]]
    first = since(zig, functions.keys() - absent)
    rows = [(n, value, when) for n, found_rows in BY_HAND.items() for value, when in found_rows]
    for name, defined_cells in table.items():
        newer = first.get(function_of(name), OLDEST)
        floor = {"none": dotted(newer)} if newer > OLDEST else {}
        rows += [(n, value, floor | when) for n, value, when in rows_of(name, defined_cells)]
    return sorted(rows, key=lambda row: (row[0], row[1], json.dumps(row[2])))


HEAD = {
    "arch": sorted(ARCHES),
    "libc": {"none": dotted(OLDEST)},
    "python": f"{dotted(PYTHONS[0])}-{dotted(PYTHONS[-1])}",
}
"""What the facts are about."""


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--zig", type=Path, required=True)
    parser.add_argument("--sources", type=Path, required=True)
    parser.add_argument("--known", type=Path, nargs="*", default=[])
    parser.add_argument(
        "--kept", type=Path, help="folder for configure's results, kept between runs"
    )
    return parser.parse_args()


def main() -> None:
    """Write the facts."""
    given = arguments()
    found: Found = {}
    spoken: dict[Version, frozenset[str]] = {}
    for file in given.known:
        spoken[parsed(file.parent.name.removeprefix("python"))] = names(file.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as work:
        kept = given.kept or Path(work, "kept")
        kept.mkdir(exist_ok=True)
        for source in sorted(given.sources.glob("Python-3.*")):
            version = parsed(re.findall(r"-(3\.\d+)", source.name)[0])
            spoken[version] = names((source / "pyconfig.h.in").read_text("utf-8"))
            for arch in ARCHES:
                file = kept / f"{dotted(version)}-{arch}.h"
                if not file.exists():
                    file.write_text(configured(given.zig, source, arch, Path(work)), "utf-8")
                found[version, arch] = macros(file.read_text("utf-8"))
    check_sizes(given.zig, found)
    rows = derive(given.zig, found, spoken)
    facts = REPOSITORY / "src/zigwheel/target/pyconfig_macos.json"
    facts.write_text(facts_text(HEAD, rows), encoding="utf-8")
    print(f"{len(rows)} rows from {len(found)} runs of configure")


if __name__ == "__main__":
    main()
