"""See which files the build's own code writes, and which programs it runs."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Callable
from typing import Any

from zigwheel.convert.inside.notes import Notes, file_of

WRITING = os.O_WRONLY | os.O_RDWR
VERSIONING = ("git", "hg", "svn", "jj")
"""Programs that are asked for the version, and tell nothing of the build."""


def watch(notes: Notes) -> None:
    """Listen to what the interpreter reports of itself."""
    read: dict[tuple[str, str], list[str]] = {}
    handlers: dict[str, Callable[..., None]] = {
        "open": lambda path, mode, flags: opened(notes, read, path, flags),
        "os.rename": lambda source, target, *_: written(notes, read, target),
        "subprocess.Popen": lambda program, words, cwd, env: ran(notes, words, cwd),
        "os.system": lambda command: ran(notes, command, None),
        "os.posix_spawn": lambda path, words, env: ran(notes, words, None),
        "os.spawn": lambda mode, path, words, env: ran(notes, words, None),
    }

    def hook(event: str, values: tuple[Any, ...]) -> None:
        handler = handlers.get(event)
        if handler is None or getattr(notes.quiet, "on", False):
            return
        notes.quiet.on = True
        try:
            handler(*values)
        finally:
            notes.quiet.on = False

    sys.addaudithook(hook)


def opened(notes: Notes, read: dict[tuple[str, str], list[str]], path: Any, flags: int) -> None:
    """A file was opened."""
    if not isinstance(path, (str, bytes)) or not flags & WRITING:
        if isinstance(path, str) and (function := asker(notes)):
            real = os.path.realpath(path)
            if real.startswith(notes.project + os.sep):
                read.setdefault(function, []).append(real)
        return
    written(notes, read, path)


def written(notes: Notes, read: dict[tuple[str, str], list[str]], path: Any) -> None:
    """A file is being written, or put in place."""
    real = os.path.realpath(os.fsdecode(path))
    if not real.startswith(notes.project + os.sep):
        return
    function = asker(notes)
    inputs = list(dict.fromkeys(read.get(function, ())))[-20:] if function else []
    place = notes.place(sys._getframe(3))
    notes.note("written", path=real, place=place, inputs=inputs, tool=tool(notes))


def asker(notes: Notes) -> tuple[str, str] | None:
    """The innermost function of the project that is running."""
    frame = sys._getframe(2)
    while frame is not None:
        if notes.kind(frame) == "project":
            return file_of(frame), frame.f_code.co_name
        frame = frame.f_back  # type: ignore[assignment]
    return None


def tool(notes: Notes) -> str:
    """The known tool that is running."""
    frame = sys._getframe(3)
    while frame is not None:
        top = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if top == "cffi":
            return "cffi"
        if top in ("Cython", "cython"):
            return "cython"
        if notes.kind(frame) == "project":
            break
        frame = frame.f_back  # type: ignore[assignment]
    return "python"


def ran(notes: Notes, words: Any, cwd: Any) -> None:
    """A program is about to run."""
    place = notes.place(sys._getframe(3))
    if isinstance(words, (str, bytes)):
        text = os.fsdecode(words)
        try:
            told = shlex.split(text)
        except ValueError:
            told = [text]
    else:
        told = [os.fsdecode(word) for word in words]
    if len(told) == 3 and told[1] == "-c" and os.path.basename(told[0]) == "sh":
        told = told[2:]
    program = os.path.basename(told[0]).removesuffix(".exe") if told else ""
    if place and program and program not in VERSIONING:
        where = os.fsdecode(cwd) if cwd else os.getcwd()
        notes.note("command", words=told, cwd=where, place=place, time=time.time())
