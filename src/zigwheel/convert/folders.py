"""How paths that a build speaks of are written in a `Record`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

SCRATCH = re.compile(r"build/(?:temp|lib|bdist)\.[^/]+/(?:(?:Release|Debug)/)?")
"""Folders of setuptools for what it makes on the way; their names tell the platform."""


class Folders:
    """The folders of one run."""

    def __init__(
        self,
        root: str,
        *,
        site: Iterable[str],
        python: Iterable[str],
        before: Mapping[str, list[str]],
        after: Iterable[str],
    ) -> None:
        self.root = root
        self.site = tuple(site)
        self.python = frozenset(python)
        self.before = before
        """Paths of the project as it came, by digest."""
        self.paths = {path for paths in before.values() for path in paths}
        self.folders = {"."}
        """Folders of the project that hold files, be they there before or after."""
        for path in (*self.paths, *after):
            while path := path.rpartition("/")[0]:
                self.folders.add(path)
        self.copied: dict[str, str] = {}
        """Folders that the build made as copies, absolute: which of the project's they copy."""

    def learn(self, seen: Mapping[str, str]) -> None:
        """Take in the digests of files, by absolute path: they may be copies of the project's."""
        for path, digest in seen.items():
            relative = self.below(path)
            name = path.replace(os.sep, "/").split("/")[-1]
            same = [p for p in self.before.get(digest, ()) if p.split("/")[-1] == name]
            if relative in self.paths or not same:
                continue
            copy, source = common_end_removed(path.replace(os.sep, "/"), same[0])
            if copy not in (self.root, "/".join([self.root, source])):
                self.copied.setdefault(copy, source)

    def below(self, real: str) -> str | None:
        """A path relative to the project; None where it lies elsewhere."""
        if real == self.root:
            return "."
        if real.startswith(self.root + os.sep):
            return real[len(self.root) + 1 :].replace(os.sep, "/")
        return None

    def real(self, path: str, cwd: str = "") -> str:
        """A path without symbolic links above it."""
        real = os.path.normpath(os.path.join(self.root, cwd, path))
        return os.path.join(os.path.realpath(os.path.dirname(real)), os.path.basename(real))

    def path(self, path: str, cwd: str = "") -> str:
        """A path as a record has it."""
        real = self.real(path, cwd)
        relative = self.below(real)
        if relative in self.paths:
            return relative
        slashed = real.replace(os.sep, "/")
        for copy, source in self.copied.items():
            if slashed == copy:
                return source or "."
            if slashed.startswith(copy + "/"):
                return (source + slashed[len(copy) :]).lstrip("/")
        if relative is not None:
            return SCRATCH.sub("{build}/", relative)
        for site in self.site:
            if real.startswith(site + os.sep):
                name, _, rest = real[len(site) + 1 :].replace(os.sep, "/").partition("/")
                return f"{{package:{name}}}/{rest}" if rest else f"{{package:{name}}}"
        return slashed

    def includes(self, folders: Iterable[str], cwd: str = "") -> tuple[str, ...]:
        """Folders of headers or libraries that are there, without Python's own."""
        found = []
        for folder in folders:
            real = os.path.realpath(os.path.join(self.root, cwd, folder))
            shown = self.path(folder, cwd)
            there = self.below(real) in self.folders or shown in self.folders
            if real not in self.python and (there or os.path.isabs(shown) or shown[:1] == "{"):
                found.append(shown)
        return tuple(dict.fromkeys(found))

    def word(self, word: str) -> str:
        """A word of a command, with the folders of this machine taken out."""
        for site in self.site:
            pattern = re.escape(site + os.sep) + r"([^/\\]+)"
            word = re.sub(pattern, lambda match: f"{{package:{match[1]}}}", word)
        for copy, source in self.copied.items():
            word = word.replace(copy + "/", f"{source}/" if source else "")
        return word.replace(self.root + os.sep, "").replace(self.root, ".")


def common_end_removed(one: str, other: str) -> tuple[str, str]:
    """Two paths without the names at their ends that they share."""
    left, right = one.split("/"), other.split("/")
    while left and right and left[-1] == right[-1]:
        left.pop()
        right.pop()
    return "/".join(left), "/".join(right)
