"""What GitLab reads in a job's log: sections that fold. It reads tests from JUnit's XML.

Source: docs.gitlab.com, "CI/CD job logs", custom collapsible sections.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TextIO

from zigwheel.matrix.report.plain import WORD, Plain, short
from zigwheel.matrix.report.words import cleaned


class GitLab(Plain):
    """A `Watcher` for GitLab: the words of a failure are folded behind the line that says most."""

    def __init__(
        self,
        stream: TextIO,
        *,
        quiet: bool = False,
        verbose: bool = False,
        colour: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(stream, quiet=quiet, verbose=verbose, colour=colour)
        self.clock = clock
        self.sections = 0
        """Sections that were written: the name of each has to be new."""

    def failed(self, identifier: str, what: str, text: str, reason: str = "") -> None:
        """The words of a failure in a section."""
        self.sections += 1
        name = f"zigwheel_{self.sections}_{re.sub('[^A-Za-z0-9_.-]', '_', identifier)}"
        shown = self.painted("failed", f"{'failed':{WORD}}")
        head = f"{shown}  {identifier}  {what}: {cleaned(reason) or short(text)}"
        self.write(f"{self.mark('start', f'{name}[collapsed=true]')}{head}")
        self.write(cleaned(text).strip())
        self.write(self.mark("end", name))

    def mark(self, edge: str, name: str) -> str:
        """Where a section starts or ends."""
        return f"\x1b[0Ksection_{edge}:{int(self.clock())}:{name}\r\x1b[0K"
