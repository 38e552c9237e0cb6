"""Files for Windows, cross-built, as an independent reader of PE files sees them."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pefile
import pytest

from tests.hooks.rig import CONFIG, CORE, Maker, Project

MACHINES = {"win_amd64": "AMD64", "win32": "I386", "win_arm64": "ARM64"}
WINDOWS = {"target": "win_amd64"}
HERE = f"{sys.version_info[0]}{sys.version_info[1]}"
DLL = f"python{HERE}.dll"

LOOKS_OUTSIDE = """\
#include <Python.h>
PyObject *wrong(void) { return PyErr_Occurred() ? PyErr_NoMemory() : PyExc_OSError; }
"""


def read(wheel: Path, ending: str = ".pyd") -> pefile.PE:
    """The one file of a wheel with this ending."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(ending))
        return pefile.PE(data=archive.read(name))


def exports(file: pefile.PE) -> list[str]:
    return [symbol.name.decode() for symbol in file.DIRECTORY_ENTRY_EXPORT.symbols]


def imports(file: pefile.PE) -> dict[str, set[str]]:
    return {
        entry.dll.decode(): {symbol.name.decode() for symbol in entry.imports}
        for entry in file.DIRECTORY_ENTRY_IMPORT
    }


def test_what_a_module_needs_and_shows(tiny: Project) -> None:
    tiny.write({"src/tiny/more.c": LOOKS_OUTSIDE + "int tiny_twice(int x) { return 2 * x; }\n"})
    wheel = tiny.wheel(settings=WINDOWS)
    assert wheel.name == f"tiny-1.0-cp{HERE}-cp{HERE}-win_amd64.whl"
    file = read(wheel, f"tiny/_core.cp{HERE}-win_amd64.pyd")
    assert file.is_dll()
    assert pefile.MACHINE_TYPE[file.FILE_HEADER.Machine].endswith("AMD64")
    assert exports(file) == ["PyInit__core"]
    assert {"PyLong_FromLong", "PyModule_Create2"} <= imports(file)[DLL]
    # nothing but Python, the C runtime of Windows, and Windows
    known = (DLL, "KERNEL32.dll", "api-ms-win-crt-")
    assert all(name.startswith(known) for name in imports(file))


def test_more_is_shown_where_it_is_asked_for(tiny: Project) -> None:
    tiny.write({"src/tiny/more.c": "int tiny_twice(int x) { return 2 * x; }\nint other;\n"})
    tiny.config(CONFIG + 'export-symbols = ["tiny_*"]\n')
    assert exports(read(tiny.wheel(settings=WINDOWS))) == ["PyInit__core", "tiny_twice"]


def test_an_init_function_need_not_be_marked(tiny: Project) -> None:
    marked = CORE.replace("PyMODINIT_FUNC", "PyObject *")
    tiny.write({"src/tiny/_core.c": marked.replace("static PyObject *value", "PyObject *value")})
    assert exports(read(tiny.wheel(settings=WINDOWS))) == ["PyInit__core"]


def test_a_library_that_looks_into_python(tiny: Project) -> None:
    tiny.write(
        {
            "src/tiny/value.h": "PyObject *wrong(void);\n#define VALUE (wrong() != 0)\n",
            "vendor/wrong.c": LOOKS_OUTSIDE,
        }
    )
    tiny.config(
        f'{CONFIG}link = ["wrong"]\n[[tool.zigwheel.library]]\nname = "wrong"\n'
        'sources = ["vendor/*.c"]\n'
    )
    wanted = {"PyExc_OSError", "PyErr_NoMemory", "PyErr_Occurred"}
    assert wanted <= imports(read(tiny.wheel(settings=WINDOWS)))[DLL]


def test_the_stable_abi_has_a_dll_of_its_own(tiny: Project) -> None:
    tiny.config(f'[tool.zigwheel]\npy-api = "cp39"\n{CONFIG}')
    wheel = tiny.wheel(settings=WINDOWS)
    assert wheel.name == "tiny-1.0-cp39-abi3-win_amd64.whl"
    found = imports(read(wheel, "tiny/_core.pyd"))
    assert "python3.dll" in found
    assert DLL not in found


def test_macros_of_windows(tiny: Project) -> None:
    wanted = "MS_WINDOWS", "MS_WIN32", "MS_WIN64", "HAVE_DECLSPEC_DLL", "Py_ENABLE_SHARED"
    checks = "".join(f"#ifndef {name}\n#error {name}\n#endif\n" for name in wanted)
    tiny.write({"src/tiny/value.h": f"{checks}#define VALUE _isatty(0) // of <io.h>\n"})
    tiny.wheel(settings=WINDOWS)


def test_bytes_do_not_depend_on_the_place(make: Maker, tmp_path: Path) -> None:
    first, second = make("one"), make("another/place")
    settings = {**WINDOWS, "build-dir": "objects"}
    here = first.wheel(tmp_path / "1", settings).read_bytes()
    assert here == second.wheel(tmp_path / "2", settings).read_bytes()
    other = second.wheel(tmp_path / "3", {**settings, "lowering": "zig-build"})
    assert here == other.read_bytes()


