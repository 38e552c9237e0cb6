"""Folders of the machine that built a file, as they show in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from zigwheel.audit.report import Finding

ANCHORS = (
    b"/home/",
    b"/Users/",
    b"/tmp/",
    b"/private/var/folders/",
    b"/build/",
    b"/builds/",
    b"/root/.",
    b":\\Users\\",
    b":/Users/",
    b":\\a\\",
    b":/a/",
)
"""Folders that people or services that build wheels have their sources or caches in."""

PATH = re.compile(rb"[\w./\\+ @:-]{4,240}")

COMPILER = re.compile(rb"/tmp/cc\w+\.o")
"""What gcc calls its object when it compiles and links at once; some linkers keep the name."""

SOURCE = re.compile(
    rb"\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|ipp|tcc|pyx|pxd|rs|zig|s|o|a|m|mm|f90?)\b"
)


def check_folders(path: str, data: bytes, folders: Iterable[str]) -> Iterator[Finding]:
    """None of the folders, given as absolute paths, is named in a file."""
    for folder in folders:
        if mentions(data, folder):
            yield Finding(
                code="build-path",
                place=path,
                message=f"names the folder `{folder}` of this machine",
                hint="a path in `define-macros` or in the flags?",
            )


def mentions(data: bytes, folder: str) -> bool:
    """Whether a file names something in a folder, with either separator, and as no part of another path."""
    for form in {folder, folder.replace("\\", "/"), folder.replace("/", "\\")}:
        text = form.rstrip("/\\").encode("utf-8", "surrogateescape")
        if (
            text
            and text in data
            and re.search(rb"(?<![\w.\\/-])" + re.escape(text) + rb"[/\\\0]", data)
        ):
            return True
    return False


def suspicious(data: bytes) -> str:
    """A source file that is named by a path of somebody's machine; empty if there is none."""
    for anchor in ANCHORS:
        start = data.find(anchor)
        while start >= 0:
            drive = anchor.startswith(b":")
            first = start - drive
            found = PATH.match(data, first)
            if (
                found
                and SOURCE.search(found[0])
                and not COMPILER.fullmatch(found[0])
                and (drive or not re.match(rb"[\w./\\-]", data[first - 1 : first]))
            ):
                return found[0].decode("utf-8", "replace")
            start = data.find(anchor, start + 1)
    return ""
