"""What machines offer to builds for themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.target.machines import machine
from zigwheel.target.system import is_target, system_folders, usual_folders
from zigwheel.target.triple import Triple

ARM_MAC = Triple(arch="aarch64", os="macos", libc="none", floor=(11, 0))
INTEL_MAC = Triple(arch="x86_64", os="macos", libc="none", floor=(10, 13))
LINUX = Triple(arch="x86_64", os="linux", libc="gnu", floor=(2, 17))
MUSL = Triple(arch="x86_64", os="linux", libc="musl", floor=(1, 2))
WINDOWS = Triple(arch="x86_64", os="windows", libc="gnu")


@pytest.mark.parametrize(
    ("triple", "includes", "libraries"),
    [
        (ARM_MAC, "/opt/homebrew/include /opt/local/include", "/opt/homebrew/lib /opt/local/lib"),
        (INTEL_MAC, "/usr/local/include /opt/local/include", "/usr/local/lib /opt/local/lib"),
        (
            LINUX,
            "/usr/local/include /usr/include/x86_64-linux-gnu /usr/include",
            "/usr/local/lib /usr/lib/x86_64-linux-gnu /usr/lib64 /usr/lib",
        ),
        (WINDOWS, "", ""),
    ],
    ids=str,
)
def test_usual_folders(triple: Triple, includes: str, libraries: str) -> None:
    assert usual_folders(triple) == (tuple(includes.split()), tuple(libraries.split()))


def test_only_what_is_there() -> None:
    for usual, there in zip(usual_folders(LINUX), system_folders(LINUX), strict=True):
        assert there == tuple(folder for folder in usual if Path(folder).is_dir())


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
