"""Read what the facts about `pyconfig.h` are derived from: real files, C libraries, Zig."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Version: TypeAlias = tuple[int, ...]

DEBIAN = {
    "amd64": "x86_64",
    "arm64": "aarch64",
    "armhf": "armv7l",
    "i386": "i686",
    "loong64": "loongarch64",
    "ppc64el": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}
"""Debian's names of the architectures to those of wheel tags."""

MUSL = {"bullseye": (1, 2, 2), "bookworm": (1, 2, 3), "trixie": (1, 2, 5), "forky": (1, 2, 6)}
"""The musl of each release."""

NEWEST = "forky"
"""The release whose glibc tells the symbol versions."""

SIZED = {
    "LONG_DOUBLE": "long double",
    "LONG_LONG": "long long",
    "VOID_P": "void *",
    "_BOOL": "_Bool",
}
"""The C type behind SIZEOF_ and ALIGNOF_, where it is not the name in small letters."""

MEASURED_IN = ("pthread", "stddef", "stdint", "stdio", "sys/types", "time", "wchar")
"""Headers of Unix that declare these types."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Real:
    """A real `pyconfig.h`."""

    path: Path
    """Where it is; the folder's name is the version."""
    release: str
    """Debian's release, or `upstream`."""
    arch: str
    """The architecture by its wheel tag's name."""
    version: tuple[int, int]
    """CPython's."""
    glibc: Version
    """The glibc that it was configured on."""
    defined: Mapping[str, str]
    """What it defines once preprocessed."""
    guarded: frozenset[str]
    """What it defines only if nothing else has."""
    names: frozenset[str]
    """All that it speaks of, defined or not."""
    headers: Mapping[str, str]
    """Macro to the header that it is about."""


def run(*command: str | Path, text: str = "") -> str:
    """Run a command and return what it prints."""
    words = [str(word) for word in command]
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stderr}")
    return done.stdout


def triple(arch: str, libc: str) -> str:
    """Return Zig's name for a target."""
    cpu = {"armv7l": "arm", "i686": "x86", "ppc64le": "powerpc64le"}.get(arch, arch)
    return f"{cpu}-linux-{libc}{'eabihf' if cpu == 'arm' else ''}"


def measure(zig: Path, target: str, source: str, *options: str) -> dict[str, int]:
    """Compile C for a target and read its integer constants, by their names, from the assembly."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "a.s")
        run(zig, "cc", "-target", target, "-S", "-g0", *options, "-o", out, "-xc", "-", text=source)
        found = re.findall(r"^(\w+):\s+\.\w+\s+(-?\d+)\b", out.read_text(encoding="utf-8"), re.M)
    return {name: int(number) for name, number in found}


def measured_sizes(
    zig: Path,
    target: str,
    macros: Iterable[str],
    headers: Iterable[str],
    *options: str,
    types: Mapping[str, str] = SIZED,
) -> dict[str, str]:
    """Measure what `SIZEOF_` and `ALIGNOF_` macros tell; an alignment is that of a member, as autoconf
    has it.
    """
    lines = [f"#include <{name}.h>" for name in headers]
    for macro in sorted(macros):
        kind, _, name = macro.partition("_")
        c_type = types.get(name, name.lower())
        member = f"__builtin_offsetof (struct {{ char c; {c_type} x; }}, x)"
        # some systems have macros of these names, and some a mark in front of every name
        lines.append(
            f"const int m_{macro} = {f'sizeof ({c_type})' if kind == 'SIZEOF' else member};"
        )
    found = measure(zig, target, "\n".join(lines) + "\n", *options)
    plain = {name.removeprefix("_").removeprefix("m_"): n for name, n in found.items()}
    return {macro: str(plain[macro]) for macro in sorted(macros)}


def facts_text(head: Mapping[str, object], rows: Iterable[object]) -> str:
    """The facts about an operating system as JSON, one row a line."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    macros = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    body = "\n".join(lines)
    return f'{{\n{body}\n  "macros": [\n{macros}\n  ]\n}}\n'


def read_real(zig: Path, path: Path, release: str, arch: str, glibc: Version) -> Real:
    """Read one real file."""
    text = path.read_text(encoding="utf-8")
    # -undef: as any machine would read it that has no macros of its own.
    shown = run(zig, "cc", "-E", "-dM", "-undef", "-xc", "-", text=text)
    about = r"<([\w./-]+)>\s+header\s+file\. \*/\n[ /*]*#\s*(?:define|undef) (\w+)"
    names = frozenset(re.findall(r"^[ /*]*#\s*(?:define|undef)\s+(\w+)", text, re.M))
    defined = re.findall(r"^#define (\w+) ?(.*)$", shown, re.M)
    return Real(
        path=path,
        release=release,
        arch=arch,
        version=(3, int(path.parent.name.removeprefix("python3."))),
        glibc=glibc,
        defined={name: value for name, value in defined if name in names},
        guarded=frozenset(re.findall(r"^ *#\s*ifndef (\w+)\n *#\s*define \1 ", text, re.M)),
        names=names,
        headers={macro: header for header, macro in re.findall(about, text)},
    )


