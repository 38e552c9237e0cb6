"""Where a version stands in a project's files. Pure: the files' texts are passed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from zigwheel.config.version import DEFAULT_PATTERN

NAMED = re.compile(r"(?i)(?:^|/)[^/]*version[^/]*$")
TEXT = re.compile(
    r"(?i)\.(?:py|pyx|pxi|pxd|h|hpp|hxx|c|cc|cpp|txt|cfg|toml|in)$|(?:^|/)[^./]*version[^./]*$"
)
LARGEST = 200_000
"""Characters of a file that is looked into."""


def version_settings(
    version: str, files: Iterable[str], read: Callable[[str], str]
) -> dict[str, Any]:
    """`[tool.zigwheel.version]` by which `version` is found in one of `files`; empty if nowhere.

    A Python file with `__version__` is preferred, then files whose name says `version`, then those
    nearest to the root.
    """
    for path in sorted(filter(TEXT.search, files), key=rank):
        text = read(path)
        if not text or len(text) > LARGEST or version not in text:
            continue
        if found := settings(version, path, text):
            return found
    return {}


def rank(path: str) -> tuple[bool, bool, bool, int, str]:
    """Order in which files are looked into."""
    strange = bool(re.search(r"(?i)(?:^|/)(?:tests?|docs?|examples?|vendor|benchmarks?)/", path))
    package = path.endswith((".py", ".pyi")) and not path.startswith("setup.")
    return strange, not package, not NAMED.search(path), path.count("/"), path


def settings(version: str, path: str, text: str) -> dict[str, Any]:
    """The settings that find `version` in one file, each tried as the build will try it."""
    if path.endswith(("setup.cfg", "pyproject.toml", "setup.py")):
        return {}
    if first(DEFAULT_PATTERN, text) == version:
        return {"path": path}
    quoted = re.escape(version)
    for match in re.finditer(
        rf'^([ \t]*\#[ \t]*define[ \t]+(\w+)[ \t]+)"{quoted}"', text, re.MULTILINE
    ):
        pattern = rf'\#define\s+{match[2]}\s+"(?P<version>[^"]+)"'.replace("\\#", "#")
        if first(pattern, text) == version:
            return {"path": path, "pattern": pattern}
    for match in re.finditer(
        rf"^(\w+)[ \t]*(?::[^=\n]*)?=[ \t]*[\"']{quoted}[\"']", text, re.MULTILINE
    ):
        pattern = rf"^{match[1]}\s*(?::[^=\n]*)?=\s*[\"'](?P<version>[^\"']+)[\"']"
        if first(pattern, text) == version:
            return {"path": path, "pattern": pattern}
    if text.strip() == version:
        return {"path": path, "pattern": r"(?P<version>\S+)"}
    return {}


def first(pattern: str, text: str) -> str:
    """What a pattern finds first; empty for nothing."""
    match = re.search(pattern, text, re.MULTILINE)
    return match["version"] if match else ""
