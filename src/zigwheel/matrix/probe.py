"""Ask an interpreter what it is, and hold the answer against an identifier."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zigwheel.target.elf import read_elf
from zigwheel.target.host import is_free_threaded, pypy_abi, windows_arch
from zigwheel.target.model import Target
from zigwheel.target.tags import LEGACY_MANYLINUX, MACOS_ARCHES, identifier
from zigwheel.target.triple import ARCHITECTURES, WINDOWS_TAGS

PATIENCE = 120
"""Seconds that an answer may take: a first start of Wine's takes half a minute."""

QUESTION = """\
import json, os, platform, sys, sysconfig
from importlib.machinery import EXTENSION_SUFFIXES
try:
    libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
except (AttributeError, ValueError, OSError):
    libc = ""
if os.name == "nt":  # `platform` asks WMI, which Wine ends with a fault
    machine = {"win-amd64": "AMD64", "win-arm64": "ARM64"}.get(sysconfig.get_platform(), "x86")
    numbers = sys.getwindowsversion()
    kernel, number = "%d" % numbers.major, "%d.%d.%d" % numbers[:3]
    system = "Windows"
else:
    machine, kernel, number = platform.machine(), platform.release(), platform.version()
    system = platform.system()
v = sys.implementation.version
release = "%d.%d.%d" % tuple(v[:3])
if v.releaselevel != "final":
    release += v.releaselevel[0] + str(v.serial)
print(json.dumps({
    "executable": getattr(sys, "_base_executable", "") or sys.executable or "",
    "bits": 64 if sys.maxsize > 2**32 else 32,
    "libc": libc,
    "mac": platform.mac_ver()[0],
    "suffixes": EXTENSION_SUFFIXES,
    "text": sys.version,
    "version": list(sys.version_info[:2]),
    "markers": {
        "implementation_name": sys.implementation.name,
        "implementation_version": release,
        "os_name": os.name,
        "platform_machine": machine,
        "platform_release": kernel,
        "platform_system": system,
        "platform_version": number,
        "python_full_version": platform.python_version(),
        "platform_python_implementation": platform.python_implementation(),
        "python_version": "%d.%d" % sys.version_info[:2],
        "sys_platform": sys.platform,
    },
}))
"""
"""Its answer has what `packaging.markers` calls the environment (PEP 508), and what wheel tags ask for."""

SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
"""Our words for `sys.platform`."""

MACHINES = {"arm64": "aarch64", "amd64": "x86_64", "i386": "i686", "i586": "i686"}
"""Our words for what kernels call an architecture."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What an interpreter says that it is."""

    executable: str
    """Its program, as it sees it; that of the installation, if it is one of a virtual environment."""
    version: tuple[int, int]
    """Such as `(3, 13)`."""
    free_threaded: bool
    """Whether it has no GIL."""
    pypy_abi: str
    """PyPy's name of its ABI; empty for others."""
    os: str
    """`linux`, `macos` or `windows`; `sys.platform` for others."""
    arch: str
    """Architecture in the words of wheel tags on Linux."""
    libc: str
    """`gnu`, `musl` or `none`; `gnu` on Windows, as in a triple."""
    system: tuple[int, int] | None
    """Version of glibc or of macOS; None elsewhere."""
    bits: int
    """Size of a pointer."""
    suffixes: tuple[str, ...]
    """How the names of extension modules end that it loads."""
    markers: Mapping[str, str]
    """Its environment of markers (PEP 508)."""

    @property
    def title(self) -> str:
        """Such as `CPython 3.13.5` or `PyPy 3.11.15`."""
        mark = "t" if self.free_threaded else ""
        name = self.markers.get("platform_python_implementation", "Python")
        return f"{name} {self.markers.get('python_full_version', '')}{mark}"

    @property
    def where(self) -> str:
        """The platform, such as `manylinux_x86_64`."""
        if self.os == "windows":
            return WINDOWS_TAGS.get(self.arch, f"Windows {self.arch}")
        if self.os == "macos":
            return f"macosx_{MACOS_ARCHES.get(self.arch, self.arch)}"
        return f"{'musllinux' if self.libc == 'musl' else 'manylinux'}_{self.arch}"


