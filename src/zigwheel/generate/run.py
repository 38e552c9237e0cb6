"""Run a tool on this machine, with a limit of time, and keep what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

LIMIT = 1800
"""Seconds after which a tool is taken for hung."""

MOST = 20_000
"""Characters of a tool's words that are shown: the last ones."""

FIXED = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
"""Variables that keep chance out of the result, and byte code out of the project."""


def said_by(
    words: Sequence[str], folder: Path, environ: Mapping[str, str], *, limit: float = LIMIT
) -> tuple[int, str]:
    """Run a command in `folder`; its exit code and what it said on both streams.

    Its words go to a file, not a pipe, so that nothing that it left running can hold up the build.
    Raises `OSError` where it cannot be run, and `subprocess.TimeoutExpired`.
    """
    import subprocess
    import tempfile

    with tempfile.TemporaryFile() as stream:
        done = subprocess.run(
            words,
            cwd=folder,
            env={**environ, **FIXED},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            timeout=limit,
            check=False,
        )
        stream.seek(0)
        said = stream.read().decode("utf-8", "replace").strip()
    return done.returncode, said if len(said) < MOST else f"[...]\n{said[-MOST:]}"
