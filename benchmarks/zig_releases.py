"""Which release of Zig to pin: cold and warm CPU seconds of several, in one run.

    python3 benchmarks/zig_releases.py 0.15.2 0.16.0 0.17.1

For each release, with empty caches: a C extension by `zig build-lib`, the same by `zig build`, a C++
extension, the same C++ extension with a second copy of the release (what every isolated build
environment brings), and whether `zig build-lib` and `zig build` give the same bytes. CPU seconds are
user and system of the whole process tree; wall seconds stand in parentheses.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

C_SOURCE = """\
#include <Python.h>
static PyObject *add(PyObject *self, PyObject *args) {
    long x, y;
    if (!PyArg_ParseTuple(args, "ll", &x, &y)) return NULL;
    return PyLong_FromLong(x + y);
}
static PyMethodDef methods[] = {{"add", add, METH_VARARGS, NULL}, {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "spam", NULL, -1, methods};
PyMODINIT_FUNC PyInit_spam(void) { return PyModule_Create(&module); }
"""

CXX_SOURCE = C_SOURCE.replace("x + y", "std::stol(std::to_string(x)) + y").replace(
    "#include <Python.h>", "#include <Python.h>\n#include <string>"
)

BUILD = """\
const std = @import("std");
pub fn build(b: *std.Build) void {
    const module = b.createModule(.{
        .target = b.standardTargetOptions(.{}),
        .optimize = .ReleaseFast,
        .strip = true,
        .pic = true,
        .link_libc = true,
    });
    module.addCSourceFiles(.{ .files = &.{"spam.c"} });
    module.addSystemIncludePath(.{ .cwd_relative = b.option([]const u8, "include", "").? });
    const lib = b.addLibrary(.{ .name = "spam", .linkage = .dynamic, .root_module = module });
    lib.linker_allow_shlib_undefined = true;
    b.getInstallStep().dependOn(&b.addInstallFile(lib.getEmittedBin(), "spam.so").step);
}
"""

TARGET = ["-target", "x86_64-linux-gnu.2.17", "-mcpu", "baseline"]
FLAGS = ["-dynamic", "-OReleaseFast", "-fstrip", "-fPIC", "-fallow-shlib-undefined", "-lc"]
FLAGS += ["-fno-compiler-rt", "-fno-ubsan-rt"]


def timed(words: list[str], folder: Path) -> tuple[float, float]:
    """CPU and wall seconds of a command; its output is shown only if it fails.

    The global cache is named by the environment: `zig build` of 0.17 has no option for it.
    """
    environ = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(folder / "global")}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall


def installed(release: str, folder: Path) -> Path:
    """The `zig` of a release, installed from PyPI into `folder`."""
    words = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(folder),
    ]
    subprocess.run([*words, f"ziglang=={release}"], check=True)
    return folder / "ziglang" / "zig"


def measure(release: str, work: Path) -> list[str]:
    """One row of the table."""
    include = sysconfig.get_path("include")
    zig = installed(release, work / "first")
    for name, text in (("spam.c", C_SOURCE), ("spam.cpp", CXX_SOURCE), ("build.zig", BUILD)):
        (work / name).write_text(text)

    def direct(zig: Path, source: str, *more: str, local: str) -> tuple[float, float]:
        words = [str(zig), "build-lib", *TARGET, *FLAGS, *more, "-isystem", include]
        words += ["--name", "spam", "--cache-dir", local]
        return timed([*words, f"-femit-bin={local}.so", source], work)

    cells = [direct(zig, "spam.c", local="c")]
    cells.append(direct(zig, "spam.c", local="c"))
    steps = [str(zig), "build", "-Dtarget=x86_64-linux-gnu.2.17", f"-Dinclude={include}"]
    steps += ["--cache-dir", "local", "--prefix", "out"]
    cells.append(timed(steps, work))
    cells.append(timed(steps, work))
    same = (work / "c.so").read_bytes() == (work / "out" / "spam.so").read_bytes()
    cells.append(direct(zig, "spam.cpp", "-lc++", local="cxx"))
    shutil.copytree(work / "first", work / "second", copy_function=os.link)
    second = work / "second" / "ziglang" / "zig"
    cells.append(direct(second, "spam.cpp", "-lc++", local="cxx2"))
    return [release, *(f"{cpu:.2f} ({wall:.2f})" for cpu, wall in cells), "yes" if same else "no"]


HEAD = [
    "release",
    "C cold",
    "C warm",
    "`zig build` cold",
    "`zig build` warm",
    "C++ cold",
    "C++, second copy",
    "same bytes",
]


def main(releases: list[str]) -> None:
    """Print the table."""
    print("|", " | ".join(HEAD), "|\n|" + "---|" * len(HEAD))
    for release in releases:
        with tempfile.TemporaryDirectory() as name:
            print("|", " | ".join(measure(release, Path(name))), "|", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["0.15.2", "0.16.0", "0.17.1"])
