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
ASKING = ("git", "hg", "svn", "jj", "uname", "ldconfig", "lsb_release", "xcrun", "xcodebuild")
"""Programs that are asked for the version or for this machine, and tell nothing of the build."""

UNIX = frozenset(
    "sh bash make gmake gcc g++ cc c++ clang clang++ ar ranlib touch cp mv rm mkdir sed awk uname "
    "pkg-config pkgconf autoconf automake autoreconf libtoolize patch install".split()
)
"""Programs that a plain Windows lacks."""

latest: dict[tuple[str, str], list[str]] = {}
"""What a function had read before it wrote its last file."""


def watch(notes: Notes, windows: bool) -> None:
    """Listen to what the interpreter reports of itself."""
    read: dict[tuple[str, str], list[str]] = {}
    handlers: dict[str, Callable[..., None]] = {
        "open": lambda path, mode, flags: opened(notes, read, path, flags),
        "os.rename": lambda source, target, *_: written(notes, read, target),
        "subprocess.Popen": lambda program, words, cwd, env: ran(notes, words, cwd, windows),
        "os.system": lambda command: ran(notes, command, None, windows),
        "os.posix_spawn": lambda path, words, env: ran(notes, words, None, windows),
        "os.spawn": lambda mode, path, words, env: ran(notes, words, None, windows),
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
            if real.startswith(notes.room + os.sep):
                read.setdefault(function, []).append(real)
        return
    written(notes, read, path)


def written(notes: Notes, read: dict[tuple[str, str], list[str]], path: Any) -> None:
    """A file is being written, or put in place."""
    real = os.path.realpath(os.fsdecode(path))
    if not real.startswith(notes.room + os.sep):
        return
    function = asker(notes)
    inputs = list(dict.fromkeys(read.get(function, ())))[-20:] if function else []
    if function:
        latest[function] = inputs = inputs or latest.get(function, [])
        read.pop(function, None)
    place = notes.place(sys._getframe(3))
    made_by = tool(notes)
    if made_by == "python":
        notes.fresh.add(real)
    notes.note("written", path=real, place=place, inputs=inputs, tool=made_by)


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


def ran(notes: Notes, words: Any, cwd: Any, windows: bool) -> None:
    """A program is about to run; on Windows there is none of Unix's."""
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
    if place and program and program not in ASKING:
        where = os.fsdecode(cwd) if cwd else os.getcwd()
        notes.note("command", words=told, cwd=where, place=place, time=time.time())
    if place and windows and is_unix(told[0] if told else ""):
        raise FileNotFoundError(2, "The system cannot find the file specified", told[0])


def is_unix(program: str) -> bool:
    """Whether a program would not be found on Windows."""
    if os.sep not in program:
        return program in UNIX
    folders = (os.path.dirname(sys.executable), sys.prefix, sys.base_prefix)
    return not os.path.abspath(program).startswith(folders)
