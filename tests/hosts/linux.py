"""A Linux machine of another architecture, whose programs are run by qemu.

`binfmt_misc` makes the kernel hand foreign programs to the emulator: Zig, which starts itself again,
and Python, which starts Zig, know nothing of it. Registration, mounts and root folder belong to
namespaces that end with the command, so nothing of this machine changes, and no rights are needed
where users may make namespaces. There is no shell in that root, and no program but Python.
"""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.foreign.python import ForeignPython, Unavailable
from tests.foreign.registry import python_named
from tests.hosts.parts import code, packages

NAMESPACES = ("unshare", "--user", "--map-root-user", "--mount")


def binfmt_rule(program: bytes, emulator: str) -> str:
    """The rule by which the kernel runs programs like the one that begins with `program`.

    Source: the kernel's documentation, "Kernel Support for miscellaneous Binary Formats". What counts
    is ELF's magic, class, byte order, version and machine; of the type, that it is EXEC or DYN.
    `F` opens the emulator now, so that it is found from within any root.
    """
    mask = bytearray(b"\xff" * 20)
    mask[7] = 0x00
    mask[16 if program[5] == 1 else 17] = 0xFE
    magic = bytes(a & b for a, b in zip(program[:20], mask, strict=True))
    return f":foreign:M:0:{escaped(magic)}:{escaped(mask)}:{emulator}:F"


def escaped(data: bytes) -> str:
    """Bytes as the rule has them."""
    return "".join(f"\\x{byte:02x}" for byte in data)


def entrance(root: Path, system: Path, shared: Iterable[Path], rule: str) -> str:
    """The shell's words that turn a new namespace into the machine, and run there what follows them.

    The rule holds in this namespace alone from Linux 6.7 on; before that mounting fails.
    """
    q = shlex.quote
    lines = [
        "set -e",
        "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc",
        f"printf %s {q(rule)} > /proc/sys/fs/binfmt_misc/register",
        f"mount -t tmpfs tmpfs {q(str(root))}",
        f"cd {q(str(root))}",
        "mkdir usr proc dev tmp",
        "ln -s usr/bin usr/lib usr/lib64 .",
        f"mount --bind {q(str(system / 'usr'))} usr",
        "mount --rbind /proc proc",
        "mount --rbind /dev dev",
    ]
    for folder in map(str, shared):
        lines += [f"mkdir -p {q('.' + folder)}", f"mount --bind {q(folder)} {q('.' + folder)}"]
    return "\n".join([*lines, 'exec chroot . "$@"'])


@dataclass(frozen=True, kw_only=True, slots=True)
class LinuxMachine:
    """A machine with the files of one foreign Python, and some folders of this machine."""

    python: ForeignPython
    """Its interpreter, in a root folder, with the emulator in front."""
    own: Path
    """Folder that outlives a run of the tests: zigwheel's cache and the installed Zig."""
    shared: tuple[Path, ...]
    """Folders of this machine that are there under the same paths."""

    def run(self, words: Sequence[str | Path], **more: str) -> subprocess.CompletedProcess[str]:
        """Run Python there, with zigwheel, its requirements and Zig installed."""
        interpreter = "/" + self.python.python.relative_to(self.python.root).as_posix()
        library = code()
        environ = {
            "PYTHONPATH": f"{library}:{self.own / 'packages'}",
            "ZIGWHEEL_CACHE_DIR": str(self.own / "cache"),
            "LC_ALL": "C.UTF-8",
            **more,
        }
        with tempfile.TemporaryDirectory() as root:
            script = entrance(
                Path(root),
                self.python.root,
                (self.own, library, *self.shared),
                binfmt_rule(self.python.python.read_bytes()[:20], self.python.prefix[0]),
            )
            return subprocess.run(
                [*NAMESPACES, "/bin/sh", "-c", script, "sh", interpreter, *map(str, words)],
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
            )


def aarch64_machine(*shared: Path) -> LinuxMachine:
    """An aarch64 machine with Debian's CPython 3.13. Raises `Unavailable`."""
    python = python_named("cp313-manylinux_aarch64")
    own = packages("linux-aarch64", "manylinux2014_aarch64", "manylinux_2_17_aarch64")
    machine = LinuxMachine(python=python, own=own, shared=shared)
    done = machine.run(["-c", ""])
    if done.returncode:
        raise Unavailable(f"no namespace with a binfmt_misc of its own: {done.stderr.strip()}")
    return machine
