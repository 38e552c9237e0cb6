"""SWIG's interfaces: C and C++, the module before the compiled one, and what goes wrong."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest

from tests.hooks.rig import Maker, Project, run, unpacked

CONFIG = """
[[tool.zigwheel.extension]]
name = "tiny._core"
sources = ["src/tiny/core.i"]
"""
INTERFACE = """\
%module core
%include "value.i"
%inline %{
int value(void) { return VALUE; }
%}
"""
CXX = """\
%module core
%include <std_vector.i>
%template(Numbers) std::vector<int>;
%inline %{
#include <vector>
int value() { return static_cast<int>(std::vector<int>{1, 2, 3}.size()); }
%}
"""
FILES = {
    "src/tiny/__init__.py": "from tiny.core import value\n",
    "src/tiny/core.i": INTERFACE,
    "src/tiny/value.i": "%{\n#define VALUE 7\n%}\n",
}

EMPTY = """\
#include <Python.h>
static PyModuleDef_Slot slots[] = {{0, NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, .m_name = "_more", .m_slots = slots};
PyMODINIT_FUNC PyInit__more(void) { return PyModuleDef_Init(&def); }
"""


@pytest.fixture
def project(make: Maker) -> Project:
    """A package with one module that SWIG makes."""
    return make(config=CONFIG, files=FILES)


def value(wheel: Path, folder: Path) -> str:
    """What `tiny.value()` is."""
    environ = {**os.environ, "PYTHONPATH": str(unpacked(wheel, folder))}
    done = run([sys.executable, "-B", "-c", "import tiny; print(tiny.value())"], folder, environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_c(project: Project, tmp_path: Path) -> None:
    wheels = [
        project.wheel(tmp_path / road, {"lowering": road}) for road in ("direct", "zig-build")
    ]
    assert wheels[0].read_bytes() == wheels[1].read_bytes()
    assert value(wheels[0], tmp_path / "site") == "7"
    with zipfile.ZipFile(wheels[0]) as archive:
        names = archive.namelist()
        assert not any(os.fsencode(tmp_path) in archive.read(name) for name in names)
    assert "tiny/core.py" in names
    assert not any(name.endswith((".i", ".c")) for name in names)
    assert not list(project.root.rglob("*_wrap*"))


@pytest.mark.parametrize("said", ['swig-opts = ["-c++"]', 'language = "c++"'])
def test_cxx(said: str, project: Project, tmp_path: Path) -> None:
    project.write({"src/tiny/core.i": CXX}).config(CONFIG + said + "\n")
    assert value(project.wheel(), tmp_path / "site") == "3"


def test_what_it_includes_decides(project: Project, tmp_path: Path) -> None:
    assert value(project.wheel(), tmp_path / "one") == "7"
    project.write({"src/tiny/value.i": "%{\n#define VALUE 8\n%}\n"})
    assert value(project.wheel(), tmp_path / "two") == "8"


def test_mistakes(project: Project) -> None:
    refusal = project.write({"src/tiny/core.i": "%module core\n%nonsense\n"}).refusal()
    assert "`tool.zigwheel.extension[0].sources`: SWIG refused:" in refusal
    assert "core.i:2: " in refusal
    refusal = project.write({"src/tiny/core.i": INTERFACE.replace("core", "other")}).refusal()
    assert "`tiny._core`" in refusal
    assert "%module core" in refusal


def test_swig_is_asked_for(project: Project) -> None:
    asked = project.call("get_requires_for_build_wheel").value
    assert [r for r in asked if "swig" in r] == ["swig>=4.1"]
    text = (project.root / "pyproject.toml").read_text()
    project.write({"pyproject.toml": text.replace('["zigwheel"]', '["zigwheel", "swig==4.3.0"]')})
    assert not any("swig" in r for r in project.call("get_requires_for_build_wheel").value)


def test_what_is_not_built_is_not_translated(project: Project, tmp_path: Path) -> None:
    more = (
        'enabled = false\n[[tool.zigwheel.extension]]\nname = "tiny._more"\nsources = ["more.c"]\n'
    )
    init = "import tiny._more\ndef value(): return tiny._more.__name__\n"
    project.write({"src/tiny/core.i": "%nonsense", "src/tiny/__init__.py": init, "more.c": EMPTY})
    project.config(f"{CONFIG}{more}")
    assert value(project.wheel(), tmp_path / "site") == "tiny._more"
