from __future__ import annotations

import os
from pathlib import Path

import pytest

from zigwheel.target.host import cache_root, describe_host
from zigwheel.zig.toolchain import Zig, require_zig


@pytest.fixture(scope="session")
def zig() -> Zig:
    """The pinned Zig: installed with the test requirements, or named by `ZIGWHEEL_ZIG`."""
    host = describe_host()
    cache = Path(os.environ.get("ZIGWHEEL_CACHE_DIR") or cache_root(os.environ, host.os))
    return require_zig(cache=cache, environ=os.environ, host=host)