def ask(command: Sequence[str], environ: Mapping[str, str]) -> Answer | str:
    """What an interpreter is; the reason where it does not say.

    `-I -S`: nothing of the user's or of the environment's is imported.
    """
    try:
        done = subprocess.run(
            [*command, "-I", "-S", "-c", QUESTION],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"does not answer within {PATIENCE} seconds"
    except (OSError, ValueError) as error:
        return f"does not run: {getattr(error, 'strerror', None) or error}"
    said = done.stdout.decode("utf-8", "replace").strip().splitlines()
    if done.returncode or not said:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        told = f": {lines[-1][:300]}" if lines else ""
        return f"ends with code {done.returncode}{told}"
    try:
        return read_answer(json.loads(said[-1]))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return f"answers something else than Python does: {error}"


def read_answer(said: Mapping[str, Any]) -> Answer:
    """The answer as it was printed. Raises `KeyError` and the like if it is another program's."""
    markers = {str(key): str(value) for key, value in said["markers"].items()}
    suffixes = [str(suffix) for suffix in said["suffixes"]]
    system = SYSTEMS.get(markers["sys_platform"], markers["sys_platform"])
    arch, libc = unix_place(said, markers, suffixes) if system != "windows" else ("", "gnu")
    number = re.search(r"(\d+)(?:\.(\d+))?", said["mac"] if system == "macos" else said["libc"])
    return Answer(
        executable=str(said["executable"]),
        version=(int(said["version"][0]), int(said["version"][1])),
        free_threaded=is_free_threaded(suffixes),
        pypy_abi=pypy_abi(suffixes) if markers["implementation_name"] == "pypy" else "",
        os=system,
        arch=arch or windows_arch(said["text"]),
        libc="none" if system == "macos" else libc,
        system=(int(number[1]), int(number[2] or 0)) if number else None,
        bits=int(said["bits"]),
        suffixes=tuple(suffixes),
        markers=markers,
    )


def unix_place(
    said: Mapping[str, Any], markers: Mapping[str, str], suffixes: Sequence[str]
) -> tuple[str, str]:
    """Architecture and C library: what its program says, else what its extensions are called."""
    elf = read_elf(str(said["executable"]))
    if elf and elf.arch:
        arch = "armv7l" if elf.arch == "arm" and elf.hard_float else elf.arch
        return arch, "musl" if "musl" in elf.interpreter else "gnu"
    libc = "gnu" if str(said["libc"]).startswith("glibc") else "musl"
    for suffix in suffixes:
        found = re.search(r"-(\w+)-linux-", suffix)
        for name, facts in ARCHITECTURES.items():
            if found and found[1] == facts.multiarch:
                return name, libc
    machine = markers["platform_machine"]
    return MACHINES.get(machine.lower(), machine), libc


def misfit(answer: Answer, target: Target) -> str:
    """What an interpreter is instead of a target; empty if it is that."""
    python, triple = target.python, target.triple
    arches = [part.arch for part in triple.slices]
    right = (
        answer.markers.get("implementation_name") == python.implementation
        and (answer.version, answer.free_threaded) == (python.version, python.free_threaded)
        and (answer.os, answer.libc) == (triple.os, triple.libc)
        and answer.arch in arches
    )
    return "" if right else f"is {answer.title} for {answer.where}, not {identifier(target)}"


def platforms(answer: Answer) -> Iterator[str]:
    """The platform tags of the wheels that an interpreter loads, the best first."""
    arch = answer.arch
    if answer.os == "windows":
        yield WINDOWS_TAGS.get(arch, "win32")
    elif answer.os == "macos":
        from packaging.tags import mac_platforms

        yield from mac_platforms(answer.system or (11, 0), MACOS_ARCHES.get(arch, arch))
    elif answer.libc == "musl":
        # No release of musl has had another number yet (PEP 656).
        yield from (f"musllinux_1_{minor}_{arch}" for minor in (2, 1, 0))
        yield f"linux_{arch}"
    else:
        newest = answer.system or (2, 17)
        oldest = ARCHITECTURES[arch].glibc_minimum if arch in ARCHITECTURES else (2, 17)
        legacy = {floor: name for name, (floor, on) in LEGACY_MANYLINUX.items() if arch in on}
        for minor in range(newest[1], oldest[1] - 1, -1):
            yield f"manylinux_2_{minor}_{arch}"
            if (2, minor) in legacy:
                yield f"{legacy[2, minor]}_{arch}"
        yield f"linux_{arch}"
