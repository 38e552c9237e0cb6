"""Folders that are made once and found by everybody after that."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def cache_root() -> Path:
    """`ZIGWHEEL_TEST_CACHE`, or a folder in the user's cache: what outlives a run of the tests."""
    named = os.environ.get("ZIGWHEEL_TEST_CACHE")
    if named:
        return Path(named).resolve()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zigwheel-tests"


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """`folder`; if it is not there, `make` fills it, in one process while the others wait.

    A folder that `make` could not finish is thrown away.
    """
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.parent / f"{folder.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            try:
                make(fresh)
                fresh.chmod(0o755)
                fresh.rename(folder)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    return folder
