"""Run a project's script for cffi and write down what it says: `cffi_driver.py REQUEST.json`.

Started by its path, with the Python of the build, in the project's folder: it imports the standard
library and cffi, and nothing of zigwheel's.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import json
import os
import sys
from typing import Any

Request = dict[str, Any]


class Refused(Exception):
    """The script is not as it has to be; the message is for its author."""


def main(request: Request) -> None:
    """Run the script of `request`, and leave `said.json` and the text of the module in its folder."""
    cffi: Any = importlib.import_module("cffi")
    recompiler: Any = importlib.import_module("cffi.recompiler")
    # Whether the limited API is used is for the compiler's command line to say, not for this Python.
    recompiler.USE_LIMITED_API = True
    sys.dont_write_bytecode = True
    sys.pycache_prefix = os.path.join(request["folder"], "bytecode")  # so that sources are read
    read = watched(os.getcwd())
    loaded(request["lie"]).believe(request["believed"])
    ffi = found(run(request["file"], request["script"]), request["name"], cffi.FFI)
    if not hasattr(ffi, "_assigned_source"):
        raise Refused(f"`{request['name']}.set_source(...)` was not called")
    module, source, ending, keywords = ffi._assigned_source
    if ffi._embedding is not None:
        raise Refused("it embeds Python in a library, which is no extension module")
    keywords = dict(keywords)
    if ffi._windows_unicode:
        ffi._apply_windows_unicode(keywords)
    emit = ffi.emit_python_code if source is None else ffi.emit_c_code
    with contextlib.redirect_stdout(io.StringIO()):  # it tells where it writes
        emit(os.path.join(request["folder"], "text"))
    said = {
        "module": module,
        "api": source is not None,
        "ending": ending,
        "keywords": keywords,
        "read": sorted(path for path in read if os.path.isfile(path)),
    }
    with open(os.path.join(request["folder"], "said.json"), "w", encoding="utf-8") as file:
        json.dump(said, file, default=str)


def watched(root: str) -> set[str]:
    """A set that is filled with the files below `root` that are opened to be read from now on."""
    top = os.path.join(os.path.realpath(root), "")
    read: set[str] = set()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], (str, bytes)):
            return
        flags = arguments[2] if isinstance(arguments[2], int) else 0
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if path.startswith(top) and not flags & (os.O_WRONLY | os.O_RDWR):
            read.add(path)

    sys.addaudithook(hook)
    return read


def loaded(path: str) -> Any:
    """The module in the file at `path`."""
    spec = importlib.util.spec_from_file_location("believed", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(file: str, script: str) -> dict[str, Any]:
    """The names of a script when it has run as setuptools runs it (`cffi.setuptools_ext`)."""
    with open(file, encoding="utf-8") as stream:
        code = compile(stream.read() + "\n", script, "exec", dont_inherit=True)
    names: dict[str, Any] = {"__name__": "__cffi__", "__file__": script}
    exec(code, names)
    return names


def found(names: dict[str, Any], name: str, kind: type) -> Any:
    """The `FFI` object of that name, or what the function of that name returns."""
    if name not in names:
        known = ", ".join(repr(n) for n, value in names.items() if isinstance(value, kind))
        there = f"; there is {known}" if known else ""
        raise Refused(f"it has no {name!r}{there}")
    value = names[name]
    if not isinstance(value, kind) and callable(value):
        value = value()
    if not isinstance(value, kind):
        raise Refused(f"{name!r} is no `cffi.FFI` but {value!r}")
    return value


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    # In front as for `setup.py`; last, so that it hides no module of the library, what is beside the script.
    sys.path[0] = os.getcwd()
    sys.path.append(os.path.dirname(request["file"]))
    try:
        main(request)
    except Refused as refused:
        sys.exit(str(refused))
