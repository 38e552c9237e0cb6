"""Derive `src/zigwheel/target/pyconfig_linux.json` and `tests/target/pyconfig_truth.json`.

    python scripts/pyconfig_facts.py --truth DIR --zig ZIG --upstream FILE ...

`--truth` is a folder of unpacked Debian packages (`apt-get download`, `dpkg-deb -x`), one folder for
each release and architecture, such as `DIR/bookworm/arm64/usr/...`. Wanted in it: `libpython3.X-dev`
of each CPython that the release has, `libc6`, `musl`. Used: bullseye (3.9), bookworm (3.11), trixie
(3.13), forky (3.13 to 3.15). `--upstream` names the `python3.X/pyconfig.h` of interpreters that were
built from upstream's source on x86-64 Linux; they fill in what Debian lacks (3.10, 3.12). `readelf`
(binutils) is needed. `scripts/pyconfig_check.py` holds the outcome against the same files.

How a macro's rows come about:

- On glibc from the real files. Where all architectures of a version agree, that is it for the rest
  too; else one without a real file takes what its nearest version has.
- A function is claimed from the libc on that has it: for glibc the oldest symbol version in `libc6`,
  for musl the oldest `musl` package whose `libc.so` has it.
- A header is claimed where Zig has it for that libc, since that is where it will be taken from.
- Sizes and alignments are what Zig measures on each target, and must agree with the real files.
- Whatever else glibc has, musl has too, but for `MUSL_DIFFERS`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pyconfig_sources import (
    DEBIAN,
    Real,
    Version,
    facts_text,
    first_glibc,
    first_musl,
    read_all,
    zig_headers,
    zig_sizes,
)

When: TypeAlias = dict[str, Any]
Row: TypeAlias = tuple[str, str, When]
Cell: TypeAlias = tuple[str, bool]
"""A macro's value, and whether it is guarded."""

REPOSITORY = Path(__file__).resolve().parent.parent
ARCHES = tuple(sorted(DEBIAN.values()))
PYTHONS = tuple((3, minor) for minor in range(9, 16))
OLDEST: Mapping[str, Version] = {"gnu": (2, 5), "musl": (1, 2)}
"""The first floors that a wheel's tag can name and a current Zig can build for."""
OLDEST_AT_HAND: Mapping[str, Version] = {"gnu": (2, 5), "musl": (1, 2, 2)}
"""What stands for them: Debian has no older musl 1.2 than 1.2.2."""

LEFT_OUT = {
    "another project's library, which must not be taken from here": (
        r"HAVE_(BLUETOOTH|BZLIB|CURSES|DB|FFI|GDBM|LIBB2|LIBDB|LIBREADLINE|LIBSQLITE3|LIBUUID"
        r"|NCURSES|NCURSESW|PANEL|PANELW|RL|RPC|TERM|UUID|X509|ZLIB)(_\w+)?|PY_SQLITE_\w+"
        r"|MVWDELCH_IS_EXPRESSION|WINDOW_HAS_FLAGS|Py_RL_\w+|_Py_FFI_\w+|_Py_HAVE_LIBGCC_\w+"
    ),
    "a choice of one build; WITH_DTRACE also asks for a header that only that build has": (
        r"USE_COMPUTED_GOTOS|WITH_DTRACE|Py_ENABLE_SHARED|SHM_NEEDS_LIBRT"
    ),
    "the include guard": r"Py_PYCONFIG_H",
}
"""What no target gets: the reason, and a pattern of names."""