def test_programs_and_libraries_of_windows(make: Maker) -> None:
    hello = "#include <WinSock2.h>\n#include <Windows.h>\nint main(void) { WSADATA d; return WSAStartup(2, &d); }\n"
    project = make(
        config='[[tool.zigwheel.executable]]\nname = "hello"\nsources = ["hello.c"]\n'
        'libraries = ["Ws2_32", "m", "pthread"]\n',
        files={"hello.c": hello},
    )
    for lowering in ("direct", "zig-build"):
        wheel = project.wheel(settings={**WINDOWS, "lowering": lowering})
        assert wheel.name == "tiny-1.0-py3-none-win_amd64.whl"
        file = read(wheel, "tiny-1.0.data/scripts/hello.exe")
        assert file.is_exe()
        assert "WSAStartup" in imports(file)["WS2_32.dll"]


def test_a_program_that_holds_python(make: Maker) -> None:
    source = "#include <Python.h>\nint main(void) { Py_Initialize(); return Py_FinalizeEx(); }\n"
    project = make(
        config='[[tool.zigwheel.executable]]\nname = "host"\nsources = ["host.c"]\n',
        files={"host.c": source},
    )
    for lowering in ("direct", "zig-build"):
        wheel = project.wheel(settings={**WINDOWS, "lowering": lowering})
        assert imports(read(wheel, "host.exe"))[DLL] == {"Py_Initialize", "Py_FinalizeEx"}


def test_unresolved_symbols_are_errors(tiny: Project) -> None:
    tiny.write({"src/tiny/value.h": "int far(void);\n#define VALUE far()\n"})
    for lowering in ("direct", "zig-build"):
        said = tiny.refusal(settings={**WINDOWS, "lowering": lowering})
        assert "undefined symbol: far" in said
        assert "no source defines far" in said


def test_a_library_that_is_taken_for_a_dll(tiny: Project) -> None:
    tiny.write({"src/tiny/value.h": "__declspec(dllimport) int far(void);\n#define VALUE far()\n"})
    said = tiny.refusal(settings=WINDOWS)
    assert "a header says that far lies in a DLL" in said


def test_types_of_python_are_no_constants(tiny: Project) -> None:
    value = "static PyTypeObject t = {PyVarObject_HEAD_INIT(&PyType_Type, 0)};\n"
    tiny.write({"src/tiny/value.h": f"{value}#define VALUE (t.tp_name != 0)\n"})
    assert "write `PyVarObject_HEAD_INIT(NULL, 0)`" in tiny.refusal(settings=WINDOWS)


def test_what_windows_has_no_word_for_is_said_at_once(tiny: Project) -> None:
    tiny.config(CONFIG + 'extra-link-args = ["-Wl,-rpath,$ORIGIN", "-Wl,-z,lazy"]\nlto = true\n')
    said = tiny.refusal(settings=WINDOWS)
    assert "Windows has no run paths" in said
    assert "`-z lazy` is of ELF files alone" in said
    assert "cannot be linked with `lto`" in said


@pytest.mark.slow
@pytest.mark.parametrize("tag", MACHINES)
def test_every_windows(tiny: Project, tag: str) -> None:
    wide = "unsigned __int128" if tag != "win32" else "unsigned long long"
    tiny.write(
        {
            "src/tiny/value.h": "long divide(size_t, size_t);\n#define VALUE divide(1, (size_t) self)\n",
            # a division that compiler_rt brings, and a frame that the stack has to be probed for
            "src/tiny/div.c": f"#include <stddef.h>\n{wide} volatile w = 9;\n"
            "long divide(size_t a, size_t b) { volatile char room[100000]; room[b % 9] = 1; "
            "return (long) (w / (b + 1)) + room[0]; }\n",
            "src/tiny/far.c": "#include <Python.h>\nPyObject *far_(void) { return Py_None; }\n",
        }
    )
    file = read(tiny.wheel(settings={"target": tag}), f"-{tag}.pyd" if tag != "win32" else "32.pyd")
    assert pefile.MACHINE_TYPE[file.FILE_HEADER.Machine].endswith(MACHINES[tag])
    assert exports(file) == ["PyInit__core"]
    assert {"PyLong_FromLong", "PyModule_Create2"} <= imports(file)[DLL]


@pytest.mark.slow
@pytest.mark.parametrize("tag", MACHINES)
def test_cxx_for_every_windows(tiny: Project, tag: str) -> None:
    catches = 'extern "C" int one(void) { try { throw 1; } catch (int e) { return e; } }\n'
    tiny.write(
        {
            "src/tiny/value.h": "int one(void);\n#define VALUE one()\n",
            "src/tiny/one.cpp": f"#include <string>\nstd::string s;\n{catches}",
        }
    )
    tiny.config(CONFIG.replace('*.c"', '*.{c,cpp}"'))
    file = read(tiny.wheel(settings={"target": tag}))
    assert exports(file) == ["PyInit__core"]
    assert not any("c++" in name or "gcc" in name for name in imports(file))
