"""cibuildwheel's options: how the value of each is written, and why some have no meaning here.

A table of facts, from the schema of cibuildwheel 4.3 and what its 2 and 3 had beside that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from zigwheel.target.triple import ARCHITECTURES

Written: TypeAlias = Literal["words", "commands", "shell", "extras", "variables", "settings"]

READ: Mapping[str, Written] = {
    "build": "words",
    "skip": "words",
    "test-skip": "words",
    "enable": "words",
    "archs": "words",
    "test-command": "commands",
    "before-test": "commands",
    "test-requires": "shell",
    "test-sources": "shell",
    "test-groups": "words",
    "test-extras": "extras",
    "test-environment": "variables",
    "environment": "variables",
    "config-settings": "settings",
}
"""Options that mean the same here. `archs` limits each system for itself."""

IMAGES = tuple(
    f"{family}-{arch}-image"
    for family in ("manylinux", "musllinux")
    for arch in (*ARCHITECTURES, "pypy_x86_64", "pypy_aarch64", "pypy_i686")
    if family == "manylinux" or not arch.startswith("pypy")
)
"""Options that name containers, of which the known ones stand for the oldest C library."""

LIBRARIES = (
    "libraries that it built are `[[tool.zigwheel.library]]` or `[tool.zigwheel.dependencies]`, files "
    "that it made are `[[tool.zigwheel.generate]]`, and what it installed goes into `[build-system]`"
)
NO_CONTAINER = "nothing is built in a container"

NO_MEANING: Mapping[str, str] = {
    "before-all": f"no system is prepared: {LIBRARIES}",
    "before-build": f"all targets are built from one sdist: {LIBRARIES}",
    "repair-wheel-command": "wheels hold all that they need and are audited when they are built; for "
    "more, run your command on what `zigwheel wheels` wrote",
    "audit-command": "every wheel is audited when it is built, its stable ABI included",
    "audit-requires": "every wheel is audited when it is built, by zigwheel itself",
    "build-frontend": "zigwheel builds its wheels itself",
    "build-verbosity": "write `verbose = true` into `[tool.zigwheel]` to see the commands",
    "container-engine": NO_CONTAINER,
    "environment-pass": f"{NO_CONTAINER}, so the build sees the whole environment",
    "dependency-versions": "no tools are installed for a build but what `[build-system]` requires",
    "xbuild-tools": "no build runs on the target's system; programs are found on `PATH`",
    "xbuild-files": "headers of other packages come with `include-from`",
    "pyodide-version": "zigwheel builds no wheels for Pyodide",
    "test-runtime": "it is for iOS and Android, which zigwheel does not build for",
    "free-threaded-support": "free-threaded Pythons are built from 3.14 on; 3.13t is `enable = "
    '["cpython-freethreading"]`',
    "prerelease-pythons": 'the option is `enable = ["cpython-prerelease"]` now',
}
"""Options that need not, or cannot, be followed."""

VARIABLES_ALONE: Mapping[str, str] = {
    "output-dir": "say it with `--output-dir`",
    "allow-empty": "say it with `--allow-empty`",
    "config-file": "settings are read from the project's `pyproject.toml`",
    "cache-path": "the option is `cache-dir` of `[tool.zigwheel]`",
    "debug-keep-container": NO_CONTAINER,
    "debug-traceback": "a traceback is printed for zigwheel's own mistakes alone",
}
"""Variables without an option, that have no meaning here."""

NO_SYSTEM: Mapping[str, str] = {
    "pyodide": "Pyodide's modules need Emscripten's compiler",
    "android": "its C library comes with Android's NDK and not with Zig",
    "ios": "its C library comes with Apple's Xcode and not with Zig",
}
"""Systems of cibuildwheel's that zigwheel does not build for."""

NO_ENABLE = {
    "graalpy": "zigwheel has no facts about GraalPy",
    "pyodide-prerelease": "zigwheel builds no wheels for Pyodide",
    "pyodide-eol": "zigwheel builds no wheels for Pyodide",
}
"""Groups of `enable` that no Python here is in."""

SYSTEMS: Mapping[str, tuple[str, ...]] = {
    "linux": ("*-manylinux_*", "*-musllinux_*"),
    "macos": ("*-macosx_*",),
    "windows": ("*-win_*", "*-win32"),
}
"""Tables for one system, and the identifiers that they are for."""
