"""What builds are shut into, since their code is foreign: as much as this system gives without a privilege."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence

AUTO = ("auto",)
"""The setting that lets `sandboxed` choose."""

NO_NETWORK = ("unshare", "--user", "--map-current-user", "--net", "--ipc")
"""A user namespace with a network of its own, in which there is nothing (unshare(1), util-linux)."""


def sandboxed(setting: Sequence[str], memory: int) -> tuple[tuple[str, ...], str]:
    """The start of a command that runs a build, and what could not be had, in words; empty if all was.

    `memory` is in bytes, for each process.
    """
    if tuple(setting) != AUTO:
        return tuple(setting), ""
    limits = ("prlimit", f"--data={memory}", "--core=0") if memory else ()
    words: tuple[str, ...] = ()
    lacking = []
    for part in (NO_NETWORK, limits):
        if part and (reason := why_not([*part, "true"])):
            lacking.append(reason)
        else:
            words += part
    return words, "; ".join(lacking)


def why_not(command: Sequence[str]) -> str:
    """Why a command cannot be run here; empty if it can."""
    if not shutil.which(command[0]):
        return f"there is no `{command[0]}`"
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    said = done.stderr.decode("utf-8", "replace").strip()[:200]
    return f"`{' '.join(command)}` says: {said or done.returncode}" if done.returncode else ""
