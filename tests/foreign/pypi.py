"""Wheels of PyPI, downloaded by pip, which checks their hash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.foreign.python import Unavailable


def downloaded(requirement: str, sha256: str, folder: Path, *options: str) -> Path:
    """The one wheel that answers a requirement with a version, in a folder. Raises `Unavailable`."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{requirement} --hash=sha256:{sha256}\n")
    words = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    words += ["--only-binary=:all:", *options, "--require-hashes", "--requirement", str(wanted)]
    done = subprocess.run(
        [sys.executable, *words, "--dest", str(folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    wanted.unlink()
    if done.returncode:
        raise Unavailable(f"pip did not get {requirement}: {done.stderr.strip()}")
    return next(folder.glob(f"{requirement.partition('==')[0]}-*.whl"))
