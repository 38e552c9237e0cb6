"""Debian's CPython for another architecture, run by qemu."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.foreign.cache import cache_root, made_once
from tests.foreign.debian import Unavailable, open_archive


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """An architecture in the words of those who know it."""

    debian: str
    """Debian's name."""
    qemu: str
    """What qemu's user-mode emulator is called after."""
    multiarch: str
    """Folder of the architecture's own headers and libraries."""
    suite: str = "trixie"
    """Debian release with a CPython 3.13 for it."""


# loongarch64 is not here: Debian's Python for it uses vector instructions that qemu 7.2 does not know,
# and crashes before it runs a line
MACHINES = {
    "aarch64": Machine(debian="arm64", qemu="aarch64", multiarch="aarch64-linux-gnu"),
    "armv7l": Machine(debian="armhf", qemu="arm", multiarch="arm-linux-gnueabihf"),
    "i686": Machine(debian="i386", qemu="i386", multiarch="i386-linux-gnu"),
    "ppc64le": Machine(debian="ppc64el", qemu="ppc64le", multiarch="powerpc64le-linux-gnu"),
    "riscv64": Machine(debian="riscv64", qemu="riscv64", multiarch="riscv64-linux-gnu"),
    "s390x": Machine(debian="s390x", qemu="s390x", multiarch="s390x-linux-gnu"),
}
"""By the name that wheel tags use."""

PACKAGES = ("python3.13-minimal", "libpython3.13-stdlib")
HEADERS = ("libpython3.13-dev",)


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignPython:
    """An interpreter that runs on this machine although it was not made for it."""

    python: Path
    """The interpreter's program; `prefix` runs it."""
    prefix: tuple[str, ...]
    """Words before the program: the emulator or the loader, with its options."""
    include: Path
    """Folder that holds its `Python.h`."""

    def command(self, args: Sequence[str | Path]) -> list[str]:
        """The command line that runs the interpreter with `args`."""
        return [*self.prefix, str(self.python), *map(str, args)]

    def run(
        self,
        args: Sequence[str | Path],
        *,
        pythonpath: Sequence[Path] = (),
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run it, with nothing of this machine's Python in its environment; never raises for its exit code."""
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LD_"))}
        environ["PYTHONPATH"] = os.pathsep.join(map(str, pythonpath))
        environ["LC_ALL"] = "C.UTF-8"
        return subprocess.run(
            self.command(args),
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )


def emulator(machine: Machine) -> str:
    """Path of the static qemu of a machine; installed if this user may. Raises `Unavailable`."""
    name = f"qemu-{machine.qemu}-static"
    if shutil.which(name) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for words in (
            ["update"],
            ["install", "--yes", "--no-install-recommends", "qemu-user-static"],
        ):
            subprocess.run(
                ["apt-get", "-qq", *words], stdin=subprocess.DEVNULL, capture_output=True
            )
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"{name} is not here: install Debian's package qemu-user-static")
    return found


def debian_python(arch: str) -> ForeignPython:
    """CPython 3.13 of Debian for `arch`, downloaded at the first call. Raises `Unavailable`."""
    machine = MACHINES[arch]
    qemu = emulator(machine)

    def make(folder: Path) -> None:
        for packages, closure in ((PACKAGES, True), (HEADERS, False)):
            with tempfile.TemporaryDirectory() as temporary:
                archive = open_archive(
                    Path(temporary) / "apt", suite=machine.suite, architecture=machine.debian
                )
                archive.unpack(packages, folder, closure=closure)
        for archive_file in [*folder.rglob("*.a"), *folder.glob("usr/share/doc")]:
            shutil.rmtree(archive_file) if archive_file.is_dir() else archive_file.unlink()

        # Bytecode stays in the folder: an emulated compiler is slow.
        python_in(folder, qemu).run(["-c", "import importlib.metadata, inspect, unittest, uuid"])

    name = f"{machine.suite}-{machine.debian}-python3.13"
    return python_in(made_once(cache_root() / name, make), qemu)


def python_in(root: Path, qemu: str) -> ForeignPython:
    """The interpreter in a folder of unpacked packages."""
    return ForeignPython(
        python=root / "usr/bin/python3.13",
        prefix=(qemu, "-L", str(root)),
        include=root / "usr/include/python3.13",
    )
