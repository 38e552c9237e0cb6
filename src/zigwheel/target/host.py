"""This machine and this Python: the one module that asks `sys`, `os` and `sysconfig` for them.

Nothing here describes a target, unless the target is this machine.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
from pathlib import Path

from zigwheel.errors import StorageError
from zigwheel.target.elf import ElfIdentity, read_elf
from zigwheel.target.model import Host
from zigwheel.target.python import PythonTarget, pypy
from zigwheel.target.triple import Libc

_OPERATING_SYSTEMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}

_MACHINES = {
    "amd64": "x86_64",
    "i386": "i686",
    "i486": "i686",
    "i586": "i686",
    "arm64": "aarch64",
    "armv8l": "armv7l",
}
"""What kernels call the architectures, where that is not the word of wheel tags."""

_MACHINES_32 = {"x86_64": "i686", "aarch64": "armv7l"}
"""What a 32-bit process is on a 64-bit kernel."""

_UNIX_PREFIXES = ("/usr/local", "/usr", "/opt/python/*", "/opt/python3*")
_MACOS_PREFIXES = (
    "/Library/Frameworks/Python.framework/Versions/3.*",
    "/Library/Frameworks/PythonT.framework/Versions/3.*",
    "/opt/homebrew/opt/python@3.*/Frameworks/Python.framework/Versions/3.*",
    "/usr/local/opt/python@3.*/Frameworks/Python.framework/Versions/3.*",
    "/opt/local/Library/Frameworks/Python.framework/Versions/3.*",
    "/usr/local",
)


def describe_host() -> Host:
    """This machine and the running Python.

    Takes less than a millisecond, but some where the running Python has no headers and
    `sysconfig` has to be asked for them.
    """
    system = _OPERATING_SYSTEMS.get(sys.platform, sys.platform)
    elf = _own_elf() if system == "linux" else None
    libc, libc_version = _libc(elf)
    version = (sys.version_info[0], sys.version_info[1])
    if sys.implementation.name == "pypy":
        python = pypy(version, pypy_abi(EXTENSION_SUFFIXES))
    else:
        python = PythonTarget(version=version, free_threaded=is_free_threaded(EXTENSION_SUFFIXES))
    return Host(
        arch=_arch(elf),
        os=system,
        libc=libc,
        libc_version=libc_version,
        implementation=sys.implementation.name,
        python=python,
        include=_include(python),
        executable=sys.executable or "",
        prefix_globs=prefix_globs(system, os.environ),
    )


def is_free_threaded(suffixes: list[str]) -> bool:
    """Whether an interpreter that loads extensions with these suffixes has no GIL.

    `sysconfig` knows as well (`Py_GIL_DISABLED`), but takes milliseconds to load.
    """
    return any(re.match(r"\.(cpython-|cp)\d+d?td?[-.]", suffix) for suffix in suffixes)


def pypy_abi(suffixes: list[str]) -> str:
    """The ABI of a PyPy that loads extensions with these suffixes; empty if they do not say."""
    found = (re.match(r"\.pypy\d+-(pp\d+)-", suffix) for suffix in suffixes)
    return next((match[1] for match in found if match), "")


def _arch(elf: ElfIdentity | None) -> str:
    if sys.platform == "win32":
        return windows_arch(sys.version)
    return unix_arch(os.uname().machine, elf, is_32bit=sys.maxsize < 2**32)


def windows_arch(version: str) -> str:
    """The architecture of a Windows process, from `sys.version`, as `sysconfig.get_platform` has it.

    It is what the interpreter was compiled for; an emulated one builds for what it is itself.
    """
    for mark, arch in (("amd64", "x86_64"), ("arm64", "aarch64")):
        if f"({mark})" in version.lower():
            return arch
    return "i686"


def unix_arch(machine: str, elf: ElfIdentity | None, *, is_32bit: bool) -> str:
    """The architecture of a process, from what the kernel says and what its own program says."""
    kernel = _MACHINES.get(machine, machine)
    if is_32bit:
        kernel = _MACHINES_32.get(kernel, kernel)
    if elf is None or not elf.arch:
        return kernel
    if elf.arch == "arm":
        # The file does not tell ARMv6 (Raspberry Pi OS on the first Pi) from ARMv7.
        return kernel if elf.hard_float else "arm"
    return elf.arch


def _own_elf() -> ElfIdentity | None:
    for path in (sys.executable, "/proc/self/exe"):
        identity = read_elf(path) if path else None
        if identity:
            return identity
    return None


def _libc(elf: ElfIdentity | None) -> tuple[Libc, tuple[int, int] | None]:
    if sys.platform == "win32":
        return "gnu", None
    if sys.platform != "linux":
        return "none", None
    if elf and "musl" in elf.interpreter:
        return "musl", musl_version(elf.interpreter)
    try:
        name = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):
        name = ""
    found = re.match(r"glibc (\d+)\.(\d+)", name)
    return ("gnu", (int(found[1]), int(found[2]))) if found else ("none", None)


def musl_version(loader: str) -> tuple[int, int] | None:
    """Version of musl, which its loader prints when it is run by itself (PEP 656); None if it doesn't."""
    text = _said_by(loader)
    found = re.search(rb"(?m)^Version (\d+)\.(\d+)", text) if text.startswith(b"musl") else None
    return (int(found[1]), int(found[2])) if found else None


