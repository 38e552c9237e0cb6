"""Stand-ins for machines and for installed Pythons."""

from __future__ import annotations

import stat
from pathlib import Path

from zigwheel.target.header_packs import MANIFEST, manifest_text, packed
from zigwheel.target.installation import read_headers
from zigwheel.target.model import Host
from zigwheel.target.python import PythonTarget, pypy
from zigwheel.target.triple import Libc

PATCHLEVEL = """\
#define PY_MAJOR_VERSION\t{major}
#define PY_MINOR_VERSION\t{minor}
#define PY_MICRO_VERSION\t1

/* Version as a string */
#define PY_VERSION      \t"{release}"
"""


def machine(
    *,
    arch: str = "x86_64",
    os: str = "linux",
    libc: Libc = "gnu",
    libc_version: tuple[int, int] | None = (2, 36),
    implementation: str = "cpython",
    version: tuple[int, int] = (3, 12),
    free_threaded: bool = False,
    include: Path | None = None,
    executable: str = "/opt/own/bin/python3",
    prefix_globs: tuple[str, ...] = (),
) -> Host:
    """A glibc 2.36 machine on x86_64 with CPython 3.12, or something else."""
    return Host(
        arch=arch,
        os=os,
        libc=libc,
        libc_version=libc_version,
        implementation=implementation,
        python=pypy(version)
        if implementation == "pypy"
        else PythonTarget(version=version, free_threaded=free_threaded),
        include=include,
        executable=executable,
        prefix_globs=prefix_globs,
    )


def write_headers(include: Path, release: str) -> Path:
    """An include folder with the headers of a release."""
    major, minor = release.split(".")[:2]
    for name, text in {
        "Python.h": '#include "patchlevel.h"\n#include "pyconfig.h"\n',
        "patchlevel.h": PATCHLEVEL.format(major=major, minor=minor, release=release),
        "pyconfig.h": "#define SIZEOF_VOID_P 8\n",
        "object.h": f"/* object.h of {release} */\n",
        "cpython/object.h": "/* cpython/object.h */\n",
        "internal/pycore_object.h": "/* pycore_object.h */\n",
        "internal/mimalloc/mimalloc.h": "/* mimalloc.h */\n",
    }.items():
        path = include / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return include


def write_pypy_headers(
    include: Path, release: str, *, pointer: int = 8, pypy: str = "8.0.1"
) -> Path:
    """An include folder as PyPy has it: other headers, and sizes in one of them."""
    write_headers(include, release)
    with open(include / "patchlevel.h", "a", encoding="utf-8") as file:
        file.write(f'#define PYPY_VERSION "{pypy}"\n')
    (include / "pypy_macros.h").write_text(f"#define SIZEOF_VOID_P {pointer}\n", encoding="utf-8")
    (include / "pyconfig.h").write_text("#define WITHOUT_COMPLEX\n", encoding="utf-8")
    return include


def install(prefix: Path, release: str, *, mark: str = "", headers: bool = True) -> Path:
    """An installation below a prefix, with an interpreter that fails if it is run."""
    version = ".".join(release.split(".")[:2])
    if headers:
        write_headers(prefix / "include" / f"python{version}{mark}", release)
    return write_program(prefix / "bin" / f"python{version}{mark}", "exit 1")


def write_program(path: Path, script: str) -> Path:
    """A program of the shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def write_pack(folder: Path, *releases: str, version: str = "2026.11") -> Path:
    """A header pack of these releases."""
    entries = []
    for release in releases:
        name = f"python{'.'.join(release.split('.')[:2])}"
        include = write_headers(folder / "include" / name, release)
        (include / "pyconfig.h").unlink()
        source = read_headers(include, "test")
        assert source
        entries.append(packed(source))
    (folder / MANIFEST).write_text(manifest_text(version, entries), encoding="utf-8")
    return folder