def read_all(
    zig: Path, truth: Path, upstream: list[Path], upstream_glibc: Version
) -> tuple[Real, ...]:
    """Read upstream's files, then Debian's, in the order of their paths."""
    found = [
        read_real(zig, path, "upstream", "x86_64", upstream_glibc) for path in sorted(upstream)
    ]
    glibc = {release: release_glibc(truth, release) for release in MUSL}
    for path in sorted(truth.glob("*/*/usr/include/*-linux-gnu*/python3.*/pyconfig.h")):
        release, debian = path.relative_to(truth).parts[:2]
        found.append(read_real(zig, path, release, DEBIAN[debian], glibc[release]))
    return tuple(found)


def symbols(root: Path, pattern: str) -> Iterator[tuple[str, str]]:
    """Yield what the libraries below a folder define: each symbol with its version, if any."""
    for library in sorted(root.glob(pattern)):
        for line in run("readelf", "-W", "--dyn-syms", library).splitlines():
            fields = line.split()
            if len(fields) >= 8 and fields[4] in ("GLOBAL", "WEAK") and fields[-2] != "UND":
                name, _, version = fields[-1].partition("@")
                yield name, version.lstrip("@")


def glibc_port(root: Path) -> dict[str, Version]:
    """Map what one architecture's glibc defines to its oldest symbol version."""
    port: dict[str, Version] = {}
    for name, version in symbols(root, "**/*-linux-gnu*/lib*.so.?"):
        if found := re.fullmatch(r"GLIBC_(\d+)\.(\d+)[.\d]*", version):
            number = (int(found[1]), int(found[2]))
            port[name] = min(number, port.get(name, number))
    return port


def first_glibc(truth: Path, functions: frozenset[str]) -> dict[str, Version]:
    """Map each function to the glibc that brought it; no port may have got it any later."""
    ports = {debian: glibc_port(truth / NEWEST / debian) for debian in DEBIAN}
    first: dict[str, Version] = {}
    for name in sorted(functions & frozenset().union(*ports.values())):
        first[name] = min(port[name] for port in ports.values() if name in port)
        for debian, port in ports.items():
            if port.get(name) != max(first[name], min(port.values())):
                raise SystemExit(f"{name}: glibc {first[name]}, on {debian} {port.get(name)}")
    return first


def first_musl(truth: Path, functions: frozenset[str]) -> dict[str, Version]:
    """Map each function to the oldest musl package that has it."""
    first: dict[str, Version] = {}
    for release, version in sorted(MUSL.items(), key=lambda item: item[1]):
        for name, _ in symbols(truth / release, "*/**/*-linux-musl*/libc.so"):
            if name in functions:
                first.setdefault(name, version)
    return first


def release_glibc(truth: Path, release: str) -> Version:
    """Return the version of a release's glibc."""
    found = (version for _, version in symbols(truth / release / "amd64", "**/libc.so.6"))
    numbers = (re.fullmatch(r"GLIBC_(\d+)\.(\d+)", version) for version in found)
    return max((int(number[1]), int(number[2])) for number in numbers if number)


def zig_headers(zig: Path, libc: str, wanted: frozenset[str]) -> frozenset[str]:
    """Say which headers Zig has for a libc; it must be the same on every architecture."""
    # In quotes, since `linux` is a macro.
    probe = "".join(
        f'#if __has_include(<{name}>)\n"has {name}"\n#endif\n' for name in sorted(wanted)
    )
    found = set()
    for arch in DEBIAN.values():
        shown = run(zig, "cc", "-E", "-target", triple(arch, libc), "-xc", "-", text=probe)
        found.add(frozenset(re.findall(r'^"has (\S+)"$', shown, re.M)))
    if len(found) != 1:
        raise SystemExit(f"the headers for {libc} differ by architecture: {found}")
    return found.pop()


def zig_sizes(zig: Path, arch: str, libc: str, macros: frozenset[str]) -> dict[str, str]:
    """Measure sizes and alignments on Linux."""
    options = ("-D_FILE_OFFSET_BITS=64", "-D_GNU_SOURCE=1")
    return measured_sizes(zig, triple(arch, libc), macros, MEASURED_IN, *options)
