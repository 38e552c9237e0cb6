"""Programs on this machine that may be Pythons, by their names and places; none of them is run here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from zigwheel.target.interpreters import (
    interpreters_in,
    path_folders,
    pyenv_root,
    uv_folder,
)
from zigwheel.target.model import Host

_VERSION = re.compile(r"(?<!\d)3\.?(\d{1,2})(?!\d)", re.ASCII)
"""In the name of an installation's folder: `3.13.0`, `cpython-3.13.5-linux-...`, `Python313`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """A program that is named like a Python."""

    path: str
    """Its path."""
    version: tuple[int, int] | None
    """The version that its name or its folder tells; None where they tell none."""


def programs(host: Host, environ: Mapping[str, str]) -> Iterator[Program]:
    """All of them, the nearest first, each file once."""
    seen: set[str] = set()
    for program in _found(host, environ):
        real = os.path.realpath(program.path)
        if real not in seen:
            seen.add(real)
            yield program


def _found(host: Host, environ: Mapping[str, str]) -> Iterator[Program]:
    if host.executable:
        yield Program(path=host.executable, version=host.python.version)
    # A shim of pyenv runs whichever version is selected; the versions are looked at by themselves.
    shims = os.path.realpath(pyenv_root(environ, "shims") or "")
    for folder in path_folders(environ):
        if os.path.realpath(folder) != shims:
            yield from _in(folder, None)
    for collection in (pyenv_root(environ, "versions"), uv_folder(host, environ)):
        yield from _in_all(sorted(collection.glob("*/")) if collection else ())
    for pattern in _globs(host, environ):
        yield from _in_all(map(Path, _glob(pattern)))


def _globs(host: Host, environ: Mapping[str, str]) -> Iterator[str]:
    import glob

    tools = environ.get("RUNNER_TOOL_CACHE", "")
    if tools:
        # The Pythons of GitHub's runners: VERSION/ARCHITECTURE.
        for name in ("Python", "PyPy"):
            yield os.path.join(glob.escape(tools), name, "3.*", "*")
    yield from host.prefix_globs


def _glob(pattern: str) -> list[str]:
    import glob

    return sorted(glob.glob(pattern))


def _in_all(prefixes: Iterator[Path] | list[Path] | tuple[()]) -> Iterator[Program]:
    """The Pythons of installations: in `bin`, or on Windows in the folder itself."""
    for prefix in prefixes:
        # On GitHub's runners the version is the name of the folder above.
        found = _VERSION.search(prefix.name) or _VERSION.search(prefix.parent.name)
        version = (3, int(found[1])) if found else None
        for folder in (prefix / "bin", prefix):
            yield from _in(str(folder), version)


def _in(folder: str, version: tuple[int, int] | None) -> Iterator[Program]:
    for name, named in interpreters_in(folder):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and (name.endswith(".exe") or os.access(path, os.X_OK)):
            yield Program(path=path, version=named or version)
