"""Real installations for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.foreign.cache import cache_root, made_once
from tests.foreign.debian import from_suites
from tests.foreign.required import had
from tests.foreign.sysroot import SUITES
from tests.zig.conftest import zig as zig


@pytest.fixture(scope="session")
def debian_314() -> Path:
    """Debian's CPython 3.14 without its interpreter: standard library and headers, unpacked."""

    packages = ("libpython3.14-minimal", "libpython3.14-stdlib", "libpython3.14-dev")

    def unpack(folder: Path) -> None:
        from_suites(SUITES["3.14"], "amd64", lambda a: a.unpack((), folder, alone=packages))

    return had("CPython 3.14", lambda: made_once(cache_root() / "forky-amd64-headers-3.14", unpack))