BY_HAND: Mapping[str, tuple[tuple[str, When], ...]] = {
    # glibc's libcrypt is a library of its own, which Zig lacks; musl has crypt in its libc.
    "HAVE_CRYPT_H": (("1", {"musl": "1.2", "python": "-3.12"}),),
    "HAVE_CRYPT_R": (("1", {"musl": "1.2", "python": "-3.12"}),),
    # Debian's 3.11 comes from a newer autoconf than upstream's, which no longer looks for it.
    "HAVE_MEMORY_H": (("1", {"python": "-3.11"}),),
    # glibc 2.30 dropped it, and Zig's glibc headers are newer.
    "HAVE_STROPTS_H": (("1", {"musl": "1.2"}),),
    # The default of configure; 2 is Debian's choice.
    "PY_SSL_DEFAULT_CIPHERS": (("1", {}),),
    # PEP 11, as configure reads it: armv7l is in tier 3, but Debian configures for plain `arm`.
    "PY_SUPPORT_TIER": (
        ("0", {"musl": "1.2", "python": "3.11-"}),
        ("0", {"gnu": "2.5", "arch": ["i686", "loongarch64", "riscv64"], "python": "3.11-"}),
        ("1", {"gnu": "2.5", "arch": ["x86_64"], "python": "3.11-"}),
        ("2", {"gnu": "2.5", "arch": ["aarch64", "ppc64le"], "python": "3.11-"}),
        ("3", {"gnu": "2.5", "arch": ["armv7l", "s390x"], "python": "3.11-"}),
    ),
    "Py_GIL_DISABLED": (("1", {"free-threaded": True}),),
    # Debian's 3.9 has it in CFLAGS, where configure finds it set already.
    "_REENTRANT": (("1", {}),),
}
"""Complete rows for macros on which the real files differ by accident, or which none defines."""

MUSL_DIFFERS: Mapping[str, str | None] = {
    "HAVE_DECL_PR_SET_VMA_ANON_NAME": "0",  # musl's <sys/prctl.h> lacks it
    "HAVE_DECL_RTLD_DEEPBIND": "0",
    "HAVE_STRUCT_STATX_STX_ATOMIC_WRITE_UNIT_MAX_OPT": None,  # nor are these in its struct statx
    "HAVE_STRUCT_STATX_STX_ATOMIC_WRITE_UNIT_MIN": None,
    "HAVE_STRUCT_STATX_STX_DIO_MEM_ALIGN": None,
    "HAVE_STRUCT_STATX_STX_DIO_READ_OFFSET_ALIGN": None,
    "HAVE_STRUCT_STATX_STX_MNT_ID": None,
    "HAVE_STRUCT_STATX_STX_SUBVOL": None,
    "PY_HAVE_PERF_TRAMPOLINE": None,  # configure knows it by triplets that end in gnu
    "_Py_HAVE_PR_SET_VMA_ANON_NAME": None,
}
"""What is neither function, header nor size, and differs on musl; None is for not defined."""

BOUND_TO = {
    "HAVE_STRUCT_STATX_": "statx",
    "HAVE_SYS_AUXV_H": "getauxval",
    "HAVE_SYS_EVENTFD_H": "eventfd",
    "HAVE_SYS_PIDFD_H": "pidfd_open",
    "HAVE_SYS_RANDOM_H": "getrandom",
    "HAVE_SYS_TIMERFD_H": "timerfd_create",
    "_PYTHREAD_NAME_MAXLEN": "pthread_setname_np",
}
"""Macros, or beginnings of them, that came with a function. Zig's glibc headers are those of one new
glibc, so that they do not tell what a system at the floor has."""

STATIC_BEFORE_2_33 = frozenset({"fstatat", "lstat", "mknod", "mknodat"})
"""Older glibc has these in its static part, which Zig builds for the floor."""

TIME64 = {("SIZEOF_TIME_T", "armv7l")}
"""Measured all the same: Debian's armhf passes `_TIME_BITS=64` since trixie. `pyconfig.h` does not,
so that time_t has 32 bits for an extension on 32-bit glibc, whatever the interpreter has."""

