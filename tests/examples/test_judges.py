"""The examples for several machines: `zigwheel audit` and the judges say the same of every wheel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.examples.rig import COMPILED
from tests.judges import judges_of, objections
from zigwheel.audit.wheel import audit_wheel

TARGETS = {
    "manylinux_2_17_x86_64": "auditwheel",
    "manylinux_2_17_aarch64": "auditwheel",
    "musllinux_1_2_x86_64": "auditwheel",
    "win_amd64": "delvewheel",
    "macosx_11_0_arm64": "delocate",
    "macosx_10_13_universal2": "delocate",
}
"""Each with the judge that knows its platform."""


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", COMPILED)
def test_all_agree(name: str, target: str, built: Callable[..., Path], for_313: list[str]) -> None:
    wheel = built(name, [f"target={target}", *for_313])
    assert audit_wheel(wheel).findings == ()
    assert TARGETS[target] in judges_of(wheel)
    assert objections(wheel) == {}
