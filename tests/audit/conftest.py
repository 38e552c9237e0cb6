from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.audit import samples
from tests.foreign.cache import cache_root, made_once
from tests.zig.conftest import zig as zig
from zigwheel.zig.toolchain import Zig


@pytest.fixture(scope="session")
def linked(zig: Zig) -> Mapping[str, bytes]:
    """The samples, linked, by name."""

    def make(folder: Path) -> None:
        for name, sample in samples.SAMPLES.items():
            samples.link(zig, sample, folder, name)

    digest = hashlib.sha256(Path(samples.__file__).read_bytes()).hexdigest()
    folder = made_once(cache_root() / f"audit-{digest[:16]}", make)
    return {name: (folder / f"{name}.so").read_bytes() for name in samples.SAMPLES}
