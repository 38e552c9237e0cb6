"""Run one hook of a project's backend, and write down what it asks for: `main.py SPEC.json`."""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import sysconfig
import traceback
import types
from collections.abc import Mapping
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))


def load(name: str) -> Any:
    """A module that lies beside this one, without what lies above."""
    return importlib.import_module(f"zigwheel.convert.inside.{name}")


def neighbours() -> dict[str, Any]:
    """All modules of this folder; their names are free again afterwards."""
    above = os.path.dirname(os.path.dirname(HERE))
    parents = {
        "zigwheel": above,
        "zigwheel.convert": os.path.dirname(HERE),
        "zigwheel.convert.inside": HERE,
    }
    for name, folder in parents.items():
        module = types.ModuleType(name)
        module.__path__ = [folder]
        sys.modules[name] = module
    names = "words lie notes watch answers compilers setup cython".split()
    found = {name: load(name) for name in names}
    for name in [name for name in sys.modules if name.partition(".")[0] == "zigwheel"]:
        del sys.modules[name]
    return found


def backend(spec: Mapping[str, Any]) -> Any:
    """The object whose hooks are called."""
    sys.path[:0] = [os.path.abspath(path) for path in spec["backend_path"]]
    name, _, attributes = spec["backend"].partition(":")
    found: Any = importlib.import_module(name)
    for attribute in filter(None, attributes.split(".")):
        found = getattr(found, attribute)
    return found


def run(spec: Mapping[str, Any], notes: Any, modules: Mapping[str, Any]) -> None:
    """Install what lies, watches and records, then call the hook."""
    if spec["believed"]:
        modules["lie"].believe(spec["believed"])
        modules["compilers"].optional("setuptools")
        if "setuptools" in sys.modules:
            modules["setup"].patch_setup(notes)
            modules["compilers"].patch_compilers(notes, spec)
            modules["cython"].patch_cython(notes, spec["kept"])
        modules["watch"].watch(notes, spec["believed"]["os_name"] == "nt")
    sys.path += spec.get("more_path", [])
    found = backend(spec)
    hook = getattr(found, spec["hook"], None)
    if hook is None:
        notes.note("missing", hook=spec["hook"])
    elif spec["hook"].startswith("get_requires"):
        answer = [str(text) for text in hook({})]
        notes.note("answer", value=answer, setuptools="setuptools" in sys.modules)
    else:
        notes.note("answer", value=str(hook(spec["output"], {})))


def tell_folders(notes: Any) -> None:
    """Write down where this Python keeps its headers and packages."""
    includes = {sysconfig.get_path(name) for name in ("include", "platinclude")}
    for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix):
        includes |= {prefix, *(os.path.join(prefix, name) for name in BESIDE)}
    notes.note(
        "python",
        includes=sorted(os.path.realpath(path) for path in includes),
        site=sorted({os.path.realpath(sysconfig.get_path(n)) for n in ("purelib", "platlib")}),
        version=f"{sys.version_info[0]}.{sys.version_info[1]}",
        machine=[sys.platform, platform.machine()],
    )


BESIDE = ("include", "libs", "PC", "PCbuild", "PCbuild/amd64", "PCbuild/arm64", "PCbuild/win32")
"""Folders of a Python that setuptools names on Windows, be they there or not."""


def main(path: str) -> int:
    """Do what the file says; the exit code tells only whether the hook returned."""
    with open(path, encoding="utf-8") as stream:
        spec = json.load(stream)
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or ".") != HERE]
    os.chdir(spec["project"])
    sys.argv[:] = ["setup.py"]
    modules = neighbours()
    notes = modules["notes"].Notes(spec["events"], spec["project"])
    tell_folders(notes)
    try:
        run(spec, notes, modules)
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        notes.note("failed", text=f"{type(error).__name__}: {error}", place=failed_at(notes, error))
        return 1
    return 0


def failed_at(notes: Any, error: BaseException) -> str:
    """The innermost line of the project that an exception went through."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        place = notes.line_of(trace.tb_frame, trace.tb_lineno) or place
        trace = trace.tb_next
    return place


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # threads and exit functions of foreign code must not keep the process
