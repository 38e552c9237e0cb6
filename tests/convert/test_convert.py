"""`zigwheel convert` on whole projects: recorded, written, built by both, compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.convert.rig import write
from tests.examples.rig import ROOT
from zigwheel.config.toml import parse

PROJECT = {
    "setup.py": """\
import sys
from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext

version = open("src/shapes/version.txt").read().strip()


class Build(build_ext):
    def build_extensions(self):
        for extension in self.extensions:
            if self.compiler.compiler_type == "msvc":
                extension.extra_compile_args = ["/O2", "/std:c11"]
                extension.sources.append("native/windows.c")
            else:
                extension.extra_compile_args = ["-O3", "-std=c11", "-Wall"]
                extension.sources.append("native/unix.c")
        super().build_extensions()


setup(
    name="shapes",
    version=version,
    description="Areas of shapes",
    long_description=open("README.md").read(),
    long_description_content_type="text/markdown",
    author="A Person",
    author_email="person@example.org",
    license="MIT",
    license_files=["COPYING.txt"],
    classifiers=["License :: OSI Approved :: MIT License", "Programming Language :: C"],
    url="https://example.org/shapes",
    python_requires=">=3.9",
    extras_require={"test": ["pytest"]},
    entry_points={"console_scripts": ["shapes = shapes:main"]},
    package_dir={"": "src"},
    packages=["shapes"],
    package_data={"shapes": ["*.txt", "*.json"]},
    headers=["native/shapes.h"],
    libraries=[("area", {"sources": ["vendor/area.c"], "include_dirs": ["vendor"]})],
    ext_package="shapes",
    ext_modules=[
        Extension(
            "_native",
            ["native/module.c"],
            include_dirs=["native", "vendor"],
            define_macros=[("SHAPES_VERSION", '"%s"' % version), ("QUICK", None)],
        )
    ],
    cmdclass={"build_ext": Build},
)
""",
    "README.md": "# Shapes\n\nAreas.\n",
    "COPYING.txt": "Permission is granted.\n",
    "src/shapes/__init__.py": "from shapes._native import area, system, version\n\n\ndef main():\n    print(area(2))\n",
    "src/shapes/version.txt": "1.2.3\n",
    "src/shapes/units.json": "{}\n",
    "src/shapes/notes.md": "not shipped\n",
    "vendor/area.h": "int square(int side);\n",
    "vendor/area.c": '#include "area.h"\nint square(int side) { return side * side; }\n',
    "native/shapes.h": "const char *system_name(void);\n",
    "native/unix.c": 'const char *system_name(void) { return "unix"; }\n',
    "native/windows.c": 'const char *system_name(void) { return "windows"; }\n',
    "native/module.c": """\
#include <Python.h>
#include "area.h"
#include "shapes.h"

#ifndef QUICK
#error "QUICK is not defined"
#endif

static PyObject *area(PyObject *self, PyObject *arg) {
    (void)self;
    return PyLong_FromLong(square((int)PyLong_AsLong(arg)));
}

static PyObject *system_(PyObject *self, PyObject *unused) {
    (void)self, (void)unused;
    return PyUnicode_FromString(system_name());
}

static PyObject *version(PyObject *self, PyObject *unused) {
    (void)self, (void)unused;
    return PyUnicode_FromString(SHAPES_VERSION);
}

