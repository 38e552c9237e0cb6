"""The rendered `pyconfig.h` for Windows, against a compiler; `scripts/pyconfig_windows.py` derives
it from CPython's own files and compares the layouts that follow."""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig
from itertools import product
from pathlib import Path

import pytest

from tests.target.rendered import constants, macros
from zigwheel.target.pyconfig import register_reader, render
from zigwheel.zig.toolchain import Zig

LAYOUT = (Path(__file__).parent / "pyconfig_layout.c").read_text("utf-8")
TRIPLES = {
    "x86_64": "x86_64-windows-gnu",
    "i686": "x86-windows-gnu",
    "aarch64": "aarch64-windows-gnu",
}
PYTHONS = tuple((3, minor) for minor in range(9, 16))
C_TYPES = {"_BOOL": "_Bool", "LONG_LONG": "long long", "VOID_P": "void *", "HKEY": "HKEY"}


def text(
    arch: str = "x86_64", *, version: tuple[int, int] = (3, 13), free_threaded: bool = False
) -> str:
    return render(
        arch=arch,
        os="windows",
        libc="gnu",
        libc_floor=None,
        version=version,
        free_threaded=free_threaded,
    )


def test_the_whole_text() -> None:
    lines = text("aarch64", version=(3, 14), free_threaded=True).splitlines()
    assert lines[:9] == [
        "/* pyconfig.h of CPython 3.14, free-threaded for aarch64 windows,",
        "   gnu. Written by zigwheel. */",
        "",
        "#ifndef Py_PYCONFIG_H",
        "#define Py_PYCONFIG_H",
        "",
        "#include <io.h>",
        "#include <stdio.h>",
        "#define ALIGNOF_LONG 4",
    ]
    assert lines[-1] == "#endif /* Py_PYCONFIG_H */"
    assert "#define MS_WINDOWS" in lines
    assert all(line == line.rstrip() for line in lines)
    body = "\n".join(lines[8:-2])
    guarded = r"#ifndef (?P<name>\w+)\n# define (?P=name) \S.*\n#endif\n?"
    assert re.fullmatch(rf"(?:{guarded}|#define \w+( .+)?\n?)+", body)


def test_every_target_is_sorted_and_defined_once() -> None:
    for arch, version in product(TRIPLES, PYTHONS):
        names = [name for name in macros(text(arch, version=version)) if name != "Py_PYCONFIG_H"]
        assert names == sorted(names)
        assert len(names) > 90


def test_what_python_is_found_by() -> None:
    for arch, version in product(TRIPLES, PYTHONS):
        found = macros(text(arch, version=version))
        assert {"MS_WINDOWS", "MS_WIN32", "NT_THREADS", "HAVE_DECLSPEC_DLL"} <= found.keys()
        assert found["Py_ENABLE_SHARED"] == "1"
        assert ("MS_WIN64" in found) == (arch != "i686")
        assert "HAVE_UNISTD_H" not in found
        assert "pragma" not in text(arch, version=version)


def test_free_threaded_adds_one_macro() -> None:
    for version in ((3, 13), (3, 14), (3, 15)):
        with_gil = macros(text(version=version))
        without = macros(text(version=version, free_threaded=True))
        assert without.items() - with_gil.items() == {("Py_GIL_DISABLED", "1")}
        assert with_gil.items() <= without.items()


def compiled(zig: Zig, arch: str, folder: Path, source: str, *words: str) -> dict[str, int]:
    """Compile for Windows and read the integer constants, by their names in C, from the assembly."""
    found = constants(zig, TRIPLES[arch], folder, source, *words)
    mark = "_" if arch == "i686" else ""
    return {name.removeprefix(mark): number for name, number in found.items()}


@pytest.mark.parametrize("arch", TRIPLES)
def test_sizes_are_what_the_compiler_finds(zig: Zig, tmp_path: Path, arch: str) -> None:
    rendered = text(arch, version=(3, 15))
    sizes = {name: value for name, value in macros(rendered).items() if name.startswith("SIZEOF_")}
    lines = [rendered, *(f"#include <{name}.h>" for name in ("sys/types", "time", "windows"))]
    for macro in sizes:
        name = macro.removeprefix("SIZEOF_")
        lines.append(f"const int {macro}_ = sizeof ({C_TYPES.get(name, name.lower())});")
    found = compiled(zig, arch, tmp_path, "\n".join(lines) + "\n")
    assert {name: str(found[f"{name}_"]) for name in sizes} == sizes


@pytest.mark.parametrize("arch", TRIPLES)
def test_public_structs_can_be_laid_out(zig: Zig, tmp_path: Path, arch: str) -> None:
    headers = Path(sysconfig.get_path("include"))
    if not (headers / "Python.h").is_file():
        pytest.skip("this interpreter has no headers")
    tree = Path(shutil.copytree(headers, tmp_path / "include"))
    (tree / "pyconfig.h").unlink(missing_ok=True)
    version = (sys.version_info[0], sys.version_info[1])
    (tree / "pyconfig.h").write_text(text(arch, version=version), encoding="utf-8")
    found = compiled(zig, arch, tmp_path, LAYOUT, "-I", str(tree))
    pointer = 4 if arch == "i686" else 8
    assert len(found) > 300
    assert found["size_Py_ssize_t"] == found["size_Py_intptr_t"] == pointer
    assert found["size_wchar_t"] == 2
    assert found["long_digit_bits"] == 30
    assert found["size_Py_tss_t"] == 8
    assert found["ssize_t_max"] == 2 ** (8 * pointer - 1) - 1


def test_the_register_of_the_thread_on_arm64(zig: Zig, tmp_path: Path) -> None:
    """clang alone has no `__getReg` there; with what is added it reads x18."""
    assert register_reader("windows", "x86_64") == register_reader("linux", "aarch64") == ""
    added = register_reader("windows", "aarch64")
    function = "unsigned long long thread(void) { return __getReg(18); }\n"
    source = f"#define Py_GIL_DISABLED 1\n{added}{function}"
    compiled(zig, "aarch64", tmp_path, source, "-O2")
    assert re.search(r"mov\s+x0, x18", (tmp_path / "a.s").read_text(encoding="utf-8"))
