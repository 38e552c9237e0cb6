"""What a triple says in the words of Zig and of CPython."""

from __future__ import annotations

import pytest

from zigwheel.target.triple import ARCHITECTURES, Os, Triple

LINUX = [
    ("x86_64", "x86_64-linux-gnu.2.17", "x86_64-linux-musl", "baseline", 64, "little"),
    ("i686", "x86-linux-gnu.2.17", "x86-linux-musl", "baseline", 32, "little"),
    ("aarch64", "aarch64-linux-gnu.2.17", "aarch64-linux-musl", "baseline", 64, "little"),
    (
        "armv7l",
        "arm-linux-gnueabihf.2.17",
        "arm-linux-musleabihf",
        "baseline-neon-d32",
        32,
        "little",
    ),
    ("ppc64le", "powerpc64le-linux-gnu.2.19", "powerpc64le-linux-musl", "baseline", 64, "little"),
    ("s390x", "s390x-linux-gnu.2.17", "s390x-linux-musl", "baseline", 64, "big"),
    ("riscv64", "riscv64-linux-gnu.2.27", "riscv64-linux-musl", "baseline", 64, "little"),
    (
        "loongarch64",
        "loongarch64-linux-gnu.2.36",
        "loongarch64-linux-musl",
        "baseline",
        64,
        "little",
    ),
]


@pytest.mark.parametrize(("arch", "gnu", "musl", "cpu", "bits", "order"), LINUX)
def test_linux(arch: str, gnu: str, musl: str, cpu: str, bits: int, order: str) -> None:
    floor = max((2, 17), ARCHITECTURES[arch].glibc_minimum)
    glibc = Triple(arch=arch, os="linux", libc="gnu", floor=floor)
    other = Triple(arch=arch, os="linux", libc="musl", floor=(1, 2))
    assert (glibc.zig, other.zig) == (gnu, musl)
    assert (glibc.cpu, other.cpu) == (cpu, cpu)
    assert (glibc.is_32bit, other.is_32bit) == (bits == 32, bits == 32)
    assert glibc.is_big_endian == (order == "big")


def test_every_architecture_is_tested() -> None:
    assert {row[0] for row in LINUX} == set(ARCHITECTURES)


@pytest.mark.parametrize(
    ("triple", "multiarch"),
    [
        (Triple(arch="x86_64", os="linux", libc="gnu", floor=(2, 28)), "x86_64-linux-gnu"),
        (Triple(arch="i686", os="linux", libc="gnu", floor=(2, 28)), "i386-linux-gnu"),
        (Triple(arch="i686", os="linux", libc="musl", floor=(1, 2)), "i386-linux-musl"),
        (Triple(arch="armv7l", os="linux", libc="gnu", floor=(2, 28)), "arm-linux-gnueabihf"),
        (Triple(arch="armv7l", os="linux", libc="musl", floor=(1, 2)), "arm-linux-musleabihf"),
        (Triple(arch="ppc64le", os="linux", libc="gnu", floor=(2, 28)), "powerpc64le-linux-gnu"),
        (Triple(arch="ppc64le", os="linux", libc="musl", floor=(1, 2)), "powerpc64le-linux-musl"),
        (Triple(arch="s390x", os="linux", libc="gnu", floor=(2, 28)), "s390x-linux-gnu"),
        (Triple(arch="riscv64", os="linux", libc="musl", floor=(1, 2)), "riscv64-linux-musl"),
        (
            Triple(arch="loongarch64", os="linux", libc="gnu", floor=(2, 36)),
            "loongarch64-linux-gnu",
        ),
        (Triple(arch="aarch64", os="macos", libc="none", floor=(11, 0)), "darwin"),
        (Triple(arch="universal2", os="macos", libc="none", floor=(11, 0)), "darwin"),
        (Triple(arch="x86_64", os="windows", libc="gnu"), ""),
    ],
)
def test_multiarch(triple: Triple, multiarch: str) -> None:
    assert triple.multiarch == multiarch


@pytest.mark.parametrize(
    ("arch", "os", "zig", "cpu"),
    [
        ("aarch64", "macos", "aarch64-macos", "baseline"),
        ("x86_64", "macos", "x86_64-macos", "baseline"),
        ("x86_64", "windows", "x86_64-windows-gnu", "baseline+cx16"),
        ("i686", "windows", "x86-windows-gnu", "baseline"),
        ("aarch64", "windows", "aarch64-windows-gnu", "baseline"),
    ],
)
def test_other_systems(arch: str, os: Os, zig: str, cpu: str) -> None:
    floor = (11, 0) if os == "macos" else None
    triple = Triple(arch=arch, os=os, libc="none" if floor else "gnu", floor=floor)
    assert triple.zig == zig + (".11.0" if floor else "")
    assert triple.cpu == cpu


@pytest.mark.parametrize(
    ("floor", "slices"),
    [
        ((10, 13), ["x86_64-macos.10.13", "aarch64-macos.11.0"]),
        ((11, 0), ["x86_64-macos.11.0", "aarch64-macos.11.0"]),
        ((12, 3), ["x86_64-macos.12.3", "aarch64-macos.12.3"]),
    ],
)
def test_slices(floor: tuple[int, int], slices: list[str]) -> None:
    triple = Triple(arch="universal2", os="macos", libc="none", floor=floor)
    assert [part.zig for part in triple.slices] == slices
    assert all(part.slices == (part,) for part in triple.slices)
    assert not triple.is_32bit
    assert not triple.is_big_endian
