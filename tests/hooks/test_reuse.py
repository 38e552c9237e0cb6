"""The wheel of the last build is taken only where every input is what it was."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from zigwheel.rebuild import kept_runtime
from zigwheel.reuse import own_code
from zigwheel.target.header_packs import manifest_text, packed
from zigwheel.target.header_tree import header_content
from zigwheel.target.host import describe_host
from zigwheel.target.installation import read_headers

PYPROJECT = """\
[build-system]
requires = ["zigwheel"]
build-backend = "zigwheel.build"

[project]
name = "again"
version = "1"
readme = "README.md"

[[tool.zigwheel.extension]]
name = "again._core"
sources = ["src/again/*.c"]
include-dirs = ["include"]
"""

SOURCE = """\
#include <Python.h>
#include "value.h"
static PyObject *get(PyObject *self, PyObject *none) { return PyLong_FromLong(VALUE); }
static PyMethodDef methods[] = {{"get", get, METH_NOARGS, NULL}, {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "again._core", NULL, 0, methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&module); }
"""

HOOK = """\
import sys
from zigwheel.build import build_wheel
print(build_wheel(sys.argv[1], dict(word.split("=", 1) for word in sys.argv[2:])))
print("loaded", "zigwheel.pipeline" in sys.modules)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    files = {
        # a text of its own for each test of each run: the cache outlives them, and knows no folders
        "pyproject.toml": f"# {uuid.uuid4()}\n{PYPROJECT}",
        "README.md": "again\n",
        "include/value.h": "#define VALUE 1\n",
        "src/again/__init__.py": "",
        "src/again/core.c": SOURCE,
    }
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        os.utime(file, (1_700_000_000, 1_700_000_000))
    return root


@pytest.fixture
def build(project: Path, tmp_path: Path) -> Callable[..., bool]:
    """Run the hook; whether the wheel was built, not taken."""
    environ = {k: v for k, v in os.environ.items() if k != "ZIGWHEEL_REUSE"}

    def run(*settings: str, **variables: str) -> bool:
        done = subprocess.run(
            [sys.executable, "-c", HOOK, str(tmp_path / "out"), *settings],
            cwd=project,
            env={**environ, **variables},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout.split()[-1] == "True"

    (tmp_path / "out").mkdir()
    return run


def only(folder: Path) -> bytes:
    (wheel,) = folder.glob("*.whl")
    return wheel.read_bytes()


def test_nothing_changed(build: Callable[..., bool], tmp_path: Path, project: Path) -> None:
    assert build()
    first = only(tmp_path / "out")
    next((tmp_path / "out").glob("*.whl")).unlink()
    assert not build()
    assert only(tmp_path / "out") == first
    os.utime(project / "src/again/core.c", (1_700_000_001, 1_700_000_001))
    assert not build(), "a time alone is no change"


CHANGES: dict[str, Callable[[Path], object]] = {
    "a source": lambda p: (p / "src/again/core.c").write_text(SOURCE + "\n"),
    "a header": lambda p: (p / "include/value.h").write_text("#define VALUE 2\n"),
    "a Python file": lambda p: (p / "src/again/__init__.py").write_text("x = 1\n"),
    "the readme": lambda p: (p / "README.md").write_text("other\n"),
    "the config": lambda p: (p / "pyproject.toml").write_text(
        (p / "pyproject.toml").read_text().split("[[tool")[0]
    ),
    "a new source": lambda p: (p / "src/again/more.c").write_text("int more;\n"),
    "a new module": lambda p: (p / "src/again/more.py").write_text(""),
    "a new module in a new folder": lambda p: (p / "src/again/sub").mkdir(),
    "a header that shadows": lambda p: (p / "src/again/value.h").write_text("#define VALUE 3\n"),
    "a licence": lambda p: (p / "LICENSE").write_text("mine\n"),
    "a mode": lambda p: (p / "src/again/__init__.py").chmod(0o755),
    "a file that is gone": lambda p: (p / "README.md").rename(p / "README.txt"),
    "a build.zig": lambda p: (p / "build.zig").write_text("// not ours\n"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_seen(build: Callable[..., bool], project: Path, what: str) -> None:
    assert build()
    CHANGES[what](project)
    try:
        assert build(), what
    except subprocess.CalledProcessError:
        assert what == "a file that is gone"


@pytest.mark.parametrize(
    ("settings", "variables"),
    [
        (("optimize=small",), {}),
        ((), {"ZIGWHEEL_OPTIMIZE": "small"}),
        ((), {"CFLAGS": "-DX=1"}),
        ((), {"SOURCE_DATE_EPOCH": "1700000000"}),
        (("target=x86_64-linux-musl",), {}),
        (("reuse=false",), {}),
        ((), {"ZIGWHEEL_REUSE": "0"}),
    ],
)
def test_other_circumstances(
    build: Callable[..., bool], settings: tuple[str, ...], variables: dict[str, str]
) -> None:
    assert build()
    assert build(*settings, **variables)


def test_a_damaged_copy_is_not_taken(build: Callable[..., bool], tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    shared = os.environ.get("ZIGWHEEL_CACHE_DIR", "")
    assert build(f"cache-dir={cache}", ZIGWHEEL_CACHE_DIR=shared)
    first = only(tmp_path / "out")
    (kept,) = (tmp_path / "cache" / "wheels").glob("*/*.whl")
    kept.write_bytes(first[:-1] + b"?")
    assert build(f"cache-dir={cache}", ZIGWHEEL_CACHE_DIR=shared)
    assert only(tmp_path / "out") == first


def test_an_override_that_looks_at_the_environment(
    build: Callable[..., bool], project: Path
) -> None:
    file = project / "pyproject.toml"
    override = '\n[[tool.zigwheel.overrides]]\nif.env.FAST = true\noptimize = "fast"\n'
    file.write_text(file.read_text() + override)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    assert build()
    assert build()


def test_another_header_pack_in_the_environment(build: Callable[..., bool], tmp_path: Path) -> None:
    """With the same headers for this Python, of which the kept pack would tell no difference."""
    include = describe_host().include
    assert include
    own = read_headers(include, "test")
    assert own
    entry = packed(own)
    pack = tmp_path / "site" / "zigwheel_headers"
    for name in entry.files:
        (pack / entry.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (pack / entry.folder / name).write_bytes(header_content(include, name))
    (pack / "__init__.py").touch()

    def publish(version: str) -> None:
        (pack / "manifest.json").write_text(manifest_text(version, [entry]), encoding="utf-8")

    assert build()
    publish("2026.11")
    assert build(PYTHONPATH=str(pack.parent))
    assert not build(PYTHONPATH=str(pack.parent))
    publish("2026.12")
    assert build(PYTHONPATH=str(pack.parent))


def test_the_code_is_the_same_installed_and_in_a_checkout(tmp_path: Path) -> None:
    """With the templates, from which parts of a wheel are compiled, wherever they lie."""
    installed = kept_runtime(tmp_path)
    # without site: an editable zigwheel would be found before the copy
    words = [sys.executable, "-S", "-c", "from zigwheel import reuse; print(reuse.own_code())"]

    def seen() -> str:
        environ = {**os.environ, "PYTHONPATH": str(installed)}
        done = subprocess.run(words, env=environ, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    assert seen() == own_code()
    (file,) = installed.rglob("ibm128.c")
    file.write_bytes(file.read_bytes() + b"\n")
    assert seen() != own_code()
