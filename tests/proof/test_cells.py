"""Which cells there are, and which of them have to be run."""

from __future__ import annotations

import pytest

from tests.foreign.registry import PYTHONS
from tests.proof.cells import FLAVOURS, PLATFORMS, Cell, cells
from zigwheel.target.python import NEWEST, OLDEST, OLDEST_FREE_THREADED
from zigwheel.target.triple import ARCHITECTURES, WINDOWS_TAGS

PROMISED = (
    *(f"cp{minor}-manylinux_x86_64" for minor in (39, 311, 313, 314, 315)),
    *(
        f"cp313-manylinux_{arch}"
        for arch in ("aarch64", "armv7l", "i686", "ppc64le", "s390x", "riscv64")
    ),
    *(f"cp{minor}-win_amd64" for minor in (311, 313, 314)),
    "cp313-musllinux_x86_64",
    "cp313t-manylinux_x86_64",
)
"""Interpreters on which every wheel has to be run, whatever becomes of others."""


def cell(name: str) -> Cell:
    """The one with this name."""
    return next(one for one in cells() if one.name == name)


def test_names_are_unique() -> None:
    names = [one.name for one in cells()]
    assert len(set(names)) == len(names)


def test_every_platform_is_there() -> None:
    names = {platform.name for platform in PLATFORMS}
    assert {f"manylinux_{arch}" for arch in ARCHITECTURES} <= names
    assert {f"musllinux_{arch}" for arch in ARCHITECTURES} <= names
    assert set(WINDOWS_TAGS.values()) <= names
    assert {f"macosx_{arch}" for arch in ("x86_64", "arm64", "universal2")} <= names


def test_every_python_is_there() -> None:
    pythons = {flavour.python for flavour in FLAVOURS}
    assert {f"cp3{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)} <= pythons
    threaded = range(OLDEST_FREE_THREADED[1], NEWEST[1] + 1)
    assert {f"cp3{minor}t" for minor in threaded} <= pythons


def test_every_interpreter_has_a_cell() -> None:
    used = {name for one in cells() for name in one.interpreters(PYTHONS)}
    assert used == set(PYTHONS)


def test_what_is_promised_can_be_had() -> None:
    assert set(PROMISED) <= set(PYTHONS)


def test_what_is_not_run_has_a_reason() -> None:
    for one in cells():
        assert bool(one.interpreters(PYTHONS)) != bool(one.why_not(PYTHONS)), one.name


@pytest.mark.parametrize(
    ("name", "known", "loaders"),
    [
        ("3.13 on manylinux_aarch64", ["cp313-manylinux_aarch64"], 1),
        ("3.13 on manylinux_aarch64", ["cp313t-manylinux_aarch64"], 0),
        ("3.13 on manylinux_aarch64", ["cp313-musllinux_aarch64"], 0),
        ("3.13t on manylinux_aarch64", ["cp313-manylinux_aarch64"], 0),
        ("abi3 on win_amd64", ["cp39-win_amd64", "cp313-win_amd64", "cp313t-win_amd64"], 2),
        ("abi3t on manylinux_x86_64", ["cp314-manylinux_x86_64", "cp315-manylinux_x86_64"], 1),
        ("PyPy 3.11 on manylinux_x86_64", ["pp311-manylinux_x86_64"], 1),
    ],
)
def test_who_loads_a_wheel(name: str, known: list[str], loaders: int) -> None:
    assert len(cell(name).interpreters(known)) == loaders
