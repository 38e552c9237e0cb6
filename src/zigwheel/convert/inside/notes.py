"""Where what is seen is written down: one line of JSON an event, in the order of time."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from types import FrameType
from typing import Any

from zigwheel.target.lie import LIBRARY, OWN, SITE

lock = threading.Lock()
kinds: dict[str, str] = {}
"""By the name of a file: `project`, `site`, `library`, `own`, or nothing."""


class Notes:
    """The file of events, and what is known of the project."""

    def __init__(self, file: str, project: str) -> None:
        self.project = os.path.realpath(project)
        self.room = os.path.dirname(self.project)
        """The folder of the whole run, with that for temporary files."""
        self.descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.quiet = threading.local()
        self.fresh: set[str] = set()
        """Real paths of what the build's own code wrote."""

    def note(self, event: str, **values: Any) -> None:
        """Write one event."""
        line = json.dumps({"event": event, **values}, default=str) + "\n"
        with lock:
            os.write(self.descriptor, line.encode("utf-8", "surrogateescape"))

    def digests(self, paths: list[str]) -> dict[str, str]:
        """Digests of files, by real path: a build may work in a copy of the project, then remove it."""
        found = {}
        for path in paths:
            real = os.path.realpath(path)
            if os.path.isfile(real):
                with open(real, "rb") as stream:
                    found[real] = hashlib.sha256(stream.read()).hexdigest()
        return found

    def kind(self, frame: FrameType) -> str:
        """Whose code a frame runs."""
        file = file_of(frame)
        found = kinds.get(file)
        if found is None:
            found = kinds[file] = self.kind_of(file)
        return found

    def kind_of(self, file: str) -> str:
        """Whose code a file holds."""
        if file.startswith("<"):
            return "library"
        real = os.path.realpath(file)
        if real.startswith(OWN + os.sep):
            return "own"
        if any(real.startswith(site + os.sep) for site in SITE):
            return "site"
        if real.startswith(self.project + os.sep):
            return "project"
        return "library" if any(real.startswith(f + os.sep) for f in LIBRARY) else ""

    def place(self, start: FrameType | None = None) -> str:
        """`FILE:LINE` of the project's code that is running; empty where there is none."""
        frame: FrameType | None = start or sys._getframe(1)
        while frame is not None:
            if place := self.line_of(frame, frame.f_lineno):
                return place
            frame = frame.f_back
        return ""

    def line_of(self, frame: FrameType, line: int) -> str:
        """A line of a frame, if that runs the project's code."""
        if self.kind(frame) != "project":
            return ""
        file = os.path.relpath(os.path.realpath(file_of(frame)), self.project)
        return f"{file.replace(os.sep, '/')}:{line}"


def file_of(frame: FrameType) -> str:
    """The file whose code a frame runs; setuptools hands `setup.py` to `exec` as a string."""
    name = frame.f_code.co_filename
    if name.startswith("<") and not name.startswith("<frozen"):
        return str(frame.f_globals.get("__file__") or name)
    return name
