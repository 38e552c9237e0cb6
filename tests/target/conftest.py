"""Real installations for the tests of this folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.foreign.cache import cache_root, made_once
from tests.foreign.debian import Unavailable, open_archive


@pytest.fixture(scope="session")
def debian_314() -> Path:
    """Debian's CPython 3.14 without its interpreter: standard library and headers, unpacked."""

    def unpack(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as temporary:
            archive = open_archive(Path(temporary) / "apt", suite="forky", architecture="amd64")
            packages = ("libpython3.14-minimal", "libpython3.14-stdlib", "libpython3.14-dev")
            archive.unpack(packages, folder, closure=False)

    try:
        return made_once(cache_root() / "forky-amd64-headers-3.14", unpack)
    except Unavailable as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
