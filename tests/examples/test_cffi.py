"""cffi without a compiler: one wheel, run by the interpreters of other machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.examples.rig import tried
from tests.foreign.python import ForeignPython


@pytest.mark.parametrize(
    "name",
    ["cp313-manylinux_aarch64", pytest.param("cp313-win_amd64", marks=pytest.mark.slow)],
)
def test_one_wheel_runs_everywhere(
    name: str,
    built: Callable[..., Path],
    foreign: Callable[[str], ForeignPython],
    tmp_path: Path,
) -> None:
    wheel = built("libcalls")
    assert wheel.name == "libcalls-1.0.0-py3-none-any.whl"
    assert tried(foreign(name), "libcalls", wheel, tmp_path) > 2
