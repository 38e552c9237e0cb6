"""The example `vendored`: its library is configured for each target, and runs as it was configured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.examples.rig import number_of_tests, own_tests, unpacked
from tests.foreign.python import ForeignPython

Builder = Callable[..., Path]
Foreign = Callable[[str], ForeignPython]

SHOW = "import vendored; print(*vendored.machine(), *vendored.uses().split())"
CASES = [
    ("cp313-manylinux_x86_64", "x86_64-linux-gnu.2.17", "8 8 little clock_gettime names"),
    ("cp313-manylinux_x86_64", "x86_64-linux-gnu.2.28", "8 8 little clock_gettime getrandom names"),
    ("cp313-manylinux_aarch64", "aarch64-linux-gnu.2.17", "8 8 little clock_gettime names"),
    ("cp313-manylinux_armv7l", "arm-linux-gnueabihf.2.17", "4 4 little clock_gettime names"),
    ("cp313-manylinux_s390x", "s390x-linux-gnu.2.17", "8 8 big clock_gettime names"),
]


@pytest.mark.parametrize("lowering", ["direct", "zig-build"])
@pytest.mark.parametrize(("tag", "target", "expected"), CASES)
def test_it_is_configured_for_the_target(
    tag: str,
    target: str,
    expected: str,
    lowering: str,
    built: Builder,
    for_313: list[str],
    foreign: Foreign,
    tmp_path: Path,
) -> None:
    python = foreign(tag)
    settings = [f"target={target}", f"lowering={lowering}", *for_313]
    wheel = unpacked(built("vendored", settings), tmp_path)
    shown = python.run(["-c", SHOW], pythonpath=[wheel], cwd=tmp_path)
    assert (shown.returncode, shown.stdout.strip()) == (0, expected), shown.stderr
    done = python.run([own_tests("vendored")], pythonpath=[wheel], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert number_of_tests(done.stderr) == 4


@pytest.mark.slow
def test_so_it_is_under_wine(built: Builder, foreign: Foreign, tmp_path: Path) -> None:
    include = foreign("cp313-manylinux_x86_64").include
    settings = ["target=win_amd64", "python=cp313", f"python-headers={include}"]
    wheel = unpacked(built("vendored", settings), tmp_path)
    python = foreign("cp313-win_amd64")
    shown = python.run(["-c", SHOW], pythonpath=[wheel], cwd=tmp_path)
    words = shown.stdout.split()
    assert words[:3] == ["4", "8", "little"], shown.stderr
    assert "QueryPerformanceCounter" in words
    done = python.run([own_tests("vendored")], pythonpath=[wheel], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
