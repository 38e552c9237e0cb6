"""What diffoscope says of two wheels, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SECONDS = 120
"""How long it may take."""

MOST_LINES = 200
"""Lines that are shown."""


def by_diffoscope(expected: Path, made: Path, environ: Mapping[str, str]) -> str:
    """Its report; empty where it is not installed, fails, or takes too long."""
    program = shutil.which("diffoscope", path=environ.get("PATH"))
    if program is None:
        return ""
    words = [program, "--text", "-", "--no-progress", "--timeout", str(SECONDS)]
    try:
        done = subprocess.run(
            [*words, str(expected), str(made)],
            env=dict(environ),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS + 30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    # 0: equal, 1: they differ; all else went wrong
    return "\n".join(done.stdout.splitlines()[:MOST_LINES]) if done.returncode == 1 else ""
