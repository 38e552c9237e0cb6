"""What a build refuses, with the symbol and the source that brings it in; and nothing is handed over."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.hooks.rig import CONFIG, Project

LIBRARY = """\
link = ["shelf"]

[[tool.zigwheel.library]]
name = "shelf"
sources = ["vendor/*.c"]
"""

USES = """\
#include <Python.h>
#include "value.h"
int count(void), more(void);
static PyObject *value(PyObject *self, PyObject *args) { return PyLong_FromLong(count() + more()); }
static PyMethodDef methods[] = {{"value", value, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", "", 0, methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&module); }
"""

GLIBC = {"target": "manylinux_2_17_x86_64"}


def with_parts(tiny: Project, count: str, more: str, config: str = CONFIG) -> Project:
    """A module of two sources that links a library of one."""
    tiny.write({"src/tiny/_core.c": USES, "src/tiny/count.c": count, "vendor/more.c": more})
    return tiny.config(config + LIBRARY)


def test_an_open_symbol_with_its_sources(tiny: Project) -> None:
    said = with_parts(
        tiny,
        "int forgotten(void);\nint count(void) { return forgotten(); }\n",
        "int lost(void), forgotten(void);\nint more(void) { return lost() + forgotten(); }\n",
    ).refusal(settings=GLIBC)
    assert "uses forgotten, lost, which no source defines and no library brings" in said
    library = "`vendor/more.c` of the library `shelf`"
    assert f"  forgotten is asked for by `src/tiny/count.c`, {library}\n" in said
    assert f"  lost is asked for by {library}\n" in said


def test_a_symbol_that_is_newer_than_the_floor(tiny: Project) -> None:
    said = with_parts(
        tiny,
        "#include <stddef.h>\nlong getrandom(void *, size_t, unsigned);\n"
        "int count(void) { char x; return (int)getrandom(&x, 1, 0); }\n",
        "int more(void) { return 1; }\n",
    ).refusal(settings=GLIBC)
    assert "getrandom is asked for by `src/tiny/count.c`" in said
    assert "is it of a newer glibc than the target's?" in said
    tiny.wheel(settings={"target": "manylinux_2_28_x86_64"})


@pytest.mark.parametrize("target", ["manylinux_2_17_x86_64", "musllinux_1_2_aarch64", "win_amd64"])
def test_the_stable_abi_with_its_sources(target: str, tiny: Project) -> None:
    stable = '[tool.zigwheel]\npy-api = "cp310"\n' + CONFIG
    said = with_parts(
        tiny,
        "#include <Python.h>\nPyAPI_FUNC(int) _PyObject_IsFreed(PyObject *);\n"
        "int count(void) { return _PyObject_IsFreed(NULL); }\n",
        "#ifdef _WIN32\n__declspec(dllimport)\n#endif\nvoid *PyType_GetName(void *);\n"
        "int more(void) { return PyType_GetName(0) != 0; }\n",
        stable,
    ).refusal(settings={"target": target})
    assert "uses _PyObject_IsFreed, not in the stable ABI" in said
    assert "_PyObject_IsFreed is asked for by `src/tiny/count.c`" in said
    assert "uses PyType_GetName, in the stable ABI since 3.11, but the promise is 3.10" in said
    assert "PyType_GetName is asked for by `vendor/more.c` of the library `shelf`" in said
    assert 'set `py-api = "cp311"`' in said


def test_a_folder_of_this_machine(tiny: Project) -> None:
    where = tiny.root.as_posix()
    config = CONFIG + f"define-macros = {{ WHERE = '\"{where}/data\"' }}\n"
    tiny.write({"src/tiny/where.c": "const char *tiny_where = WHERE;\n"})
    tiny.config(config + 'export-symbols = ["tiny_where"]\n')
    said = tiny.refusal(settings=GLIBC)
    assert f"names the folder `{where}` of this machine" in said
    assert "in `define-macros`" in said


def test_a_stale_file_of_another_python(tiny: Project, tmp_path: Path) -> None:
    tiny.wheel(tmp_path / "first", settings=GLIBC)
    shutil.unpack_archive(next((tmp_path / "first").iterdir()), tmp_path / "unpacked", "zip")
    (built,) = (tmp_path / "unpacked" / "tiny").glob("_core*.so")
    stale = "_core.cpython-36m-x86_64-linux-gnu.so"
    shutil.copy(built, tiny.root / "src" / "tiny" / stale)
    tiny.config(f'[tool.zigwheel]\nwheel.include = ["src/tiny/*.so"]\n{CONFIG}')
    said = tiny.refusal(settings=GLIBC)
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    assert f"`tiny/{stale}` is for cp36m, but the tag promises {tag}" in said


def test_what_may_be_meant_is_a_warning(tiny: Project, tmp_path: Path) -> None:
    tiny.config(CONFIG + 'extra-link-args = ["-Wl,-z,norelro"]\n')
    done = tiny.call("build_wheel", tmp_path, GLIBC)
    assert done.code == 0, done.said
    assert "stays writable where the loader has relocated it [relro]" in done.said