GCC_SAYS = {("ALIGNOF_MAX_ALIGN_T", "i686")}
"""Not measured: gcc counts __float128 (16), Clang does not (8), and interpreters are gcc's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """All that the rows are derived from."""

    real: tuple[Real, ...]
    """The real files."""
    about: Mapping[str, str]
    """Macro to the header that it is about."""
    headers: Mapping[str, frozenset[str]]
    """Libc to the headers that Zig has for it."""
    since: Mapping[str, Mapping[str, Version]]
    """Libc to function to the first version that has it."""
    sizes: Mapping[tuple[str, str], Mapping[str, str]]
    """(Libc, architecture) to macro to the number that Zig measures."""


def left_out(name: str) -> str | None:
    """Say why no target gets a macro, if so."""
    return next((why for why, names in LEFT_OUT.items() if re.fullmatch(names, name)), None)


def function_of(name: str) -> str:
    """Return the function that a macro stands or falls with, if it is one that a libc has."""
    bound = (function for macro, function in BOUND_TO.items() if name.startswith(macro))
    return next(bound, name.removeprefix("HAVE_").lower())


def collect(given: argparse.Namespace) -> Sources:
    """Read all sources."""
    zig, truth = given.zig, given.truth
    real = read_all(zig, truth, given.upstream, parsed(given.upstream_glibc))
    names = frozenset().union(*(one.defined for one in real))
    about = {macro: header for one in real for macro, header in one.headers.items()}
    functions = frozenset(function_of(name) for name in names if not left_out(name))
    sized = frozenset(name for name in names if name.startswith(("SIZEOF_", "ALIGNOF_")))
    wanted = frozenset(about.values())
    return Sources(
        real=real,
        about=about,
        headers={libc: zig_headers(zig, libc, wanted) for libc in OLDEST},
        since={
            "gnu": first_glibc(truth, functions) | dict.fromkeys(STATIC_BEFORE_2_33, (2, 5)),
            "musl": first_musl(truth, functions),
        },
        sizes={
            (libc, arch): zig_sizes(zig, arch, libc, sized) for libc in OLDEST for arch in ARCHES
        },
    )


def said(sources: Sources, name: str, python: Version, arch: str = "") -> set[Cell | None]:
    """Return what the real files of one version say of a macro; None is for not defined.

    A file does not count if it has never heard of the macro, or misses a function that is newer than
    the glibc that it was configured on.
    """
    since = sources.since["gnu"].get(function_of(name), ())
    found: set[Cell | None] = set()
    for one in sources.real:
        if one.version == python and name in one.names and arch in ("", one.arch):
            if name in one.defined:
                found.add((one.defined[name], name in one.guarded))
            elif one.glibc >= since:
                found.add(None)
    return found


def nearest(pythons: Iterable[Version], python: Version) -> list[Version]:
    """Sort versions by their distance from one."""
    return sorted(pythons, key=lambda other: (abs(other[1] - python[1]), other))


def only(found: set[Cell | None], *place: object) -> Cell | None:
    """Return the one thing that is said."""
    if len(found) != 1:
        raise SystemExit(f"{place}: {found or 'nothing tells'}")
    return next(iter(found))


def glibc_cell(sources: Sources, name: str, arch: str, python: Version) -> Cell | None:
    """Return what holds on glibc, also where there is no real file."""
    if not any(name in one.names for one in sources.real if one.version == python):
        return None
    by_python: dict[Version, set[Cell | None]] = {p: said(sources, name, p) for p in PYTHONS}
    if all(len(found) <= 1 for found in by_python.values()):
        known = nearest((other for other, found in by_python.items() if found), python)
        return only(by_python[known[0]], name, python)
    if any(one.arch == arch and one.version == python for one in sources.real):
        found = said(sources, name, python, arch)
        return only(found, name, arch, python) if found else None
    for other in nearest(PYTHONS, python):
        if found := said(sources, name, other, arch):
            return only(found, name, arch, other)
    return None


def cell(sources: Sources, libc: str, name: str, arch: str, python: Version) -> Cell | None:
    """Return a macro's value on a target whose libc is new enough."""
    found = glibc_cell(sources, name, arch, python)
    if found is None:
        return None
    value, guarded = found
    if size := sources.sizes[libc, arch].get(name):
        if libc == "musl" or (name, arch) in TIME64:
            return size, guarded
        if size != value and (name, arch) not in GCC_SAYS:
            raise SystemExit(f"{name} on {arch}: {value} in the real file, {size} by Zig")
    if libc == "musl" and name in MUSL_DIFFERS:
        other = MUSL_DIFFERS[name]
        return None if other is None else (other, guarded)
    if libc == "musl" and name == "SOABI_PLATFORM":
        return value.replace("-gnu", "-musl"), guarded
    return found


def floor_of(sources: Sources, libc: str, name: str) -> Version | None:
    """Return the first version of a libc that has what a macro speaks of; None if none has."""
    if name in sources.about and sources.about[name] not in sources.headers[libc]:
        return None
    function = function_of(name)
    if not any(function in functions for functions in sources.since.values()):
        return OLDEST[libc]
    first = sources.since[libc].get(function)
    return OLDEST[libc] if first is not None and first <= OLDEST_AT_HAND[libc] else first


