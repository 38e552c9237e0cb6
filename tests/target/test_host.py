"""This machine, held against what the standard library says in its own slow ways."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
import time
from pathlib import Path

import pytest

from tests.target.machines import write_program
from zigwheel.errors import StorageError
from zigwheel.target.elf import ElfIdentity
from zigwheel.target.host import (
    cache_root,
    describe_host,
    home_folder,
    is_free_threaded,
    musl_version,
    prefix_globs,
    unix_arch,
    windows_arch,
)


def test_this_python() -> None:
    host = describe_host()
    assert host.executable == sys.executable
    assert host.implementation == sys.implementation.name
    assert host.python.version == sys.version_info[:2]
    assert host.python.free_threaded == bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    include = Path(sysconfig.get_path("include"))
    if (include / "Python.h").is_file():
        assert host.include
        assert host.include.samefile(include)
    else:
        assert host.include is None


@pytest.mark.skipif(sys.platform != "linux", reason="describes a Linux machine")
def test_this_linux() -> None:
    host = describe_host()
    assert host.os == "linux"
    name, version = platform.libc_ver()
    if name == "glibc":
        major, minor = version.split(".")[:2]
        assert (host.libc, host.libc_version) == ("gnu", (int(major), int(minor)))
    words = sysconfig.get_platform().split("-")
    assert host.arch in {words[1], "i686" if sys.maxsize < 2**32 else words[1], "armv7l"}


def test_it_is_cheap() -> None:
    describe_host()
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        describe_host()
        best = min(best, time.perf_counter() - start)
    assert best < 0.003


@pytest.mark.parametrize(
    ("machine", "elf_arch", "hard_float", "is_32bit", "arch"),
    [
        ("x86_64", "x86_64", False, False, "x86_64"),
        ("x86_64", "i686", False, True, "i686"),
        ("x86_64", "x32", False, True, "x32"),
        ("i386", "i686", False, True, "i686"),
        ("aarch64", "aarch64", False, False, "aarch64"),
        ("aarch64", "arm", True, True, "armv7l"),
        ("armv8l", "arm", True, True, "armv7l"),
        ("armv7l", "arm", True, True, "armv7l"),
        ("armv7l", "arm", False, True, "arm"),
        ("armv6l", "arm", True, True, "armv6l"),
        ("ppc64le", "ppc64le", False, False, "ppc64le"),
        # No file could be read: what the kernel says, and the size of a pointer.
        ("x86_64", None, False, False, "x86_64"),
        ("x86_64", None, False, True, "i686"),
        ("aarch64", None, False, True, "armv7l"),
        ("armv8l", None, False, True, "armv7l"),
        ("arm64", None, False, False, "aarch64"),
        ("i586", None, False, True, "i686"),
        ("mips64", "", False, False, "mips64"),
    ],
)
def test_unix_arch(
    machine: str, elf_arch: str | None, hard_float: bool, is_32bit: bool, arch: str
) -> None:
    elf = (
        None
        if elf_arch is None
        else ElfIdentity(arch=elf_arch, hard_float=hard_float, interpreter="/lib/ld.so")
    )
    assert unix_arch(machine, elf, is_32bit=is_32bit) == arch


@pytest.mark.parametrize(
    ("version", "arch"),
    [
        ("3.13.1 (tags/v3.13.1:0671451, Dec  3 2024) [MSC v.1942 64 bit (AMD64)]", "x86_64"),
        ("3.13.1 (tags/v3.13.1:0671451, Dec  3 2024) [MSC v.1942 64 bit (ARM64)]", "aarch64"),
        ("3.13.1 (tags/v3.13.1:0671451, Dec  3 2024) [MSC v.1942 32 bit (Intel)]", "i686"),
        ("3.12.8 (main, Dec  7 2024) [GCC UCRT 14.2.0 64 bit (AMD64)]", "x86_64"),
    ],
)
def test_windows_arch(version: str, arch: str) -> None:
    assert windows_arch(version) == arch


@pytest.mark.parametrize(
    ("suffixes", "free_threaded"),
    [
        ([".cpython-313-x86_64-linux-gnu.so", ".abi3.so", ".so"], False),
        ([".cpython-313t-x86_64-linux-gnu.so", ".so"], True),
        ([".cpython-313td-x86_64-linux-gnu.so", ".so"], True),
        ([".cpython-311d-x86_64-linux-gnu.so", ".cpython-311-x86_64-linux-gnu.so"], False),
        ([".cpython-314t-darwin.so", ".so"], True),
        ([".cp313-win_amd64.pyd", ".pyd"], False),
        ([".cp314t-win_amd64.pyd", ".pyd"], True),
        ([".cpython-39.so", ".so"], False),
        ([], False),
    ],
)
def test_free_threaded(suffixes: list[str], free_threaded: bool) -> None:
    assert is_free_threaded(suffixes) is free_threaded


@pytest.mark.skipif(os.name != "posix", reason="runs programs of the shell")
@pytest.mark.parametrize(
    ("script", "version"),
    [
        (
            'printf "musl libc (x86_64)\\nVersion 1.2.5\\nDynamic Program Loader\\n" >&2; exit 1',
            (1, 2),
        ),
        ('printf "musl libc (i386)\\nVersion 1.1.24-git-9-gabc\\n" >&2; exit 1', (1, 1)),
        ('printf "ld.so: Version 2.36\\n" >&2; exit 1', None),
        ("exit 0", None),
    ],
)
def test_musl_version(tmp_path: Path, script: str, version: tuple[int, int] | None) -> None:
    loader = write_program(tmp_path / "ld-musl-x86_64.so.1", script)
    assert musl_version(str(loader)) == version


@pytest.mark.skipif(os.name != "posix", reason="posix_spawn")
def test_musl_version_leaves_no_file_open(tmp_path: Path) -> None:
    first = os.open(os.devnull, os.O_RDONLY)
    os.close(first)
    assert musl_version(str(tmp_path / "missing")) is None
    after = os.open(os.devnull, os.O_RDONLY)
    os.close(after)
    assert after == first


@pytest.mark.parametrize(
    ("environ", "system", "root"),
    [
        ({"HOME": "/home/me"}, "linux", "/home/me/.cache/zigwheel"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "/var/c"}, "linux", "/var/c/zigwheel"),
        ({"XDG_CACHE_HOME": "/var/c"}, "linux", "/var/c/zigwheel"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": "relative"}, "linux", "/home/me/.cache/zigwheel"),
        ({"HOME": "/home/me", "XDG_CACHE_HOME": ""}, "freebsd14", "/home/me/.cache/zigwheel"),
        (
            {"HOME": "/Users/me", "XDG_CACHE_HOME": "/x"},
            "macos",
            "/Users/me/Library/Caches/zigwheel",
        ),
        ({"LOCALAPPDATA": "/C/Local"}, "windows", "/C/Local/zigwheel/cache"),
        ({"USERPROFILE": "/C/me"}, "windows", "/C/me/AppData/Local/zigwheel/cache"),
    ],
)
def test_cache_root(environ: dict[str, str], system: str, root: str) -> None:
    assert cache_root(environ, system) == Path(root)


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
def test_no_cache_without_a_home(system: str) -> None:
    with pytest.raises(StorageError) as raised:
        cache_root({"HOME": "relative"}, system)
    assert str(raised.value) == (
        "no folder for zigwheel's cache: the environment names no home folder\n"
        "  hint: set `cache-dir`, for example with ZIGWHEEL_CACHE_DIR=PATH"
    )


def test_home_folder() -> None:
    own = "/C/me" if os.name == "nt" else "/home/me"
    assert home_folder({"HOME": "/home/me", "USERPROFILE": "/C/me"}) == Path(own)
    assert home_folder({"HOME": "relative", "USERPROFILE": "/C/me"}) == Path("/C/me")
    assert home_folder({}) is None


def test_the_usual_prefixes_of_each_system() -> None:
    frameworks = "Frameworks/Python.framework/Versions/3.*"
    macos = prefix_globs("macos", {})
    assert f"/opt/homebrew/opt/python@3.*/{frameworks}" in macos
    assert "/Library/Frameworks/PythonT.framework/Versions/3.*" in macos
    environ = {"SystemDrive": "D:", "ProgramFiles": "D:\\Apps", "LOCALAPPDATA": "D:\\me"}
    assert prefix_globs("windows", environ) == (
        "D:\\me\\Programs\\Python\\Python3*",
        "D:\\Apps\\Python3*",
        "D:\\Python3*",
    )
    assert "/usr" in prefix_globs("linux", environ)
