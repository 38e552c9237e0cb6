"""What a Python says of itself on a platform: the values that the build is made to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

CFLAGS = "-Wsign-compare -DNDEBUG -g -fwrapv -O3 -Wall"
"""Flags of the interpreter's own that extensions are compiled with on Unix."""

KEPT = (
    "prefix exec_prefix py_version py_version_short py_version_nodot installed_base base "
    "installed_platbase platbase projectbase platlibdir LIBDEST BINLIBDEST INCLUDEPY VERSION BINDIR "
    "TZPATH userbase srcdir implementation implementation_lower LIBDIR"
).split()
"""Variables of sysconfig that Python has on Windows, too; those of its Makefile go."""


class Platform(Protocol):
    """What is believed in: a system and a kind of Python."""

    @property
    def os(self) -> str:
        """`linux`, `macos` or `windows`."""

    @property
    def arch(self) -> str:
        """Architecture, as in `if.arch`."""

    @property
    def libc(self) -> str:
        """C library, as in `if.libc`."""

    @property
    def implementation(self) -> str:
        """What `platform.python_implementation` says, in lower case."""

    @property
    def free_threaded(self) -> bool:
        """Whether `sysconfig` says `Py_GIL_DISABLED`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """How one architecture is called."""

    unix: str
    """By `uname -m` on Linux."""
    macos: str = ""
    """By `uname -m` on macOS."""
    windows: str = ""
    """By `platform.machine` on Windows."""
    tag: str = ""
    """In `sysconfig.get_platform` on Windows."""
    zig: str = ""
    """By Zig, where that differs."""
    pointer: int = 8
    """Bytes of a pointer."""


MACHINES = {
    "x86_64": Machine(unix="x86_64", macos="x86_64", windows="AMD64", tag="win-amd64"),
    "aarch64": Machine(unix="aarch64", macos="arm64", windows="ARM64", tag="win-arm64"),
    "i686": Machine(unix="i686", windows="x86", tag="win32", zig="x86", pointer=4),
    "armv7l": Machine(unix="armv7l", zig="arm", pointer=4),
    "ppc64le": Machine(unix="ppc64le", zig="powerpc64le"),
    "s390x": Machine(unix="s390x"),
    "riscv64": Machine(unix="riscv64"),
    "loongarch64": Machine(unix="loongarch64"),
}
"""By the name that `if.arch` has."""


def zig_target(where: Platform) -> str:
    """The target that Zig answers questions for."""
    machine = MACHINES[where.arch]
    arch = machine.zig or where.arch
    if where.os == "macos":
        return f"{arch}-macos"
    if where.os == "windows":
        return f"{arch}-windows-gnu"
    hard = {"armv7l": "eabihf"}.get(where.arch, "")
    return f"{arch}-linux-{where.libc}{hard}"


def gnu_type(where: Platform) -> str:
    """The platform as `configure` calls it."""
    machine = MACHINES[where.arch].unix
    if where.os == "macos":
        return f"{machine}-apple-darwin22.6.0"
    if where.os == "windows":
        return f"{machine}-w64-mingw32"
    hard = {"armv7l": "eabihf"}.get(where.arch, "")
    return f"{machine}-unknown-linux-{where.libc}{hard}"


def believed(where: Platform, version: tuple[int, int]) -> dict[str, Any]:
    """All that `inside/lie.py` needs, as JSON."""
    machine = MACHINES[where.arch]
    big = where.arch == "s390x"
    values: dict[str, Any] = {
        "implementation": where.implementation,
        "cache_tag": f"{where.implementation}-{version[0]}{version[1]}",
        "byteorder": "big" if big else "little",
        "pointer": machine.pointer,
        "maxsize": 2 ** (8 * machine.pointer - 1) - 1,
        "keep": None,
    }
    build = {"linux": linux, "macos": macos, "windows": windows}[where.os]
    values.update(build(where, machine, version))
    system, release, name = values["uname"][0], values["uname"][2], values["machine"]
    values["platform"] = {
        "system": system,
        "machine": name,
        "processor": "arm" if name == "arm64" else "" if where.os == "linux" else name,
        "release": release,
        "version": values["uname"][3],
        "node": "build",
        "architecture": [f"{8 * machine.pointer}bit", values.pop("linkage")],
        "platform": f"{system}-{release}-{name}",
        "python_implementation": {"cpython": "CPython", "pypy": "PyPy"}[where.implementation],
        "python_compiler": values.pop("compiler"),
        "libc_ver": ["glibc", "2.36"] if where.os == "linux" and where.libc == "gnu" else ["", ""],
        "mac_ver": ["13.5", ["", "", ""], name] if where.os == "macos" else ["", ["", "", ""], ""],
    }
    values["variables"]["Py_GIL_DISABLED"] = 1 if where.free_threaded else 0
    values["abiflags"] = None if where.os == "windows" else threads(where, version)
    return values


def threads(where: Platform, version: tuple[int, int]) -> str:
    """The letter of a free-threaded Python; older ones have no such build to speak for."""
    return "t" if where.free_threaded and version >= (3, 13) else ""


def interpreter(where: Platform, version: tuple[int, int]) -> str:
    """The first word of `SOABI`."""
    if where.implementation == "pypy":
        return f"pypy{version[0]}{version[1]}-pp73"
    return f"cpython-{version[0]}{version[1]}{threads(where, version)}"


def version_text(version: tuple[int, int], compiler: str, where: Platform) -> str:
    """As in `sys.version`."""
    pypy = "[PyPy 7.3.20 with " if where.implementation == "pypy" else "["
    return f"{version[0]}.{version[1]}.0 (main, Jan  1 2025, 00:00:00) {pypy}{compiler}]"


def unix_variables(where: Platform, soabi: str, shared: str, cc: str) -> dict[str, Any]:
    """Variables of sysconfig that name the compiler."""
    cxx = {"gcc": "g++", "clang": "clang++"}[cc]
    return {
        "CC": cc,
        "CXX": cxx,
        "CFLAGS": CFLAGS,
        "OPT": "-DNDEBUG -g -fwrapv -O3 -Wall",
        "BASECFLAGS": "-Wsign-compare",
        "PY_CFLAGS": CFLAGS,
        "CPPFLAGS": "",
        "PY_CPPFLAGS": "",
        "PY_LDFLAGS": "",
        "CCSHARED": "-fPIC" if where.os == "linux" else "",
        "LDFLAGS": "",
        "LDSHARED": f"{cc} {shared}",
        "LDCXXSHARED": f"{cxx} {shared}",
        "BLDSHARED": f"{cc} {shared}",
        "LINKCC": cc,
        "AR": "ar",
        "ARFLAGS": "rcs",
        "SHLIB_SUFFIX": ".so",
        "SO": f".{soabi}.so",
        "EXT_SUFFIX": f".{soabi}.so",
        "SOABI": soabi,
        "HOST_GNU_TYPE": gnu_type(where),
        "BUILD_GNU_TYPE": gnu_type(where),
        "MACHDEP": "darwin" if where.os == "macos" else "linux",
        "SIZEOF_VOID_P": MACHINES[where.arch].pointer,
        "Py_ENABLE_SHARED": 0,
        "WITH_DYLD": 0,
    }


def linux(where: Platform, machine: Machine, version: tuple[int, int]) -> dict[str, Any]:
    """Python on Linux."""
    hard = {"armv7l": "eabihf"}.get(where.arch, "")
    triplet = {"i686": "i386", "armv7l": "arm", "ppc64le": "powerpc64le"}.get(
        where.arch, where.arch
    )
    multiarch = f"{triplet}-linux-{where.libc}{hard}"
    name = interpreter(where, version)
    soabi = f"{name}-{multiarch}"
    if where.implementation == "pypy":
        multiarch, soabi = f"{machine.unix}-linux-gnu", name
    ending = f".{name}-{multiarch}.so"
    variables = unix_variables(where, soabi, "-shared", "gcc")
    variables |= {"EXT_SUFFIX": ending, "SO": ending, "MULTIARCH": multiarch}
    stable = [".abi3.so"] if where.implementation == "cpython" else []
    compiler = "GCC 12.2.0"
    return {
        "sys_platform": "linux",
        "os_name": "posix",
        "machine": machine.unix,
        "uname": ["Linux", "build", "6.1.0", "#1 SMP", machine.unix],
        "linkage": "ELF",
        "compiler": compiler,
        "version": version_text(version, compiler, where),
        "get_platform": f"linux-{machine.unix}",
        "suffixes": [ending, *stable, ".so"],
        "variables": variables,
    }


def macos(where: Platform, machine: Machine, version: tuple[int, int]) -> dict[str, Any]:
    """Python on macOS."""
    soabi = f"{interpreter(where, version)}-darwin"
    shared = "-bundle -undefined dynamic_lookup"
    least = "11.0" if machine.macos == "arm64" else "10.13"
    variables = unix_variables(where, soabi, shared, "clang")
    variables |= {"MACOSX_DEPLOYMENT_TARGET": least, "CUSTOMIZED_OSX_COMPILER": "True"}
    variables |= {"_OSX_SUPPORT_INITIALIZED": "True", "MULTIARCH": "darwin"}
    stable = [".abi3.so"] if where.implementation == "cpython" else []
    compiler = "Clang 15.0.0 (clang-1500.3.9.4)"
    return {
        "sys_platform": "darwin",
        "os_name": "posix",
        "machine": machine.macos,
        "uname": ["Darwin", "build", "22.6.0", "Darwin Kernel Version 22.6.0", machine.macos],
        "linkage": "",
        "compiler": compiler,
        "version": version_text(version, compiler, where),
        "get_platform": f"macosx-{least}-{machine.macos}",
        "suffixes": [f".{soabi}.so", *stable, ".so"],
        "variables": variables,
    }


def windows(where: Platform, machine: Machine, version: tuple[int, int]) -> dict[str, Any]:
    """Python on Windows."""
    tag = machine.tag.replace("-", "_")
    name = "pypy" if where.implementation == "pypy" else "cp"
    ending = f".{name}{version[0]}{version[1]}{threads(where, version)}-{tag}.pyd"
    bits = 8 * machine.pointer
    compiler = f"MSC v.1943 {bits} bit ({'Intel' if bits == 32 else machine.windows})"
    return {
        "sys_platform": "win32",
        "os_name": "nt",
        "machine": machine.windows,
        "uname": ["Windows", "build", "10", "10.0.22631", machine.windows],
        "linkage": "WindowsPE",
        "compiler": compiler,
        "version": version_text(version, compiler, where),
        "get_platform": machine.tag,
        "suffixes": [ending, ".pyd"],
        "keep": KEPT,
        "variables": {"EXT_SUFFIX": ending, "SO": ".pyd", "EXE": ".exe", "abiflags": ""},
    }


def own_flags(values: Mapping[str, Any], *, linking: bool) -> list[str]:
    """Options that the interpreter's own variables put on a command line."""
    variables = values["variables"]
    if values["os_name"] == "nt":
        return WINDOWS_LINK if linking else WINDOWS_COMPILE
    if linking:
        return [*str(variables["LDSHARED"]).split()[1:], *str(variables["CFLAGS"]).split(), "-fPIC"]
    return [*str(variables["CFLAGS"]).split(), *str(variables["CCSHARED"]).split()]


WINDOWS_COMPILE = ["/nologo", "/O2", "/W3", "/GL", "/DNDEBUG", "/MD", "/EHsc"]
WINDOWS_LINK = (
    "/nologo /INCREMENTAL:NO /LTCG /DLL /MANIFEST:EMBED,ID=2 /MANIFEST:EMBED,ID=1 /MANIFESTUAC:NO"
).split()
