"""Which paths an archive may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from zigwheel.errors import ZigwheelError


def path_problem(path: str) -> str:
    """What is wrong with a path inside an archive; empty if any reader on any system can unpack it."""
    if not path:
        return "is empty"
    if "\\" in path:
        return "has a backslash; archives separate folders with `/`"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "is absolute"
    parts = path.split("/")
    if "" in parts:
        return "has an empty component"
    if "." in parts or ".." in parts:
        return "has a `.` or `..` component"
    if any(ord(char) < 32 or ord(char) == 127 for char in path):
        return "has a control character"
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return "cannot be encoded as UTF-8"
    return ""


def folded(path: str) -> str:
    """A key that is equal for paths which Windows or macOS cannot keep apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def check_paths(
    paths: Iterable[str], *, error: type[ZigwheelError], fold: bool
) -> list[ZigwheelError]:
    """Everything that is wrong with the paths of an archive, as instances of `error`.

    `fold` also rejects what collides on a disk where the case of letters does not count.
    """
    errors: list[ZigwheelError] = []
    seen: dict[str, str] = {}
    for path in paths:
        if problem := path_problem(path):
            errors.append(error(f"path {path!r} in the archive {problem}", hint="rename the file"))
            continue
        key = folded(path) if fold else path
        if key not in seen:
            seen[key] = path
        elif seen[key] == path:
            errors.append(error(f"two files want the path {path!r} in the archive"))
        else:
            errors.append(
                error(
                    f"{seen[key]!r} and {path!r} are one file to Windows and macOS",
                    hint="rename one of them, or leave it out",
                )
            )
    return errors + file_and_folder(seen, error)


def file_and_folder(seen: Mapping[str, str], error: type[ZigwheelError]) -> list[ZigwheelError]:
    """Errors for the paths that are a file, and a folder of other files."""
    clashes = {
        seen[parent]: path
        for key, path in seen.items()
        for parent in parents(key)
        if parent in seen
    }
    return [
        error(f"{parent!r} in the archive is a file, and the folder of {path!r}")
        for parent, path in clashes.items()
    ]


def parents(path: str) -> Iterator[str]:
    """The folders above a POSIX path, outermost first."""
    position = path.find("/")
    while position >= 0:
        yield path[:position]
        position = path.find("/", position + 1)