if sys.platform == "win32":

    def _said_by(program: str) -> bytes:
        """No program for Windows is loaded by musl."""
        return b""

else:

    def _said_by(program: str) -> bytes:
        """What a program says on both streams, in an empty environment; `subprocess` is slow to load."""
        reader, writer = os.pipe()
        try:
            streams = [(os.POSIX_SPAWN_DUP2, writer, 1), (os.POSIX_SPAWN_DUP2, writer, 2)]
            process = os.posix_spawn(program, [program], {}, file_actions=streams)
            os.close(writer)
            writer = -1
            with open(reader, "rb", closefd=False) as stream:
                text = stream.read()
            os.waitpid(process, 0)
        except OSError:
            return b""
        finally:
            os.close(reader)
            if writer >= 0:
                os.close(writer)
        return text


def _include(python: PythonTarget) -> Path | None:
    for folder in (f"include/{python.include_name}", "include"):
        guess = Path(sys.base_prefix, folder)
        if (guess / "Python.h").is_file():
            return guess
    import sysconfig

    include = Path(sysconfig.get_path("include"))
    return include if (include / "Python.h").is_file() else None


def installed_pack() -> Path | None:
    """Folder of the installed package `zigwheel_headers`, found without importing it."""
    spec = PathFinder.find_spec("zigwheel_headers")
    # A folder without `__init__.py` is no package of a distribution.
    return Path(spec.origin).parent if spec and spec.origin else None


def prefix_globs(system: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Globs of the prefixes where an operating system usually has Pythons."""
    if system == "macos":
        return _MACOS_PREFIXES
    if system == "windows":
        drive = environ.get("SystemDrive", "C:")
        folders = [environ.get("ProgramFiles", f"{drive}\\Program Files"), drive]
        if environ.get("LOCALAPPDATA"):
            folders.insert(0, f"{environ['LOCALAPPDATA']}\\Programs\\Python")
        return tuple(f"{folder}\\Python3*" for folder in folders)
    return _UNIX_PREFIXES


def home_folder(environ: Mapping[str, str]) -> Path | None:
    """The user's home folder; None where the environment names none.

    On Windows it is `USERPROFILE`, as for Python itself: shells such as Git's set `HOME` as well, and
    to a path that only their own programs can read.
    """
    names = ("USERPROFILE", "HOME") if os.name == "nt" else ("HOME", "USERPROFILE")
    found = (environ.get(name, "") for name in names)
    return next((Path(text) for text in found if os.path.isabs(text)), None)


def cache_root(environ: Mapping[str, str], system: str) -> Path:
    """Folder for what zigwheel can make again, as the platform has it.

    `$XDG_CACHE_HOME/zigwheel` or `~/.cache/zigwheel` (XDG Base Directory Specification, which says
    that relative paths are ignored), `~/Library/Caches/zigwheel` on macOS,
    `%LOCALAPPDATA%\\zigwheel\\cache` on Windows. Raises StorageError where the environment names
    no home folder.
    """
    home = home_folder(environ)
    if system == "windows":
        local = environ.get("LOCALAPPDATA", "")
        if local:
            return Path(local, "zigwheel", "cache")
        if home:
            return home / "AppData" / "Local" / "zigwheel" / "cache"
    elif system == "macos" and home:
        return home / "Library" / "Caches" / "zigwheel"
    elif system != "macos":
        xdg = environ.get("XDG_CACHE_HOME", "")
        if os.path.isabs(xdg):
            return Path(xdg, "zigwheel")
        if home:
            return home / ".cache" / "zigwheel"
    raise StorageError(
        "no folder for zigwheel's cache: the environment names no home folder",
        hint="set `cache-dir`, for example with ZIGWHEEL_CACHE_DIR=PATH",
    )