static PyMethodDef methods[] = {
    {"area", area, METH_O, NULL},
    {"system", system_, METH_NOARGS, NULL},
    {"version", version, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_native", NULL, -1, methods};
PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&module); }
""",
}


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line of this checkout."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(
        [sys.executable, "-m", "zigwheel", *words],
        env=environ,
        capture_output=True,
        encoding="utf-8",
    )


@pytest.mark.slow
def test_a_project_is_converted_and_holds_the_same(tmp_path: Path) -> None:
    project = write(tmp_path / "shapes", PROJECT)
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    done = run("convert", project, "--output", tmp_path / "new", "--check", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert said["check"]["equal"]
    assert said["check"]["metadata"] == []
    assert [note for note in said["notes"] if note["handwork"]] == []
    after = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    assert after == before, "the project was touched"
    table = parse((tmp_path / "new" / "pyproject.toml").read_text(encoding="utf-8"))
    assert table["build-system"] == {"requires": ["zigwheel"], "build-backend": "zigwheel.build"}
    assert table["project"] == {
        "name": "shapes",
        "dynamic": ["version"],
        "description": "Areas of shapes",
        "readme": "README.md",
        "requires-python": ">=3.9",
        "license": "MIT",
        "license-files": ["COPYING.txt"],
        "authors": [{"name": "A Person", "email": "person@example.org"}],
        "classifiers": ["Programming Language :: C"],
        "urls": {"Homepage": "https://example.org/shapes"},
        "optional-dependencies": {"test": ["pytest"]},
        "scripts": {"shapes": "shapes:main"},
    }
    assert table["tool"]["zigwheel"] == {
        "version": {"path": "src/shapes/version.txt", "pattern": r"(?P<version>\S+)"},
        "wheel": {"exclude": ["*.md"], "headers": {"shapes.h": "native/shapes.h"}},
        "library": [{"name": "area", "sources": ["vendor/area.c"], "include-dirs": ["vendor"]}],
        "extension": [
            {
                "name": "shapes._native",
                "sources": ["native/module.c"],
                "include-dirs": ["native", "vendor"],
                "define-macros": {"SHAPES_VERSION": '"1.2.3"', "QUICK": True},
                "c-standard": "c11",
                "link": ["area"],
            }
        ],
        "overrides": [
            {
                "if": {"os": ["!windows"]},
                "inherit": {"extension": {"sources": "append"}},
                "extension": {"sources": ["native/unix.c"]},
            },
            {
                "if": {"os": "windows"},
                "inherit": {"extension": {"sources": "append"}},
                "extension": {"sources": ["native/windows.c"]},
            },
        ],
    }


@pytest.mark.slow
def test_what_is_there_in_pyproject_stays_with_its_comments(tmp_path: Path) -> None:
    pyproject = """\
# first
[build-system]
requires = ["setuptools>=61"]  # why
build-backend = "setuptools.build_meta"

[project]
name = "dots"
description = "kept"  # kept, too
dynamic = ["version"]

[tool.setuptools.dynamic]
version = { attr = "dots.__version__" }

[tool.setuptools]
ext-modules = [{ name = "dots._c", sources = ["dots/c.c"] }]
"""
    source = '#include <Python.h>\nstatic struct PyModuleDef m = {PyModuleDef_HEAD_INIT, "_c"};\n'
    source += "PyMODINIT_FUNC PyInit__c(void) { return PyModule_Create(&m); }\n"
    files = {"pyproject.toml": pyproject, "dots/c.c": source}
    project = write(tmp_path / "dots", {**files, "dots/__init__.py": '__version__ = "4"\n'})
    assert run("convert", project).returncode == 0
    assert (project / "pyproject.toml").read_text(encoding="utf-8") == pyproject
    done = run("convert", project, "--write", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    text = (project / "pyproject.toml").read_text(encoding="utf-8")
    assert text.startswith('# first\n[build-system]\nrequires = ["zigwheel"]')
    assert 'description = "kept"  # kept, too\ndynamic = ["version"]\n' in text
    assert parse(text)["tool"]["zigwheel"] == {
        "version": {"path": "dots/__init__.py"},
        "wheel": {"include": ["*.c"]},  # setuptools ships them, so the wheel holds the same
        "extension": [{"name": "dots._c", "sources": ["dots/c.c"]}],
    }


def test_what_cannot_be_is_said_before_anything_runs(tmp_path: Path) -> None:
    sdist = tmp_path / "x-1.tar.gz"
    sdist.write_bytes(b"")
    done = run("convert", sdist, "--write")
    assert done.returncode != 0
    assert "--write changes a folder" in done.stderr
    assert "--output DIR" in done.stderr
    done = run("convert", tmp_path, "--output", tmp_path)
    assert done.returncode != 0
    assert "which is there already" in done.stderr
