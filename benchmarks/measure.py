"""Run a command and take what it cost: wall time, and the CPU time of all its processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TAIL = 6000
"""Characters of a failed command's output that are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What one run of a command took."""

    wall: float
    """Seconds from start to end."""
    user: float
    """CPU seconds in user mode of the process and all its descendants."""
    system: float
    """CPU seconds in the kernel of the same."""

    @property
    def cpu(self) -> float:
        """CPU seconds in both."""
        return self.user + self.system


class CommandFailed(Exception):
    """A command ended with another code than 0; the text holds the end of what it said."""


def measure(words: Sequence[str], *, cwd: Path, environ: Mapping[str, str], log: Path) -> Sample:
    """Run a command with its output in `log`. Raises CommandFailed.

    `wait4` gives the usage of this child and of those it has waited for, and of nobody else, so
    nothing of an earlier command is in it.
    """
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            list(words),
            cwd=cwd,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        said = log.read_text(encoding="utf-8", errors="replace")[-TAIL:]
        raise CommandFailed(f"{' '.join(words)}\nin {cwd} ended with {process.returncode}:\n{said}")
    return Sample(wall=wall, user=usage.ru_utime, system=usage.ru_stime)


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """The runs of one case."""

    samples: tuple[Sample, ...]
    """In the order in which they ran."""

    @property
    def wall(self) -> float:
        """Median of the wall seconds."""
        return statistics.median(sample.wall for sample in self.samples)

    @property
    def cpu(self) -> float:
        """Median of the CPU seconds."""
        return statistics.median(sample.cpu for sample in self.samples)


def figure(samples: Iterable[Sample]) -> Figure:
    """The figure of some samples, at least one."""
    return Figure(samples=tuple(samples))
