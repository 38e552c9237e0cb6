"""How a program is run on this machine: as it is, by qemu, by Wine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from zigwheel.matrix.model import EMPTY
from zigwheel.target.elf import ElfIdentity, read_elf
from zigwheel.target.host import home_folder
from zigwheel.target.model import Host
from zigwheel.target.triple import ARCHITECTURES, Triple

RUNS: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(
    {
        ("linux", "x86_64"): ("x86_64", "i686"),
        ("linux", "aarch64"): ("aarch64", "armv7l"),
        ("macos", "aarch64"): ("aarch64", "x86_64"),
        ("windows", "x86_64"): ("x86_64", "i686"),
        ("windows", "aarch64"): ("aarch64", "x86_64", "i686"),
    }
)
"""The architectures whose programs a machine may run by itself; others run their own alone."""

QEMU: Mapping[str, str] = MappingProxyType({"armv7l": "arm", "i686": "i386"})
"""What qemu calls an architecture, where that is not the word of wheel tags."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way to run a program."""

    command: tuple[str, ...]
    """The words that run it."""
    environ: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    """What it needs in its environment."""
    before: tuple[str, ...] = ()
    """A command that is run before each use, such as one that starts a server; empty: none."""


def runs_natively(host: Host, os_name: str, arch: str) -> bool:
    """Whether this machine may run programs for an operating system and an architecture by itself."""
    return host.os == os_name and arch in RUNS.get((host.os, host.arch), (host.arch,))


def ways(path: str, triple: Triple, host: Host, environ: Mapping[str, str]) -> Iterator[Way]:
    """The ways to run a Python that may be for a platform; none if its file says otherwise."""
    if triple.os == "windows" and host.os != "windows":
        if path.endswith(".exe"):
            yield from by_wine(path, environ)
        return
    elf = read_elf(path) if triple.os == "linux" else None
    if elf and not is_for(elf, triple):
        return
    natively = any(runs_natively(host, triple.os, part.arch) for part in triple.slices)
    if natively:
        yield Way(command=(path,))
    elif elf and host.os == "linux":
        yield from by_qemu(path, elf, triple, environ)


def is_for(elf: ElfIdentity, triple: Triple) -> bool:
    """Whether a program is for a Linux platform. One that has no loader, as Wine's, loads nothing."""
    arch = "armv7l" if elf.arch == "arm" and elf.hard_float else elf.arch
    return arch == triple.arch and ("musl" in elf.interpreter) == (triple.libc == "musl")


def by_qemu(
    path: str, elf: ElfIdentity, triple: Triple, environ: Mapping[str, str]
) -> Iterator[Way]:
    """By the kernel, where qemu is registered with it (`binfmt_misc`), else by qemu from PATH."""
    own = qemu_environ(elf, triple, environ)
    yield Way(command=(path,), environ=own)
    name = f"qemu-{QEMU.get(triple.arch, triple.arch)}"
    for program in (f"{name}-static", name):
        if found := shutil.which(program, path=environ.get("PATH")):
            yield Way(command=(found, path), environ=own)


def qemu_environ(elf: ElfIdentity, triple: Triple, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Where qemu finds the C library: in the folder of the distribution's cross compilers, if at all."""
    given = {name: value for name, value in environ.items() if name.startswith("QEMU_")}
    root = f"/usr/{cross_name(triple)}"
    if "QEMU_LD_PREFIX" in given or os.path.exists(elf.interpreter):
        return given
    if os.path.exists(root + elf.interpreter):
        return {**given, "QEMU_LD_PREFIX": root}
    return given


def cross_name(triple: Triple) -> str:
    """A platform's name in Debian's packages of cross compilers, such as `aarch64-linux-gnu`."""
    return f"{ARCHITECTURES[triple.arch].multiarch}-linux-{triple.libc}{triple.facts.eabi}"


def by_wine(path: str, environ: Mapping[str, str]) -> Iterator[Way]:
    """By Wine from PATH, in the prefix that the user has or would get."""
    wine = next(filter(None, (which(name, environ) for name in ("wine", "wine64"))), "")
    if not wine:
        return
    kept = {name: value for name, value in environ.items() if name.startswith("WINE")}
    home = home_folder(environ)
    own = {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml="}
    if home:
        own["WINEPREFIX"] = str(home / ".wine")
    # The server must be nobody's child: what a test has started is ended with the test. `-p` keeps it
    # for some minutes, since each start takes seconds; it fails where there is one already.
    start = f'wineserver -p300 && exec "{wine}" cmd /c exit'
    before = ("/bin/sh", "-c", start) if which("wineserver", environ) else ()
    yield Way(command=(wine, path), environ={**own, **kept}, before=before)


def which(name: str, environ: Mapping[str, str]) -> str:
    """Path of a program; empty where it is not on PATH."""
    return shutil.which(name, path=environ.get("PATH")) or ""
