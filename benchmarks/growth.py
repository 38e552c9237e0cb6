"""How the time of a matrix grows with its targets, its Pythons and its sources: a part of `matrix.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TARGETS = (
    "manylinux_x86_64",
    "manylinux_aarch64",
    "musllinux_x86_64",
    "macosx_arm64",
    "win_amd64",
    "manylinux_i686",
    "macosx_x86_64",
    "musllinux_aarch64",
)
PYTHONS = ("cp311", "cp313", "cp314", "cp315")
SOURCES = 16
"""Where something else grows."""

PYPROJECT = """\
[build-system]
requires = ["zigwheel"]
build-backend = "zigwheel.build"

[project]
name = "grown"
version = "1.0"

[[tool.zigwheel.extension]]
name = "grown"
sources = ["*.c"]
"""

MODULE = """\
#include <Python.h>

{declared}

static PyObject *work(PyObject *self, PyObject *args) {{
    double sum = 0;
    (void)self;
    (void)args;
    {called}
    return PyFloat_FromDouble(sum);
}}

static PyMethodDef methods[] = {{{{"work", work, METH_NOARGS, 0}}, {{0, 0, 0, 0}}}};
static PyModuleDef grown = {{PyModuleDef_HEAD_INIT, "grown", 0, -1, methods, 0, 0, 0, 0}};
PyMODINIT_FUNC PyInit_grown(void) {{ return PyModule_Create(&grown); }}
"""

PART = """\
#include <math.h>
#include <stdlib.h>
#include <string.h>

double part{number}(double x) {{
    double values[256];
    memset(values, 0, sizeof values);
    for (int i = 1; i < 256; i++) {{
        values[i] = sin(values[i - 1] + x) * {number} + fabs(values[i / 2]);
        if (values[i] > 1e6) values[i] = fmod(values[i], 97.0);
    }}
    for (int i = 0; i < 255; i++) {{
        if (values[i] > values[i + 1]) {{
            double kept = values[i];
            values[i] = values[i + 1];
            values[i + 1] = kept;
        }}
    }}
    return values[255] + strtod("{number}.5", 0);
}}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One size of the matrix."""

    grows: str
    """What grows from row to row."""
    targets: int
    """Number of targets."""
    pythons: int
    """Number of Pythons."""
    sources: int
    """Number of sources that include no header of Python's."""

    @property
    def wheels(self) -> int:
        """Wheels of the matrix."""
        return self.targets * self.pythons


def steps() -> Iterator[Step]:
    """All sizes."""
    for targets in (1, 2, 4, 8):
        yield Step(grows="targets", targets=targets, pythons=1, sources=SOURCES)
    for pythons in (1, 2, 4):
        yield Step(grows="Pythons", targets=4, pythons=pythons, sources=SOURCES)
    for sources in (0, 16, 32, 64):
        yield Step(grows="sources", targets=2, pythons=2, sources=sources)


def write_project(folder: Path, sources: int) -> Path:
    """A project with one module and a number of other sources."""
    folder.mkdir(parents=True)
    numbers = range(1, sources + 1)
    files = {f"part{number}.c": PART.format(number=number) for number in numbers}
    files["module.c"] = MODULE.format(
        declared="\n".join(f"double part{number}(double x);" for number in numbers),
        called="\n    ".join(f"sum += part{number}(sum);" for number in numbers),
    )
    files["pyproject.toml"] = PYPROJECT
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def grown(
    work: Path, measured: Callable[[Path, str, Sequence[str], Sequence[str]], float]
) -> dict[Step, float]:
    """The processor time of each size; `measured` builds the matrix of a project, given a name for it."""
    found = {}
    for number, step in enumerate(steps()):
        project = write_project(work / f"grown{number}" / "grown", step.sources)
        found[step] = measured(
            project, f"grown{number}", TARGETS[: step.targets], PYTHONS[: step.pythons]
        )
    return found


def markdown(found: dict[Step, float]) -> str:
    """The table."""
    lines = [
        "| grows | targets | Pythons | sources | wheels | CPU, s | CPU for each wheel, s |",
        "|---|---|---|---|---|---|---|",
    ]
    for step, seconds in found.items():
        lines.append(
            f"| {step.grows} | {step.targets} | {step.pythons} | {step.sources} + 1 | {step.wheels} "
            f"| {seconds:.2f} | {seconds / step.wheels:.2f} |"
        )
    return "\n".join(lines)