def spans(sources: Sources, libc: str, name: str) -> Iterator[tuple[Cell, tuple[str, ...], str]]:
    """Yield each value with its architectures and the run of versions in which they have it."""
    runs: dict[tuple[Cell, tuple[str, ...]], list[list[Version]]] = {}
    for python in PYTHONS:
        holders: dict[Cell, list[str]] = defaultdict(list)
        for arch in ARCHES:
            if found := cell(sources, libc, name, arch, python):
                holders[found].append(arch)
        for value, arches in holders.items():
            known = runs.setdefault((value, tuple(arches)), [])
            if known and known[-1][-1] == (3, python[1] - 1):
                known[-1].append(python)
            else:
                known.append([python])
    for (value, among), pieces in runs.items():
        for piece in pieces:
            first = "" if piece[0] == PYTHONS[0] else dotted(piece[0])
            last = "" if piece[-1] == PYTHONS[-1] else dotted(piece[-1])
            yield value, among, f"{first}-{last}"


def rows_of(sources: Sources, name: str) -> Iterator[Row]:
    """Yield a macro's rows, one for both libcs where they agree."""
    merged: dict[tuple[Cell, tuple[str, ...], str], dict[str, Version]] = defaultdict(dict)
    for libc in OLDEST:
        floor = floor_of(sources, libc, name)
        if floor is not None:
            for span in spans(sources, libc, name):
                merged[span][libc] = floor
    for ((value, guarded), arches, python), floors in sorted(merged.items()):
        when: When = {}
        if floors != OLDEST:
            when |= {libc: dotted(floor) for libc, floor in floors.items()}
        if arches != ARCHES:
            when["arch"] = list(arches)
        if python != "-":
            when["python"] = python
        if guarded:
            when["guard"] = True
        yield name, value, when


def derive(sources: Sources) -> list[Row]:
    """Return all rows, sorted by name."""
    names = {name for one in sources.real for name in one.defined if not left_out(name)}
    rows: list[Row] = []
    for name in sorted(names | set(BY_HAND)):
        if name in BY_HAND:
            rows += [(name, value, when) for value, when in BY_HAND[name]]
        else:
            rows += rows_of(sources, name)
    return rows


def dotted(version: Version) -> str:
    return ".".join(map(str, version))


def parsed(version: str) -> Version:
    return tuple(map(int, version.split(".")))


HEAD = {
    "arch": ARCHES,
    "libc": {libc: dotted(oldest) for libc, oldest in OLDEST.items()},
    "python": f"{dotted(PYTHONS[0])}-{dotted(PYTHONS[-1])}",
}
"""What the facts are about."""


TRUTH_NAMES = r"(SIZEOF|ALIGNOF)_\w+|WORDS_BIGENDIAN|(FLOAT|DOUBLE)_\w+|X87_\w+|HAVE_GCC_\w+"
"""What decides layouts and arithmetic."""


def truth_text(real: tuple[Real, ...]) -> str:
    """Return, one line for each of Debian's files, the macros on which layouts depend."""
    lines = []
    for one in real:
        if one.release != "upstream":
            picked = {n: v for n, v in sorted(one.defined.items()) if re.fullmatch(TRUTH_NAMES, n)}
            key = f"{one.release} {one.arch} {dotted(one.version)}"
            lines.append(f"  {json.dumps(key)}: {json.dumps(picked)}")
    return "{\n" + ",\n".join(sorted(lines)) + "\n}\n"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--zig", type=Path, required=True)
    parser.add_argument("--upstream", type=Path, nargs="*", default=[])
    parser.add_argument("--upstream-glibc", default="2.36", help="that they were configured on")
    return parser.parse_args()


def main() -> None:
    """Write both files."""
    given = arguments()
    sources = collect(given)
    rows = derive(sources)
    facts = REPOSITORY / "src/zigwheel/target/pyconfig_linux.json"
    facts.write_text(facts_text(HEAD, rows), encoding="utf-8")
    truth = REPOSITORY / "tests/target/pyconfig_truth.json"
    truth.write_text(truth_text(sources.real), encoding="utf-8")
    print(f"{len(rows)} rows from {len(sources.real)} real files")


if __name__ == "__main__":
    main()
