"""A virtual environment below `.venv/`, made with nothing but Python and pip at hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(words: Sequence[str | Path], **environ: str) -> None:
    """Run a command in the checkout; stop with its exit code if it fails."""
    done = subprocess.run([str(word) for word in words], cwd=ROOT, env={**os.environ, **environ})
    if done.returncode:
        raise SystemExit(done.returncode)


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def environment(name: str) -> Path:
    """The interpreter of the environment `.venv/NAME`, made if it is not there.

    Some distributions ship `venv` without `ensurepip`; there the pip at hand installs pip.
    """
    if sys.version_info < (3, 10):  # noqa: UP036 - this file may meet any Python
        raise SystemExit(f"zigwheel needs Python 3.10 or newer; this is {sys.version.split()[0]}")
    folder = ROOT / ".venv" / name
    python = python_of(folder)
    if not python.is_file():
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if subprocess.run([sys.executable, "-m", "venv", "--clear", folder], **quiet).returncode:
            run([sys.executable, "-m", "venv", "--clear", "--without-pip", folder])
            run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "pip"])
    run([python, "-m", "pip", "install", "--quiet", "--upgrade", "pip"])
    return python


def own_wheel(python: Path, folder: Path) -> Path:
    """zigwheel's wheel, built by itself from this checkout into `folder`."""
    for old in folder.glob("zigwheel-*.whl"):
        old.unlink()
    run([python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT])
    return next(folder.glob("zigwheel-*.whl"))
