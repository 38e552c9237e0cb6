"""What a compiled file is held against, in tables over images that never were files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zigwheel.audit.elf import Elf, Symbol
from zigwheel.audit.modules import Module, check_init, check_suffix, init_names, module_of
from zigwheel.audit.native import check_file
from zigwheel.audit.paths import mentions, suspicious
from zigwheel.audit.pe import Imports, Pe
from zigwheel.audit.policy import (
    Platform,
    newest,
    platform_of,
    promise,
    stable_abi,
    system_libraries,
    windows_libraries,
)

TAG = "cp313-cp313-manylinux_2_17_x86_64"
NAME = "pkg/_core.cpython-313-x86_64-linux-gnu.so"
INIT = Symbol(name="PyInit__core", defined=True, weak=False, version="", library="")


def symbol(
    name: str, *, defined: bool = False, weak: bool = False, version: str = "", library: str = ""
) -> Symbol:
    return Symbol(name=name, defined=defined, weak=weak, version=version, library=library)


def elf(*symbols: Symbol, needed: tuple[str, ...] = ("libc.so.6",)) -> Elf:
    versions = dict.fromkeys((s.version, s.library) for s in symbols if s.version)
    return Elf(
        kind=3,
        machine=62,
        arch="x86_64",
        needed=needed,
        symbols=(INIT, *symbols),
        versions=tuple(versions),
    )


def pe(*imports: tuple[str, str], arch: str = "x86_64") -> Pe:
    return Pe(
        arch=arch,
        is_dll=True,
        imports=tuple(Imports(library=library, names=(name,)) for library, name in imports),
        exported=frozenset({"PyInit__core"}),
        timestamp=0,
        stripped=True,
        relocatable=True,
        no_execute=True,
        writable_code=False,
    )


def codes(image: Elf | Pe, tag: str = TAG, path: str = NAME, *, linked: bool = True) -> set[str]:
    """The codes of what is found."""
    return {f.code for f in check_file(path, [image], promise(tag), frozenset(), linked=linked)}


def test_an_open_symbol_is_named() -> None:
    file = elf(
        symbol("forgotten"),
        symbol("memcpy", version="GLIBC_2.14", library="libc.so.6"),
        symbol("PyLong_FromLong"),
        symbol("_Py_NoneStruct"),
        symbol("__gmon_start__", weak=True),
        symbol("mine", defined=True),
    )
    (found,) = check_file(NAME, [file], promise(TAG), frozenset(), linked=True)
    assert (found.code, found.symbols) == ("unresolved", ("forgotten",))
    assert found.error.message == (
        f"`{NAME}` uses forgotten, which no source defines and no library brings"
    )
    assert codes(file, linked=False) == {"open"}


def test_nobody_knows_what_is_open_where_symbols_have_no_versions() -> None:
    assert codes(elf(symbol("forgotten"), needed=("libz.so.1", "libc.so.6"))) == set()
    musl = elf(symbol("forgotten"), needed=("libc.musl-x86_64.so.1",))
    path = "pkg/_core.cpython-313-x86_64-linux-musl.so"
    assert codes(musl, "cp313-cp313-musllinux_1_2_x86_64", path) == set()


@pytest.mark.parametrize(
    ("version", "library", "tag", "newer"),
    [
        ("GLIBC_2.17", "libc.so.6", "manylinux_2_17_x86_64", False),
        ("GLIBC_2.2.5", "libc.so.6", "manylinux1_x86_64", False),
        ("GLIBC_2.28", "libc.so.6", "manylinux_2_17_x86_64", True),
        ("GLIBC_2.28", "libc.so.6", "manylinux_2_28_x86_64", False),
        ("GLIBC_2.30", "libc.so.6", "manylinux_2_30_x86_64", False),
        ("GLIBC_2.18", "libc.so.6", "manylinux2014_x86_64", True),
        ("GLIBC_PRIVATE", "libc.so.6", "manylinux_2_17_x86_64", True),
        ("GLIBC_ABI_DT_RELR", "libc.so.6", "manylinux_2_34_x86_64", True),
        ("GLIBC_ABI_DT_RELR", "libc.so.6", "manylinux_2_36_x86_64", False),
        ("GLIBCXX_3.4.19", "libstdc++.so.6", "manylinux_2_17_x86_64", False),
        ("GLIBCXX_3.4.20", "libstdc++.so.6", "manylinux_2_17_x86_64", True),
        ("CXXABI_1.3.7", "libstdc++.so.6", "manylinux_2_17_x86_64", False),
        ("CXXABI_1.3.8", "libstdc++.so.6", "manylinux_2_17_x86_64", True),
        ("CXXABI_TM_1", "libstdc++.so.6", "manylinux_2_17_x86_64", False),
        ("CXXABI_FLOAT128", "libstdc++.so.6", "manylinux_2_17_x86_64", True),
        ("GCC_4.8.0", "libgcc_s.so.1", "manylinux_2_17_x86_64", False),
        ("GCC_12.0.0", "libgcc_s.so.1", "manylinux_2_17_x86_64", True),
        ("FOO_9.9", "libX11.so.6", "manylinux_2_17_x86_64", False),
        ("GLIBC_2.39", "libc.so.6", "linux_x86_64", False),
    ],
)
def test_the_floor(version: str, library: str, tag: str, newer: bool) -> None:
    file = elf(symbol("f", version=version, library=library), needed=(library,))
    assert codes(file, f"cp313-cp313-{tag}") == ({"floor"} if newer else set())


def test_a_floor_names_the_next_step() -> None:
    file = elf(symbol("f", version="GLIBC_2.28", library="libc.so.6"))
    (found,) = check_file(NAME, [file], promise(TAG), frozenset())
    assert found.message == "uses f of GLIBC_2.28, newer than the promised glibc 2.17"
    assert found.hint == 'set `manylinux = "2_28"`, or do without f'


def test_a_private_symbol() -> None:
    weak = symbol("__cxa_thread_atexit_impl", weak=True)
    assert codes(elf(weak)) == set()
    assert "private-symbol" in codes(elf(replace(weak, weak=False)))
    newer = "cp313-cp313-manylinux_2_28_x86_64"
    assert "private-symbol" not in codes(elf(replace(weak, weak=False)), newer)


def test_a_library_of_the_wheel_is_no_foreign_one() -> None:
    file = elf(needed=("libfoo-1a2b.so.1", "libc.so.6", "ld-linux-x86-64.so.2"))
    (found,) = check_file(NAME, [file], promise(TAG), frozenset())
    assert found.code == "library"
    assert not list(check_file(NAME, [file], promise(TAG), frozenset({"libfoo-1a2b.so.1"})))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pkg/_core.cpython-313-x86_64-linux-gnu.so", ("_core", "cp313", "x86_64-linux-gnu")),
        ("pkg/_core.cpython-313t-darwin.so", ("_core", "cp313t", "darwin")),
        ("_core.cpython-36m-darwin.so", ("_core", "cp36m", "darwin")),
        ("_core.abi3.so", ("_core", "abi3", "")),
        ("_core.abi3t.so", ("_core", "abi3t", "")),
        ("_core.so", ("_core", "", "")),
        ("_core.pyd", ("_core", "", "")),
        ("_core.cp313t-win_arm64.pyd", ("_core", "cp313t", "win_arm64")),
        ("c.pypy311-pp73-x86_64-linux-gnu.so", ("c", "pypy311_pp73", "x86_64-linux-gnu")),
        ("lančmít.abi3.so", ("lančmít", "abi3", "")),
        ("pkg.libs/libfoo-1a2b.so.1", None),
        ("pkg.libs/libfoo-1a2b.so", None),
        ("pkg/data.bin", None),
        ("pkg/foo.dll", None),
    ],
)
def test_the_name_of_a_module(path: str, expected: tuple[str, str, str] | None) -> None:
    found = module_of(path)
    assert (found and (found.name, found.abi, found.where)) == expected


@pytest.mark.parametrize(
    ("path", "tag", "fits"),
    [
        ("c.cpython-313-x86_64-linux-gnu.so", "cp313-cp313-manylinux_2_17_x86_64", True),
        ("c.cpython-312-x86_64-linux-gnu.so", "cp313-cp313-manylinux_2_17_x86_64", False),
        ("c.cpython-313t-x86_64-linux-gnu.so", "cp313-cp313-manylinux_2_17_x86_64", False),
        ("c.cpython-313-x86_64-linux-gnu.so", "cp313-cp313t-manylinux_2_17_x86_64", False),
        ("c.cpython-313-x86_64-linux-musl.so", "cp313-cp313-manylinux_2_17_x86_64", False),
        ("c.cpython-310-x86_64-linux-gnu.so", "cp310-cp310-musllinux_1_2_x86_64", True),
        ("c.cpython-311-x86_64-linux-gnu.so", "cp311-cp311-musllinux_1_2_x86_64", False),
        ("c.cpython-313-aarch64-linux-gnu.so", "cp313-cp313-manylinux_2_17_x86_64", False),
        ("c.cpython-313-arm-linux-gnueabihf.so", "cp313-cp313-manylinux_2_17_armv7l", True),
        ("c.cpython-313-darwin.so", "cp313-cp313-macosx_10_13_universal2", True),
        ("c.cp313-win_amd64.pyd", "cp313-cp313-win_amd64", True),
        ("c.cp313-win32.pyd", "cp313-cp313-win_amd64", False),
        ("c.abi3.so", "cp310-abi3-manylinux_2_17_x86_64", True),
        ("c.abi3.so", "cp313-cp313-manylinux_2_17_x86_64", True),
        ("c.abi3.so", "cp313-cp313t-manylinux_2_17_x86_64", False),
        ("c.abi3.so", "pp311-pypy311_pp73-manylinux_2_17_x86_64", False),
        ("c.abi3t.so", "cp315-abi3t-manylinux_2_17_x86_64", True),
        ("c.abi3t.so", "cp314-cp314-manylinux_2_17_x86_64", False),
        ("c.cpython-313-x86_64-linux-gnu.so", "cp310-abi3-manylinux_2_17_x86_64", False),
        ("c.pypy311-pp73-x86_64-linux-gnu.so", "pp311-pypy311_pp73-manylinux_2_17_x86_64", True),
        ("c.pypy310-pp73-x86_64-linux-gnu.so", "pp311-pypy311_pp73-manylinux_2_17_x86_64", False),
        ("c.so", "cp313-cp313-manylinux_2_17_x86_64", True),
        ("c.cpython-312-x86_64-linux-gnu.so", "py3-none-manylinux_2_17_x86_64", True),
    ],
)
def test_the_suffix(path: str, tag: str, fits: bool) -> None:
    module = module_of(path)
    assert module is not None
    assert (not list(check_suffix(path, module, promise(tag)))) == fits


@pytest.mark.parametrize(
    ("module", "name", "there"),
    [
        ("_core", "PyInit__core", True),
        ("_core", "PyModExport__core", True),
        ("lančmít", "PyInitU_lanmt_2sa6t", True),
        ("lančmít", "PyModExportU_lanmt_2sa6t", True),
        ("_core", "PyInit_core", False),
        ("_core", "unrelated", False),
    ],
)
def test_the_init_function(module: str, name: str, there: bool) -> None:
    file = replace(elf(), symbols=(symbol(name, defined=True),))
    found = list(check_init("x", Module(name=module, abi="", where=""), file, required=True))
    assert (not found) == there
    assert init_names(module)[0].startswith("PyInit")


@pytest.mark.parametrize(("abi", "there"), [("pypy311_pp73", True), ("cp313", False)])
def test_the_init_function_that_cffi_makes_for_pypy(abi: str, there: bool) -> None:
    file = replace(elf(), symbols=(symbol("_cffi_pypyinit__core", defined=True),))
    module = Module(name="_core", abi=abi, where="")
    assert (not list(check_init("x", module, file, required=True))) == there


def test_a_library_with_the_name_of_a_module_is_let_be() -> None:
    plain = replace(elf(), symbols=(symbol("foo", defined=True),))
    assert codes(plain, path="pkg/helper.so") == set()
    assert codes(plain, path=NAME) == set()
    user = replace(plain, symbols=(*plain.symbols, symbol("PyLong_FromLong")))
    assert codes(user, path=NAME) == {"init"}


@pytest.mark.parametrize(
    ("used", "tag", "found"),
    [
        ("PyList_New", "cp310-abi3", set()),
        ("PyType_GetName", "cp310-abi3", {"abi3-version"}),
        ("PyType_GetName", "cp311-abi3", set()),
        ("_PyObject_Dump", "cp310-abi3", {"abi3"}),
        ("_PyObject_Dump", "cp313-cp313", set()),
    ],
)
def test_the_stable_abi(used: str, tag: str, found: set[str]) -> None:
    path = "c.abi3.so" if "abi3" in tag else "c.so"
    file = replace(elf(symbol(used)), symbols=(symbol("PyInit_c", defined=True), symbol(used)))
    assert codes(file, f"{tag}-manylinux_2_17_x86_64", path) == found
    dll = "python3.dll" if "abi3" in tag else "python313.dll"
    windows = replace(pe((dll, used)), exported=frozenset({"PyInit_c"}))
    assert codes(windows, f"{tag}-win_amd64", "c.pyd") == found


@pytest.mark.parametrize(
    ("dll", "tag", "found"),
    [
        ("python313.dll", "cp313-cp313", set()),
        ("python3.dll", "cp313-cp313", set()),
        ("python312.dll", "cp313-cp313", {"python-library"}),
        ("python313t.dll", "cp313-cp313", {"python-library"}),
        ("python313t.dll", "cp313-cp313t", set()),
        ("python313.dll", "cp313-cp313t", {"python-library"}),
        ("python3.dll", "cp310-abi3", set()),
        ("python310.dll", "cp310-abi3", {"python-library"}),
        ("python3t.dll", "cp315-abi3t", set()),
        ("python3.dll", "cp315-abi3t", {"python-library"}),
        ("libpypy3.11-c.dll", "pp311-pypy311_pp73", set()),
        ("KERNEL32.dll", "cp313-cp313", set()),
        ("VCRUNTIME140.dll", "cp313-cp313", set()),
        ("MSVCP140.dll", "cp313-cp313", {"library"}),
        ("api-ms-win-crt-heap-l1-1-0.dll", "cp313-cp313", set()),
        ("foo.dll", "cp313-cp313", {"library"}),
    ],
)
def test_the_dll(dll: str, tag: str, found: set[str]) -> None:
    assert codes(pe((dll, "PyList_New")), f"{tag}-win_amd64", "pkg/_core.pyd") == found


@pytest.mark.parametrize(
    ("tag", "os", "arches", "libc", "floor"),
    [
        ("any", "any", (), "", None),
        ("manylinux1_i686", "linux", ("i686",), "gnu", (2, 5)),
        ("manylinux2014_aarch64", "linux", ("aarch64",), "gnu", (2, 17)),
        ("manylinux_2_28_x86_64", "linux", ("x86_64",), "gnu", (2, 28)),
        ("musllinux_1_2_armv7l", "linux", ("armv7l",), "musl", (1, 2)),
        ("linux_x86_64", "linux", ("x86_64",), "", None),
        ("win32", "windows", ("i686",), "", None),
        ("win_arm64", "windows", ("aarch64",), "", None),
        ("macosx_11_0_arm64", "macos", ("arm64",), "", (11, 0)),
        ("macosx_10_9_universal2", "macos", ("arm64", "x86_64"), "", (10, 9)),
        ("pyodide_2025_0_wasm32", "", ("pyodide_2025_0_wasm32",), "", None),
    ],
)
def test_a_platform_tag(
    tag: str, os: str, arches: tuple[str, ...], libc: str, floor: tuple[int, int] | None
) -> None:
    found = platform_of(tag)
    assert (found.os, found.arches, found.libc, found.floor) == (os, arches, libc, floor)


def test_an_older_tag_of_both_macs_means_the_first_macos_on_arm() -> None:
    both = platform_of("macosx_10_9_universal2")
    assert both.floor_for("arm64") == (11, 0)
    assert both.floor_for("x86_64") == (10, 9)


def test_facts_by_architecture() -> None:
    aarch64 = Platform(tag="", os="linux", arches=("aarch64",), libc="gnu", floor=(2, 17))
    assert newest(aarch64, "GCC") == (4, 7, 0)
    assert newest(replace(aarch64, arches=("x86_64",)), "GCC") == (4, 8, 0)
    assert "libc.musl-armv7.so.1" in system_libraries(platform_of("musllinux_1_2_armv7l"))
    assert "kernel32.dll" in windows_libraries("x86_64")
    assert "msvcp140.dll" not in windows_libraries("x86_64")
    assert stable_abi()["PyType_GetName"] == (3, 11)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"\0/work/spam/a.c\0", True),
        (b"in /work/spam/a.c", True),
        (b"\\work\\spam\\a.c", True),
        (b"/home/work/spam/a.c", False),
        (b"/work/spamming/a.c", False),
        (b"work/spam/a.c", False),
    ],
)
def test_a_folder_of_the_build(text: bytes, found: bool) -> None:
    assert mentions(text, "/work/spam") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"\0/home/me/x.c\0", "/home/me/x.c"),
        (b"\0C:\\Users\\me\\x.cpp\0", "C:\\Users\\me\\x.cpp"),
        (b"\0D:\\a\\x\\y.c\0", "D:\\a\\x\\y.c"),
        (b"\0/root/.cargo/registry/a.rs\0", "/root/.cargo/registry/a.rs"),
        (b"\0/tmp/ccgfIAAb.o\0", ""),
        (b"\0/tmp/socket\0", ""),
        (b"\0usr/home/x.c\0", ""),
    ],
)
def test_a_path_that_looks_like_the_builders(text: bytes, found: str) -> None:
    assert suspicious(text) == found
