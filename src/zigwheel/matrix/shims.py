"""Scripts that start a foreign interpreter, so that a command line finds what it finds on its machine.

`python`, `pip` and each script of an installed distribution are a file in a folder of PATH, for this
machine's own shell; each runs the emulator, or whatever else runs the interpreter. What Python itself
starts as `sys.executable` is such a file as well, since the kernel may not know the emulator.
"""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from zigwheel.matrix.interpreters import Interpreter

SITE = """\
import site, sys
if {executable!r}:
    sys.executable = {executable!r}
if sys.platform == "win32":
    sys.modules["_wmi"] = None  # `platform` asks it, Wine ends that with a fault, and there are other ways
site.addsitedir({site!r})
"""
"""`sitecustomize.py`: Python itself reads `.pth` files of its own folders alone."""

ENTRY = """\
import sys
from {module} import {name}
sys.argv[0] = {script!r}
sys.exit({attribute}())
"""

REFERENCE = re.compile(r"\s*([\w.]+)\s*:\s*((\w+)(?:\.\w+)*)\s*(?:\[.*\])?\s*", re.ASCII)
"""An entry point's object, `module:attribute`, with extras that nothing reads any more."""


def furnish(folder: Path, interpreter: Interpreter, pip: Sequence[str] | None) -> dict[str, str]:
    """Write the scripts for what is installed in `site`; the variables that the interpreter needs.

    With `pip` None, only those of what has been installed since then.
    """
    scripts, boot = folder / "bin", folder / "boot"
    scripts.mkdir(exist_ok=True)
    command = list(interpreter.command)
    if pip is not None:
        (folder / "site").mkdir(exist_ok=True)
        boot.mkdir(exist_ok=True)
        major, minor = interpreter.answer.version
        for name in ("python", "python3", f"python{major}.{minor}"):
            shim(scripts / name, command)
        for name in ("pip", "pip3"):
            shim(scripts / name, pip)
        text = SITE.format(
            # Wine starts what it runs again by itself, and no script.
            executable="" if interpreter.foreign_paths else str(scripts / "python"),
            site=interpreter.path(folder / "site"),
        )
        (boot / "sitecustomize.py").write_text(text, encoding="utf-8")
    for name, text in entry_points(folder / "site"):
        program(folder, interpreter, name, text)
    for file in sorted((folder / "site" / "bin").glob("*")):
        if file.is_file() and not (scripts / file.name).exists():
            shim(scripts / file.name, starting(file, interpreter))
    separator = ";" if interpreter.foreign_paths else ":"
    found = (interpreter.path(part) for part in (boot, folder / "site"))
    return {"PYTHONPATH": separator.join(found)}


def shim(file: Path, words: Sequence[str]) -> None:
    """A script for `sh` that runs some words, followed by its own arguments."""
    file.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    file.chmod(0o755)


def program(folder: Path, interpreter: Interpreter, name: str, text: str) -> None:
    """A console script: a file for Python, and one that runs it."""
    # Not in a folder of modules, and without an ending: nothing imports it by mistake.
    file = folder / "scripts" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    shim(folder / "bin" / name, [*interpreter.command, interpreter.path(file)])


def entry_points(site: Path) -> Iterator[tuple[str, str]]:
    """The console scripts of all distributions in a folder: each name, and what it runs."""
    for file in sorted(site.glob("*.dist-info/entry_points.txt")):
        parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        try:
            parser.read_string(file.read_text(encoding="utf-8"))
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in ("console_scripts", "gui_scripts"):
            for name, value in parser.items(section) if parser.has_section(section) else ():
                found = REFERENCE.fullmatch(value)
                if found and re.fullmatch(r"[\w.-]+", name, re.ASCII):
                    yield name, entry(name, found)


def entry(name: str, found: re.Match[str]) -> str:
    """The text of a console script."""
    return ENTRY.format(module=found[1], name=found[3], attribute=found[2], script=name)


def starting(file: Path, interpreter: Interpreter) -> list[str]:
    """The words that run a file of a distribution's scripts: one for Python, or a program."""
    with file.open("rb") as stream:
        first = stream.readline(256)
    if first.startswith(b"#!") and b"python" in first:
        return [*interpreter.command, interpreter.path(file)]
    # Whatever runs the interpreter's program runs a program for the same machine.
    return [str(file)] if first.startswith(b"#!") else [*interpreter.command[:-1], str(file)]
