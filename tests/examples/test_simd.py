"""The example `simd` uses the widest instructions of the processor that runs it, on every machine."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.examples.rig import number_of_tests, own_tests, unpacked
from tests.foreign.python import ForeignPython

Builder = Callable[..., Path]
Foreign = Callable[[str], ForeignPython]

SHOW = "import simd; print(*simd.usable())"
CASES = [
    ("cp313-manylinux_aarch64", "aarch64-linux-gnu.2.17", {}, "plain dotprod"),
    ("cp313-manylinux_aarch64", "aarch64-linux-gnu.2.17", {"QEMU_CPU": "cortex-a53"}, "plain"),
    ("cp313-manylinux_armv7l", "arm-linux-gnueabihf.2.17", {}, "plain"),
    ("cp313-manylinux_ppc64le", "powerpc64le-linux-gnu.2.19", {}, "plain"),
    ("cp313-manylinux_riscv64", "riscv64-linux-gnu.2.31", {"QEMU_CPU": "rv64,v=true"}, "plain rvv"),
    ("cp313-manylinux_riscv64", "riscv64-linux-gnu.2.31", {"QEMU_CPU": "rv64"}, "plain"),
]


@pytest.mark.parametrize(("tag", "target", "processor", "expected"), CASES)
def test_what_a_processor_has_is_used(
    tag: str,
    target: str,
    processor: dict[str, str],
    expected: str,
    built: Builder,
    for_313: list[str],
    foreign: Foreign,
    tmp_path: Path,
) -> None:
    python = foreign(tag)
    wheel = unpacked(built("simd", [f"target={target}", *for_313]), tmp_path)
    shown = python.run(["-c", SHOW], pythonpath=[wheel], cwd=tmp_path, environ=processor)
    assert (shown.returncode, shown.stdout.strip()) == (0, expected), shown.stderr
    done = python.run([own_tests("simd")], pythonpath=[wheel], cwd=tmp_path, environ=processor)
    assert done.returncode == 0, done.stderr
    assert number_of_tests(done.stderr) > 2


def flags() -> set[str]:
    """What Linux says that this processor has."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.is_file() else []
    return set(next((line.split() for line in lines if line.startswith("flags")), ()))


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="Wine runs what this processor can run")
def test_so_it_is_under_wine(built: Builder, foreign: Foreign, tmp_path: Path) -> None:
    include = foreign("cp313-manylinux_x86_64").include
    settings = ["target=win_amd64", "python=cp313", f"python-headers={include}"]
    wheel = unpacked(built("simd", settings), tmp_path)
    shown = foreign("cp313-win_amd64").run(["-c", SHOW], pythonpath=[wheel], cwd=tmp_path)
    wanted = {"avx2": "avx2", "avx512": "avx512bw"}
    has = flags()
    expected = ["plain", *(kind for kind, flag in wanted.items() if flag in has)]
    assert shown.stdout.split() == expected, shown.stderr
