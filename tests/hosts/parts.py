"""What a machine needs before zigwheel runs there: zigwheel, what it imports, and Zig."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.foreign.cache import cache_root, made_once
from tests.foreign.python import Unavailable
from zigwheel.rebuild import kept_runtime
from zigwheel.zig.toolchain import REQUIREMENT


def code() -> Path:
    """A folder from which any Python imports this zigwheel and its requirements, all of them pure."""
    return kept_runtime(cache_root() / "hosts")


def packages(
    name: str, *platforms: str, finish: Callable[[Path], None] = lambda folder: None
) -> Path:
    """The folder of a machine that outlives a run of the tests, with `ziglang` for it in `packages`.

    zigwheel's cache belongs into the same folder, so that Zig can be linked into it. `finish` is told
    the folder once.
    """

    def make(folder: Path) -> None:
        words = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
        words += [f"--platform={platform}" for platform in platforms]
        words += ["--target", str(folder / "packages"), REQUIREMENT]
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
        if done.returncode:
            raise Unavailable(f"pip {' '.join(words[2:])}: {done.stderr.strip()}")
        finish(folder)

    return made_once(cache_root() / "hosts" / name, make)
