"""How paths that a build speaks of are written in a `Record`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping


class Folders:
    """The folders of one run."""

    def __init__(
        self,
        root: str,
        *,
        site: Iterable[str],
        python: Iterable[str],
        contents: Mapping[str, str],
        digests: Mapping[str, list[str]],
    ) -> None:
        self.root = root
        self.site = tuple(site)
        self.python = frozenset(python)
        self.contents = contents
        """Digest of every file that was there when the run ended, by path."""
        self.digests = digests
        """Paths of the project as it came, by digest."""
        self.before = {path for paths in digests.values() for path in paths}
        self.copied: dict[str, str] = {}
        """Folders that the build made as copies, by the copy: where the original lies."""

    def path(self, path: str, cwd: str) -> str:
        """A path as a record has it."""
        real = os.path.normpath(os.path.join(self.root, cwd, path))
        if not os.path.islink(real):
            real = os.path.join(os.path.realpath(os.path.dirname(real)), os.path.basename(real))
        if real == self.root:
            return "."
        if real.startswith(self.root + os.sep):
            return self.original(real[len(self.root) + 1 :].replace(os.sep, "/"))
        for site in self.site:
            if real.startswith(site + os.sep):
                name, _, rest = real[len(site) + 1 :].replace(os.sep, "/").partition("/")
                return f"{{package:{name}}}/{rest}" if rest else f"{{package:{name}}}"
        return real.replace(os.sep, "/")

    def original(self, path: str) -> str:
        """Where a file lies that the build has copied before it compiled it."""
        if path in self.before:
            return path
        for copy, source in self.copied.items():
            if path == copy or path.startswith(copy + "/"):
                return source + path[len(copy) :]
        name = self.contents.get(path, "")
        same = [p for p in self.digests.get(name, ()) if p.split("/")[-1] == path.split("/")[-1]]
        if not same:
            return path
        one, other = path.split("/"), same[0].split("/")
        while len(one) > 1 and len(other) > 1 and one[-1] == other[-1]:
            one.pop()
            other.pop()
        if one[-1] != other[-1]:
            self.copied["/".join(one)] = "/".join(other)
        return same[0]

    def includes(self, folders: Iterable[str], cwd: str) -> tuple[str, ...]:
        """Folders of headers or libraries, without Python's own."""
        found = []
        for folder in folders:
            real = os.path.realpath(os.path.join(self.root, cwd, folder))
            if real not in self.python:
                found.append(self.path(folder, cwd))
        return tuple(dict.fromkeys(found))

    def word(self, word: str) -> str:
        """A word of a command, with the folders of this machine taken out."""
        for site in self.site:
            pattern = re.escape(site + os.sep) + r"([^/\\]+)"
            word = re.sub(pattern, lambda match: f"{{package:{match[1]}}}", word)
        return word.replace(self.root + os.sep, "").replace(self.root, ".")
