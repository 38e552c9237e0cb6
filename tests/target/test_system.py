"""What machines offer to builds for themselves."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.target.machines import machine
from zigwheel.target.system import is_target, system_folders
from zigwheel.target.triple import Triple

ARM_MAC = Triple(arch="aarch64", os="macos", libc="none", floor=(11, 0))
INTEL_MAC = Triple(arch="x86_64", os="macos", libc="none", floor=(10, 13))
LINUX = Triple(arch="x86_64", os="linux", libc="gnu", floor=(2, 17))
MUSL = Triple(arch="x86_64", os="linux", libc="musl", floor=(1, 2))
WINDOWS = Triple(arch="x86_64", os="windows", libc="gnu")


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the folders of a Linux system")
def test_folders_of_linux() -> None:
    includes, libraries = system_folders(LINUX)
    assert set(includes) <= {"/usr/local/include", "/usr/include/x86_64-linux-gnu", "/usr/include"}
    assert all(Path(folder).is_dir() for folder in (*includes, *libraries))
    assert "/usr/lib" in libraries


@pytest.mark.parametrize("triple", [ARM_MAC, INTEL_MAC, WINDOWS], ids=str)
def test_no_folders_where_a_wheel_may_not_need_the_system_s_libraries(triple: Triple) -> None:
    """No tag of macOS or Windows says that a library of Homebrew's has to be there."""
    assert system_folders(triple) == ((), ())


@pytest.mark.parametrize(
    ("host", "itself"),
    [
        (machine(), LINUX),
        (machine(libc="musl", libc_version=(1, 2)), MUSL),
        (machine(os="macos", arch="aarch64", libc="none"), ARM_MAC),
        (machine(os="macos", libc="none"), INTEL_MAC),
        (machine(os="windows", libc_version=None), WINDOWS),
    ],
)
def test_a_machine_is_one_target(host: object, itself: Triple) -> None:
    every = (LINUX, MUSL, ARM_MAC, INTEL_MAC, WINDOWS)
    assert [t for t in every if is_target(host, t)] == [itself]  # type: ignore[arg-type]
