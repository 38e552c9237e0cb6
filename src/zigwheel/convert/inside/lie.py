"""Make this process believe that it runs on another platform, as far as the build can tell.

The standard library goes on working: what `sys.platform` and its like say depends on who asks. Files
of the standard library, and packages with compiled modules of their own (which run here and nowhere
else), are told the truth; the project, setuptools and its helpers are told what the build is for.
"""

from __future__ import annotations

import importlib.machinery
import os
import platform
import struct
import sys
import sysconfig
import types
from collections.abc import Callable, Mapping
from typing import Any

REAL = {
    (module, name): getattr(module, name)
    for module, names in (
        (sys, "platform byteorder maxsize implementation version abiflags".split()),
        (os, ["name", "uname"]),
    )
    for name in names
    if hasattr(module, name)
}
"""What is true."""

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}
SITE = {os.path.realpath(sysconfig.get_path(name)) for name in ("purelib", "platlib")}

truth_for: dict[str, bool] = {}
"""Whether the code of a file is told the truth."""


def is_lied_to(depth: int = 2) -> bool:
    """Whether the code that asks is to believe itself on the other platform."""
    frame = sys._getframe(depth)
    file = frame.f_code.co_filename
    if file.startswith("<"):
        file = str(frame.f_globals.get("__file__") or file)
    known = truth_for.get(file)
    if known is None:
        known = truth_for[file] = wants_truth(file)
    return not known


def wants_truth(file: str) -> bool:
    """Whether a file belongs to the standard library, to a package with compiled modules, or to us."""
    if file.startswith("<frozen"):
        return True
    real = os.path.realpath(file)
    if real.startswith(HERE + os.sep):
        return True
    for site in SITE:
        if real.startswith(site + os.sep):
            top = os.path.join(site, real[len(site) + 1 :].split(os.sep)[0])
            return os.path.isdir(top) and has_modules(top)
    words = real.split(os.sep)
    below = any(real.startswith(folder + os.sep) for folder in LIBRARY)
    return below and not {"site-packages", "dist-packages", "distutils"} & set(words)


def has_modules(folder: str) -> bool:
    """Whether a package brings compiled modules."""
    endings = tuple(suffixes)
    return any(name.endswith(endings) for _, _, names in os.walk(folder) for name in names)


suffixes = list(importlib.machinery.EXTENSION_SUFFIXES)
"""How modules of this Python end."""


def told(name: str, values: Mapping[str, Any], module: types.ModuleType) -> property:
    """An attribute of a module that depends on who asks; a value of None stands for no attribute."""
    real = REAL.get((module, name))

    def get(_: object) -> Any:
        value = values[name] if is_lied_to() else real
        if value is None:
            raise AttributeError(f"module '{module.__name__}' has no attribute '{name}'")
        return value

    def put(_: object, value: Any) -> None:
        vars(module)[name] = value

    return property(get, put)


def lie(module: types.ModuleType, values: Mapping[str, Any]) -> None:
    """Let a module answer with `values` to those who are lied to."""
    members: dict[str, Any] = {name: told(name, values, module) for name in values}
    # importlib makes every module by calling the type of `sys`: those are plain modules
    members["__new__"] = lambda kind, *args, **kwargs: types.ModuleType(*args, **kwargs)
    module.__class__ = type(module.__name__, (types.ModuleType,), members)


def answer(module: types.ModuleType, name: str, value: Any) -> None:
    """Let a function of a module return `value` to those who are lied to."""
    real: Callable[..., Any] = getattr(module, name)

    def replaced(*args: Any, **kwargs: Any) -> Any:
        return value if is_lied_to() else real(*args, **kwargs)

    replaced.__name__ = replaced.__qualname__ = name
    setattr(module, name, replaced)


def believe(spec: Mapping[str, Any]) -> None:
    """Install all of it, as `spec` (made by `zigwheel.convert.believed`) says."""
    import ctypes.util

    uname = platform.uname_result(*spec["uname"])
    implementation = types.SimpleNamespace(**vars(sys.implementation))
    implementation.name = spec["implementation"]
    implementation.cache_tag = spec["cache_tag"]
    in_sys = {
        "platform": spec["sys_platform"],
        "byteorder": spec["byteorder"],
        "maxsize": spec["maxsize"],
        "version": spec["version"],
        "implementation": implementation,
        "abiflags": spec["abiflags"],
        "pypy_version_info": (7, 3, 20, "final", 0) if spec["implementation"] == "pypy" else None,
        "getwindowsversion": windows_version if spec["os_name"] == "nt" else None,
    }
    posix = os.uname_result(spec["uname"]) if hasattr(os, "uname_result") else uname
    in_os = {"name": spec["os_name"], "uname": None if spec["os_name"] == "nt" else lambda: posix}
    for name, value in spec["platform"].items():
        answer(platform, name, tuple(value) if isinstance(value, list) else value)
    answer(platform, "uname", uname)
    answer(sysconfig, "get_platform", spec["get_platform"])
    answer(ctypes.util, "find_library", None)
    change_variables(spec)
    importlib.machinery.EXTENSION_SUFFIXES[:] = spec["suffixes"]
    calcsize = struct.calcsize

    def size(text: Any) -> int:
        if is_lied_to() and str(text).lstrip("@") == "P":
            return int(spec["pointer"])
        return calcsize(text)

    struct.calcsize = size
    lie(sys, in_sys)
    lie(os, in_os)


def windows_version() -> tuple[Any, ...]:
    """What `sys.getwindowsversion` says on Windows 11."""
    return (10, 0, 22631, 2, "")


def change_variables(spec: Mapping[str, Any]) -> None:
    """Change `sysconfig.get_config_vars()` itself, as builds do that, too."""
    variables = sysconfig.get_config_vars()
    if spec["keep"] is not None:
        for name in [name for name in variables if name not in spec["keep"]]:
            del variables[name]
    variables.update(spec["variables"])
