"""Run a command for a limited time, and leave nothing of it behind."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from zigwheel.zig.execute import kill

KEPT = 8000
"""Characters of the output that are kept, its last ones."""

MOST_BYTES = 256 * 2**20
"""A command that prints more is ended: it would fill the disk."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """When a command is ended from outside."""

    stop: threading.Event
    """Once this is set."""
    ends: float
    """When the clock `time.monotonic` says this."""
    seconds: int
    """How long that was from the start, for the message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    """Exit code."""
    output: str
    """The end of what it printed on both streams."""
    problem: str = ""
    """Why it was ended from outside; empty if it ended by itself."""

    @property
    def reason(self) -> str:
        """Why it failed, in one line; empty if it did not."""
        if self.problem or not self.code:
            return self.problem
        # A shell says 128 and the signal's number for a program that was ended by one.
        number = -self.code if self.code < 0 else self.code - 128
        names = {one.value: one.name for one in signal.Signals}
        if number in names and number > 2:
            return f"it was ended by {names[number]}"
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1][:500] if lines else f"it ended with code {self.code} and said nothing"


def run(
    words: Sequence[str] | str,
    *,
    folder: Path,
    environ: Mapping[str, str],
    log: Path,
    limits: Limits,
) -> Ended:
    """Run a command in a folder; all that it has started is ended with it.

    What it prints goes to the file `log` by way of a pipe: under Wine, a file is no standard output for
    older Pythons. The pipe may stay open for what it leaves running, which is not waited for.
    """
    log.write_bytes(b"")
    try:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Ended(code=127, output="", problem=f"it could not be started: {error}")
    assert process.stdout is not None
    reader = threading.Thread(target=pour, args=(process.stdout, log), daemon=True)
    reader.start()
    try:
        problem = waited(process, log, limits)
    finally:
        kill(process, group=True)
        process.wait()
        reader.join(DRAIN)
    return Ended(code=process.returncode, output=tail(log), problem=problem)


DRAIN = 2.0
"""Seconds for what is still in the pipe when the command has ended."""


def pour(pipe: IO[bytes], log: Path) -> None:
    """Write to a file what comes through a pipe, as it comes, but for what is far too much."""
    with pipe, log.open("ab", buffering=0) as file:
        written = 0
        while data := os.read(pipe.fileno(), 2**16):
            if written <= MOST_BYTES:
                file.write(data)
                written += len(data)


def waited(process: subprocess.Popen[bytes], log: Path, limits: Limits) -> str:
    """Wait for a process; why it has to be ended, or an empty text if it ended by itself."""
    while True:
        try:
            process.wait(min(0.2, max(0.01, limits.ends - time.monotonic())))
            return ""
        except subprocess.TimeoutExpired:
            if limits.stop.is_set():
                return "it was interrupted"
            if time.monotonic() >= limits.ends:
                return f"it did not end within {limits.seconds} seconds"
            if log.stat().st_size > MOST_BYTES:
                return f"it printed more than {MOST_BYTES} bytes"


def tail(file: Path) -> str:
    """The end of what a command printed."""
    with file.open("rb") as stream:
        stream.seek(max(0, os.stat(stream.fileno()).st_size - 4 * KEPT))
        text = stream.read().decode("utf-8", "replace")
    return text.replace("\r\n", "\n").strip()[-KEPT:]


def shell(command: str, environ: Mapping[str, str]) -> Sequence[str] | str:
    """What runs a shell's command line on this machine: `sh`, or `cmd` on Windows."""
    if os.name == "nt":
        return f'"{environ.get("COMSPEC", "cmd.exe")}" /d /s /c "{command}"'
    return ["/bin/sh", "-c", command]
