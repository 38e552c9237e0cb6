"""What GitHub Actions reads in a log: groups, and annotations of files.

Source: docs.github.com, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TextIO

from zigwheel.matrix.report.plain import Plain, short
from zigwheel.matrix.report.words import cleaned

MESSAGE = re.compile(
    r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?:(?P<column>\d+):)? (?:fatal )?error: (?P<text>.*)$",
    re.MULTILINE,
)
"""A complaint of Clang, GCC or Zig that names its place."""


class GitHub(Plain):
    """A `Watcher` for GitHub Actions: failures are folded in the log and annotated in the project.

    GitHub shows few annotations of a step, so that each place is annotated once, for the first wheel.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        environ: Mapping[str, str],
        project: Path | None = None,
        quiet: bool = False,
        verbose: bool = False,
        colour: bool = False,
    ) -> None:
        super().__init__(stream, quiet=quiet, verbose=verbose, colour=colour)
        self.project = project
        """The project's folder; without it, every relative path counts as one of the project's."""
        self.prefix = folder_in(environ.get("GITHUB_WORKSPACE", ""), project)
        """Where the project lies in the repository."""
        self.annotated: set[str] = set()
        """Annotations that were written."""

    def failed(self, identifier: str, what: str, text: str, reason: str = "") -> None:
        """The words of a failure in a group, where no line of them can be a command; annotations."""
        self.write(f"::group::{data(f'failed  {identifier}  {what}')}")
        token = secrets.token_hex(16)
        self.stream.write(f"::stop-commands::{token}\n{cleaned(text).strip()}\n::{token}::\n")
        self.write("::endgroup::")
        title = f"{identifier} {what}"
        places = list(self.places(text))
        for file, line, column, words in places:
            where = {"file": file, "line": line, "col": column}
            self.annotate("error", {"title": title, **where}, words)
        if not places:
            self.annotate("error", {"title": title}, reason or short(text))

    def places(self, text: str) -> Iterator[tuple[str, str, str, str]]:
        """The files of the project that a compiler complains of: path in the repository, line, words."""
        for found in MESSAGE.finditer(cleaned(text)):
            path = PurePosixPath(found["file"].replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts:
                continue
            if self.project is None or (self.project / path).is_file():
                file = (PurePosixPath(self.prefix) / path).as_posix()
                yield file, found["line"], found["column"] or "", found["text"]

    def warn(self, identifier: str, text: str) -> None:
        """A warning as an annotation, once."""
        if self.new_warning(text):
            self.annotate("warning", {"title": identifier or "zigwheel"}, cleaned(text))

    def annotate(self, kind: str, properties: Mapping[str, str], text: str) -> None:
        """An annotation that is not there yet; whose title it has does not matter."""
        words = [f"{name}={property_value(value)}" for name, value in properties.items() if value]
        key = " ".join([kind, *(word for word in words if not word.startswith("title=")), text])
        if key not in self.annotated:
            self.annotated.add(key)
            self.stream.write(f"::{kind} {','.join(words)}::{data(text)}\n")
            self.stream.flush()

    def write(self, text: str) -> None:
        """A line in which foreign text gives no command of the older form."""
        super().write(text.replace("##[", "## ["))


def data(text: str) -> str:
    """The text of a command as GitHub reads it back."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_value(text: str) -> str:
    """The value of a command's property as GitHub reads it back."""
    return data(text).replace(":", "%3A").replace(",", "%2C")


def folder_in(workspace: str, project: Path | None) -> str:
    """A project's path in the repository; empty if it is the repository, or is not in it."""
    if not workspace or project is None:
        return ""
    try:
        return project.resolve().relative_to(Path(workspace).resolve()).as_posix()
    except ValueError:
        return ""
