"""MinGW's headers by any spelling.

Names of files have no case on Windows, so that sources say `<Windows.h>`; MinGW's are in small
letters. clang is told of them by an overlay of the file system (`-ivfsoverlay`), in which names are
compared without case; what it finds it knows by its real name.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FOLDER = "libc/include/any-windows-any"
"""Where Zig's library folder has MinGW's headers."""


def overlay(zig_lib: Path) -> str:
    """The text of the overlay; empty where this machine's own file names have no case."""
    folder = zig_lib / FOLDER
    if (folder / "WINDOWS.H").exists():
        return ""
    root = {"type": "directory", "name": str(folder), "contents": entries(str(folder))}
    return json.dumps({"version": 0, "case-sensitive": "false", "roots": [root]})


def entries(folder: str) -> list[dict[str, Any]]:
    """What is in a folder, sorted, in the overlay's form."""
    found: list[dict[str, Any]] = []
    with os.scandir(folder) as listed:
        for entry in sorted(listed, key=lambda entry: entry.name):
            if entry.is_dir():
                inner = entries(entry.path)
                found.append({"type": "directory", "name": entry.name, "contents": inner})
            else:
                item = {"type": "file", "name": entry.name, "external-contents": entry.path}
                found.append(item)
    return found
