"""The same bytes from every machine: zigwheel runs on a machine of another kind and builds there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.examples.rig import build, copied
from tests.foreign.python import Unavailable
from tests.hosts.linux import LinuxMachine, aarch64_machine

TARGETS = ("manylinux_2_17_x86_64", "musllinux_1_2_aarch64", "manylinux_2_31_riscv64")


def missing(error: Unavailable) -> None:
    """Skip a test whose machine is not to be had; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(str(error), pytrace=False)
    pytest.skip(str(error))


@pytest.fixture
def aarch64(tmp_path: Path) -> LinuxMachine:
    """A Linux machine on aarch64 that shares the test's folder."""
    try:
        return aarch64_machine(tmp_path)
    except Unavailable as error:
        missing(error)
        raise


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_linux_on_aarch64_builds_the_same_wheel(
    target: str,
    aarch64: LinuxMachine,
    built: Callable[..., Path],
    for_313: list[str],
    tmp_path: Path,
) -> None:
    here = built("fastsum", [f"target={target}", *for_313])
    project = copied("fastsum", tmp_path / "fastsum")
    words = ["-m", "zigwheel", "build", project, "-o", tmp_path / "out", "--target", target]
    # objects are compiled anew, in a folder of their own
    done = aarch64.run([*words, "-C", "build-dir=build"])
    assert done.returncode == 0, done.stderr
    (there,) = (tmp_path / "out").iterdir()
    assert there.name == here.name
    assert there.read_bytes() == here.read_bytes()


@pytest.mark.slow
def test_linux_on_aarch64_sees_itself(aarch64: LinuxMachine) -> None:
    said = aarch64.run(["-m", "zigwheel", "doctor"])
    assert "host     aarch64 linux gnu (2, 41)\n" in said.stdout
    assert "target   aarch64-linux-gnu.2.17 cp313\n" in said.stdout
    assert f"zig      0.16.0 {aarch64.own}/cache/zig/0.16.0-linux-aarch64/zig\n" in said.stdout
    assert said.returncode == 0


@pytest.mark.slow
def test_linux_on_aarch64_writes_the_same_sdist(
    aarch64: LinuxMachine, with_zig: dict[str, str], tmp_path: Path
) -> None:
    here = build(copied("twins", tmp_path / "1"), tmp_path / "here", with_zig, sdist=True)
    project = copied("twins", tmp_path / "2")
    done = aarch64.run(["-m", "zigwheel", "sdist", project, "-o", tmp_path / "there"])
    assert done.returncode == 0, done.stderr
    (there,) = (tmp_path / "there").iterdir()
    assert (there.name, there.read_bytes()) == (here.name, here.read_bytes())
