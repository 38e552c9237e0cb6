"""The pinned Zig, for what has to be compiled to get an interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.foreign.cache import cache_root, made_once
from zigwheel.target.host import describe_host
from zigwheel.zig.toolchain import REQUIREMENT, ZIG_VERSION, find_zig


def zig() -> Path:
    """Zig's program: the one that builds of the tests use, or, where none is, installed by pip."""
    cache = cache_root() / "zigwheel"
    found = find_zig(cache=cache, environ=os.environ, host=describe_host())
    if found is not None:
        return found.executable

    def install(folder: Path) -> None:
        words = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, REQUIREMENT]
        subprocess.run([sys.executable, *words], check=True)

    return made_once(cache_root() / f"ziglang-{ZIG_VERSION}", install) / "ziglang" / "zig"


def zig_environ() -> dict[str, str]:
    """The environment of Zig: what it compiles for itself is shared with the builds of the tests."""
    folder = cache_root() / "zigwheel" / "zig-global"
    return {**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(folder)}
