"""A small project, and the hooks called on it in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

DRIVER = Path(__file__).parent / "driver.py"
PYTHON = (sys.executable, "-S")
"""Without site-packages: a build environment holds what `PYTHONPATH` says, and nothing else."""

HEAD = """\
[build-system]
requires = ["zigwheel"]
build-backend = "zigwheel.build"

[project]
name = "tiny"
version = "1.0"
"""

CONFIG = """\
[[tool.zigwheel.extension]]
name = "tiny._core"
sources = ["src/tiny/*.c"]
"""

CORE = """\
#include <Python.h>
#include "value.h"
static PyObject *value(PyObject *self, PyObject *args) { return PyLong_FromLong(VALUE); }
static PyMethodDef methods[] = {{"value", value, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", "", 0, methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&module); }
"""

TINY = {
    "src/tiny/__init__.py": "from tiny._core import value\n",
    "src/tiny/_core.c": CORE,
    "src/tiny/value.h": "#define VALUE 1\n",
}


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a hook ended."""

    code: int
    value: Any
    """What it returned; None if it raised."""
    said: str
    """Standard error."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project's folder, and the environment in which its hooks run."""

    root: Path
    environ: Mapping[str, str]
    before: tuple[str, ...] = field(default=())
    """Words in front of every command: what runs it under another user, say."""

    def write(self, files: Mapping[str, str]) -> Project:
        """Write files below the root; a folder that is missing is made."""
        for path, text in files.items():
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        return self

    def config(self, text: str) -> Project:
        """Write `pyproject.toml` with this below `[project]`."""
        return self.write({"pyproject.toml": HEAD + text})

    def under(self, **changes: str | None) -> Project:
        """The same with other environment variables; None takes one away."""
        environ = {k: v for k, v in self.environ.items() if k not in changes}
        environ.update({k: v for k, v in changes.items() if v is not None})
        return replace(self, environ=environ)

    def command(self, hook: str, *arguments: object) -> list[str]:
        """The words that call a hook."""
        return [*self.before, *PYTHON, str(DRIVER), hook, json.dumps(arguments, default=str)]

    def call(self, hook: str, *arguments: object) -> Done:
        """Call a hook."""
        done = run(self.command(hook, *arguments), self.root, self.environ)
        value = json.loads(done.stdout) if done.returncode == 0 else None
        return Done(code=done.returncode, value=value, said=done.stderr)

    def start(self, hook: str, *arguments: object, **popen: Any) -> subprocess.Popen[str]:
        """Start a hook and go on."""
        return subprocess.Popen(
            self.command(hook, *arguments),
            cwd=self.root,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            **popen,
        )

    def wheel(self, out: Path | None = None, settings: Mapping[str, Any] | None = None) -> Path:
        """Build a wheel, which has to succeed; its path."""
        out = out or self.root.parent / "dist"
        done = self.call("build_wheel", out, settings or {})
        assert done.code == 0, done.said
        return out / str(done.value)

    def refusal(self, hook: str = "build_wheel", settings: Mapping[str, Any] | None = None) -> str:
        """What a hook that has to fail says, without the frames: a user's mistake has none."""
        out = self.root.parent / "refused"
        done = self.call(hook, out, settings or {})
        assert done.code == 1, f"{done.value}\n{done.said}"
        assert not out.is_dir() or not list(out.iterdir())
        return done.said


Maker = Callable[..., Project]


def run(
    words: Sequence[str | Path], cwd: Path, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )


def unpacked(wheel: Path, folder: Path) -> Path:
    """A wheel's files in a folder."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def evaluated(wheel: Path, expression: str, folder: Path) -> str:
    """What Python prints for an expression over `tiny`, imported from a wheel."""
    unpacked(wheel, folder)
    environ = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = run([*PYTHON, "-c", f"import tiny; print({expression})"], folder, environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
