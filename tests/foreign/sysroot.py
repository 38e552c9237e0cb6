"""Debian's CPython and PyPy, each with all of its libraries in a folder of its own.

Those for x86-64 are started by their own loader, so that they run on any x86-64 Linux; those of
other architectures by qemu.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.foreign.cache import cache_root, made_once
from tests.foreign.debian import from_suites
from tests.foreign.python import ForeignPython, Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """An architecture in the words of those who know it."""

    debian: str
    """Debian's name."""
    multiarch: str
    """Folder of the architecture's own headers and libraries."""
    qemu: str = ""
    """What qemu's user-mode emulator is called after; empty where programs run as they are."""


MACHINES = {
    "aarch64": Machine(debian="arm64", qemu="aarch64", multiarch="aarch64-linux-gnu"),
    "armv7l": Machine(debian="armhf", qemu="arm", multiarch="arm-linux-gnueabihf"),
    "i686": Machine(debian="i386", qemu="i386", multiarch="i386-linux-gnu"),
    "ppc64le": Machine(debian="ppc64el", qemu="ppc64le", multiarch="powerpc64le-linux-gnu"),
    "riscv64": Machine(debian="riscv64", qemu="riscv64", multiarch="riscv64-linux-gnu"),
    "s390x": Machine(debian="s390x", qemu="s390x", multiarch="s390x-linux-gnu"),
    "x86_64": Machine(debian="amd64", multiarch="x86_64-linux-gnu"),
}
"""By the name that wheel tags use."""

YOUNG = {
    "loongarch64": Machine(debian="loong64", qemu="loongarch64", multiarch="loongarch64-linux-gnu"),
}
"""Those that only Debian's next release knows, with the Pythons that it has."""

SUITES = {
    "3.9": ("bullseye",),
    "3.11": ("bookworm",),
    "3.13": ("trixie", "forky"),
    "3.14": ("forky", "sid"),
    "3.15": ("forky", "sid"),
}
"""Debian's releases that a CPython is taken from, the first that can be had."""

PYPY = "3.11"
"""The version of Python that Debian's PyPy is."""
PYPY_SUITES = ("forky", "sid")

IMPORTED = """
argparse concurrent.futures ctypes datetime decimal importlib.metadata importlib.util inspect json
pathlib platform shutil socket struct subprocess sysconfig tempfile threading unittest uuid
""".split()
"""Modules whose bytecode is made with an interpreter; others are compiled when they are imported."""

QEMU = ("trixie", "forky")
"""Debian's releases that qemu is taken from; its programs need no other file there."""

LOADER = "ld-linux-x86-64.so.2"


def debian_python(version: str, arch: str) -> ForeignPython:
    """CPython of Debian for an architecture, downloaded at the first call. Raises `Unavailable`."""
    machine = (MACHINES | YOUNG)[arch]
    run_by = emulator(machine) if machine.qemu else ""
    suites = SUITES[version]

    def make(folder: Path) -> None:
        packages = (f"python{version}-minimal", f"libpython{version}-stdlib")
        headers = (f"libpython{version}-dev",)
        from_suites(suites, machine.debian, lambda a: a.unpack(packages, folder, alone=headers))
        without_bulk(folder)
        native = debian_python(version, "x86_64") if run_by else python_in(folder)
        keep_bytecode(native, folder / f"usr/lib/python{version}")

    def python_in(root: Path) -> ForeignPython:
        return ForeignPython(
            name=f"cp{version.replace('.', '')}-manylinux_{arch}",
            root=root,
            python=root / f"usr/bin/python{version}",
            prefix=(run_by, "-L", str(root)) if run_by else loader_in(root),
            include=root / f"usr/include/python{version}",
        )

    name = f"{suites[0]}-{machine.debian}-python{version}"
    return python_in(made_once(cache_root() / name, make))


def keep_bytecode(native: ForeignPython, library: Path) -> None:
    """Compile what tests import of a standard library, by a Python of that version that is fast here.

    Bytecode is the same on every machine, and an emulated compiler is slow.
    """
    native.run(["-c", f"import {', '.join(IMPORTED)}"], pythonpath=[library])


def debian_pypy() -> ForeignPython:
    """PyPy of Debian for x86-64, downloaded at the first call. Raises `Unavailable`."""

    def make(folder: Path) -> None:
        from_suites(
            PYPY_SUITES, "amd64", lambda a: a.unpack(["pypy3"], folder, alone=["pypy3-dev"])
        )
        without_bulk(folder)

    root = made_once(cache_root() / f"{PYPY_SUITES[0]}-amd64-pypy{PYPY}", make)
    return ForeignPython(
        name=f"pp{PYPY.replace('.', '')}-manylinux_x86_64",
        root=root,
        python=root / "usr/bin/pypy3",
        prefix=loader_in(root),
        include=root / f"usr/include/pypy{PYPY}",
    )


def without_bulk(root: Path) -> None:
    """Take out what no test reads, and links to the files of this machine's own Python."""
    for file in root.glob("usr/lib/python3*/sitecustomize.py"):
        file.unlink()
    for file in root.rglob("*.a"):
        file.unlink()
    for name in ("doc", "locale", "man", "info"):
        shutil.rmtree(root / "usr/share" / name, ignore_errors=True)


def loader_in(root: Path) -> tuple[str, ...]:
    """The words that start an x86-64 program with the libraries of a folder."""
    libraries = [root / top / "x86_64-linux-gnu" for top in ("usr/lib", "lib")]
    loader = next((folder / LOADER for folder in libraries if (folder / LOADER).exists()), None)
    if loader is None:
        raise Unavailable(f"{root} has no {LOADER}")
    return (str(loader), "--library-path", ":".join(map(str, libraries)))


def emulator(machine: Machine) -> str:
    """Path of the static qemu of a machine. Raises `Unavailable`.

    It is that of one release of Debian's, and not this system's: qemu 7.2 can do neither POWER8's
    16-byte `stqcx.`, which then never succeeds, nor the vectors of loongarch64.
    """
    if platform.machine() != "x86_64":
        return installed(f"qemu-{machine.qemu}-static", "qemu-user-static")

    def make(folder: Path) -> None:
        from_suites(QEMU, "amd64", lambda a: a.unpack([], folder, alone=["qemu-user"]))

    root = made_once(cache_root() / f"{QEMU[0]}-amd64-qemu", make)
    return str(root / "usr/bin" / f"qemu-{machine.qemu}")


def installed(program: str, *packages: str) -> str:
    """Path of a program of this system, installed from Debian's packages if this user may.

    Raises `Unavailable`.
    """
    if shutil.which(program) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for words in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            subprocess.run(
                ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", *words],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )
    found = shutil.which(program)
    if found is None:
        names = " and ".join(packages)
        raise Unavailable(f"{program} is not here: install Debian's {names}")
    return found
