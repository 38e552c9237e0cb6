"""What a file for Windows is linked from: names of symbols, module-definition files, commands."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.zig.plans import LIBRARY, artifact, plan
from zigwheel.plan.model import BuildPlan
from zigwheel.zig.coff import CoffObject
from zigwheel.zig.command import linked_name
from zigwheel.zig.toolchain import Zig
from zigwheel.zig.windows import (
    export_definition,
    exported_symbols,
    import_definition,
    import_library_command,
    needs_python,
    objects_of,
    python_dll,
    python_symbols,
)

AMD64, WIN32, ARM64 = "x86_64-windows-gnu", "x86-windows-gnu", "aarch64-windows-gnu"


def an_object(*, defined: str = "", undefined: str = "") -> CoffObject:
    return CoffObject(
        data=b"", defined=frozenset(defined.split()), undefined=frozenset(undefined.split())
    )


def for_windows(**changes: str) -> BuildPlan:
    from dataclasses import replace

    return replace(plan(artifact()), **{"triple": AMD64, **changes})


def test_what_is_wanted_of_python() -> None:
    wanted = an_object(
        defined="PyInit_a .refptr.PyExc_TypeError",
        undefined="__imp_PyLong_FromLong __imp_PyExc_OSError PyExc_TypeError PyObject_Call "
        "PyErr_Clear __imp_PyErr_Clear puts other_file __imp_SomethingElse PyInit_elsewhere",
    )
    other = an_object(defined="other_file PyModule_OfMyOwn", undefined="_Py_NoneStruct")
    user = an_object(undefined="PyModule_OfMyOwn")
    assert python_symbols([wanted, other, user], AMD64) == {
        "PyErr_Clear": False,  # called both ways
        "PyExc_OSError": True,
        "PyExc_TypeError": True,
        "PyLong_FromLong": True,  # no stub is called
        "PyObject_Call": False,
        "_Py_NoneStruct": False,
    }


def test_names_of_32_bit_code() -> None:
    found = an_object(
        defined="_PyInit_a _PyInit__b .refptr.__Py_NoneStruct _shown@8",
        undefined="__imp__PyLong_FromLong __Py_NoneStruct _PyObject_Call __imp___PyLong_New _puts",
    )
    assert python_symbols([found], WIN32) == {
        "PyLong_FromLong": True,
        "PyObject_Call": False,
        "_PyLong_New": True,
        "_Py_NoneStruct": True,
    }
    assert exported_symbols([found], ["PyInit_*"], WIN32) == ("PyInit__b", "PyInit_a")
    # elsewhere the same names are others
    assert "_PyObject_Call" in python_symbols([found], AMD64)


def test_exports_are_what_the_plan_says() -> None:
    found = [
        an_object(defined="PyInit_a internal pkg_one pkg_two _ZN3pkgE .refptr.pkg_x .weak.pkg_y"),
        an_object(defined="pkg_zero", undefined="pkg_open"),
    ]
    assert exported_symbols(found, ["PyInit_*", "PyModExport_*"], ARM64) == ("PyInit_a",)
    shown = exported_symbols(found, ["PyInit_*", "pkg_?*", "*3pkgE"], ARM64)
    assert shown == ("PyInit_a", "_ZN3pkgE", "pkg_one", "pkg_two", "pkg_zero")


def test_definitions() -> None:
    text = import_definition("python313.dll", {"PyExc_OSError": True, "PyObject_Call": False})
    assert text == "LIBRARY python313.dll\nEXPORTS\n  PyExc_OSError DATA\n  PyObject_Call\n"
    assert export_definition(("PyInit_a",)) == "EXPORTS\n  PyInit_a\n"


@pytest.mark.parametrize(
    ("python", "stable", "dll"),
    [
        ("cp39", "", "python39.dll"),
        ("cp313", "", "python313.dll"),
        ("cp314t", "", "python314t.dll"),
        ("cp313", "abi3", "python3.dll"),
        ("cp315", "abi3t", "python3t.dll"),
        ("cp315t", "abi3t", "python3t.dll"),
    ],
)
def test_the_dll_of_a_python(python: str, stable: str, dll: str) -> None:
    assert python_dll(for_windows(python=python), artifact(stable_abi=stable)) == dll


def test_a_dll_is_called_after_the_module() -> None:
    assert linked_name(for_windows(), artifact()) == "pkg._core.dll"
    assert linked_name(for_windows(), LIBRARY) == "libz.a"
    assert linked_name(plan(artifact()), artifact()) == "pkg._core.so"


def test_objects_come_without_what_they_are_linked_with() -> None:
    alone = objects_of(artifact(link=("z",), libraries=("ws2_32",)))
    assert (alone.kind, alone.link, alone.libraries) == ("library", (), ())
    assert alone.sources == artifact().sources


def test_python_may_be_needed_by_a_library_alone() -> None:
    program = artifact(kind="executable", uses_python=False, link=("z",))
    assert not needs_python(plan(LIBRARY, program), program)
    library = artifact(kind="library", name="z")
    assert needs_python(plan(library, program), program)


@pytest.mark.parametrize("triple", [AMD64, WIN32, ARM64])
def test_an_import_library_brings_functions_and_data(triple: str, zig: Zig, tmp_path: Path) -> None:
    """Judged by the linker: a stub for what is called, none for data."""
    text = import_definition("python313.dll", {"PyExc_OSError": True, "PyObject_Call": False})
    (tmp_path / "x.def").write_text(text)
    library = tmp_path / "x.lib"
    words = import_library_command(zig.executable, triple, tmp_path / "x.def", library)
    subprocess.run(words, check=True, cwd=tmp_path)
    names = {word.removeprefix("_" * (triple == WIN32)) for word in archive_symbols(library)}
    assert {"PyObject_Call"} == names & {"PyObject_Call", "PyExc_OSError"}
    pointers = {
        f"__imp_{'_' * (triple == WIN32)}{name}" for name in ("PyObject_Call", "PyExc_OSError")
    }
    assert pointers <= archive_symbols(library)


def archive_symbols(file: Path) -> set[str]:
    """The names in an archive's table for the linker."""
    data = file.read_bytes()
    size = int(data[56:66])
    table = data[68 : 68 + size]
    count = int.from_bytes(table[:4], "big")
    return set(table[4 + 4 * count :].decode().split("\0"))
