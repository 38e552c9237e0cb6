"""The examples, built for other machines: tags, what the auditing tools say, and real imports."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.utils import parse_wheel_filename

from tests.examples.rig import (
    COMPILED,
    EXTENSIONS,
    FOLDER,
    run,
    tried,
    unpacked,
)
from tests.foreign.python import ForeignPython
from tests.foreign.sysroot import MACHINES

Builder = Callable[..., Path]

PYTHON_TAGS = {
    "stable": "cp310-abi3",
    "zigmath": "cp310-abi3",
    "shout": "py3-none",
    "spans": "cp312-abi3",
}
"""Where it is not `cp313-cp313`."""

PLATFORMS = {
    "aarch64-linux-gnu.2.17": ("manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    "x86_64-linux-musl": ("musllinux_1_2_x86_64",),
}

SUFFIXES = {
    "aarch64-linux-gnu.2.17": ".cpython-313-aarch64-linux-gnu.so",
    "x86_64-linux-musl": ".cpython-313-x86_64-linux-musl.so",
}

LINUX = {
    "x86_64": ("x86_64-linux-gnu", "x86_64-linux-musl"),
    "i686": ("i386-linux-gnu", "i386-linux-musl"),
    "aarch64": ("aarch64-linux-gnu", "aarch64-linux-musl"),
    "armv7l": ("arm-linux-gnueabihf", "arm-linux-musleabihf"),
    "ppc64le": ("powerpc64le-linux-gnu", "powerpc64le-linux-musl"),
    "s390x": ("s390x-linux-gnu", "s390x-linux-musl"),
    "riscv64": ("riscv64-linux-gnu", "riscv64-linux-musl"),
    "loongarch64": ("loongarch64-linux-gnu", "loongarch64-linux-musl"),
}
"""Architectures, and what CPython 3.13 puts between `cpython-313-` and `.so` there."""

FLOORS = {"ppc64le": "2_19", "riscv64": "2_31", "loongarch64": "2_36"}
"""Oldest glibc where it is not 2.17: what Zig allows, and for riscv64 the oldest that auditwheel knows."""


def native_files(wheel: Path) -> list[str]:
    """Names of the compiled files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return [n for n in archive.namelist() if archive.read(n).startswith(b"\x7fELF")]


def tags_inside(wheel: Path) -> list[str]:
    """The tags in the file WHEEL."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/WHEEL"))
        return re.findall(r"(?m)^Tag: (.+)$", archive.read(name).decode())


@pytest.mark.parametrize("target", PLATFORMS)
@pytest.mark.parametrize("name", COMPILED)
def test_tags_and_suffixes(name: str, target: str, built: Builder, for_313: list[str]) -> None:
    wheel = built(name, [f"target={target}", *for_313])
    front = PYTHON_TAGS.get(name, "cp313-cp313")
    expected = {f"{front}-{platform}" for platform in PLATFORMS[target]}
    assert set(map(str, parse_wheel_filename(wheel.name)[3])) == expected
    assert set(tags_inside(wheel)) == expected
    suffix = ".abi3.so" if front.endswith("-abi3") else SUFFIXES[target]
    ends = [Path(file).name.partition(".")[1:] for file in native_files(wheel)]
    wanted = {"sieve": 2, "twins": 2}.get(name, 1)
    assert ["".join(end) for end in ends] == ([suffix] * wanted if name in EXTENSIONS else [""])


@pytest.mark.parametrize("target", PLATFORMS)
def test_tools_agree(
    target: str, built: Builder, for_313: list[str], environ: dict[str, str]
) -> None:
    wheels = {name: built(name, [f"target={target}", *for_313]) for name in COMPILED}
    python = [sys.executable, "-m"]
    run([*python, "check_wheel_contents", *wheels.values()], environ)
    run([*python, "twine", "check", "--strict", *wheels.values()], environ)
    abi3 = [wheels[name] for name, tag in PYTHON_TAGS.items() if tag.endswith("-abi3")]
    run([*python, "abi3audit", "--strict", *abi3], environ)
    for wheel in wheels.values():
        audited(wheel, environ)


def audited(wheel: Path, environ: dict[str, str]) -> None:
    """`auditwheel show` finds nothing in a wheel that its tag does not allow."""
    said = " ".join(run([sys.executable, "-m", "auditwheel", "show", wheel], environ).split())
    found = re.search(r'platform tag: "(many|musl)linux_(\d+)_(\d+)_(\w+)"', said)
    assert found, said
    platforms = sorted({tag.platform for tag in parse_wheel_filename(wheel.name)[3]})
    forms = (re.fullmatch(r"(many|musl)linux_(\d+)_(\d+)_(\w+)", name) for name in platforms)
    (promised,) = (form for form in forms if form)
    assert (found[1], found[4]) == (promised[1], promised[4])
    assert (int(found[2]), int(found[3])) <= (int(promised[2]), int(promised[3])), said
    assert "requires no external shared libraries" in said


@pytest.mark.parametrize("name", EXTENSIONS)
def test_works_on_aarch64(
    name: str,
    built: Builder,
    for_313: list[str],
    foreign: Callable[[str], ForeignPython],
    tmp_path: Path,
) -> None:
    wheel = built(name, ["target=aarch64-linux-gnu.2.17", *for_313])
    exercised(foreign("cp313-manylinux_aarch64"), name, wheel, tmp_path)


def test_numpys_headers_do_on_musl(
    built: Builder, for_313: list[str], foreign: Callable[[str], ForeignPython], tmp_path: Path
) -> None:
    # NumPy's wheel for Windows does not load under Wine: this is the second target where one runs
    wheel = built("rollmean", ["target=x86_64-linux-musl", *for_313])
    exercised(foreign("cp313-musllinux_x86_64"), "rollmean", wheel, tmp_path)


def exercised(python: ForeignPython, name: str, wheel: Path, folder: Path) -> None:
    """The example's own tests pass under another machine's interpreter."""
    assert tried(python, name, wheel, folder) > 2


def test_program_runs_on_aarch64(
    built: Builder, for_313: list[str], foreign: Callable[[str], ForeignPython], tmp_path: Path
) -> None:
    wheel = built("shout", ["target=aarch64-linux-gnu.2.17", *for_313])
    program = unpacked(wheel, tmp_path) / "bin" / "shout"
    # Started by qemu and not by the package: a process under qemu cannot start a foreign program.
    said = run([*foreign("cp313-manylinux_aarch64").prefix, program, "--version"], {"LC_ALL": "C"})
    assert said == "shout 3.1.4\n"


def test_headers_may_be_those_of_an_unpacked_distribution(
    built: Builder, foreign: Callable[[str], ForeignPython], tmp_path: Path
) -> None:
    python = foreign("cp313-manylinux_aarch64")
    settings = ["target=aarch64-linux-gnu.2.17", "python=cp313", f"python-headers={python.include}"]
    exercised(python, "fastsum", built("fastsum", settings), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("arch", LINUX)
def test_every_linux(
    arch: str, built: Builder, for_313: list[str], environ: dict[str, str]
) -> None:
    floor = FLOORS.get(arch, "2_17")
    for platform, middle in zip((f"manylinux_{floor}", "musllinux_1_2"), LINUX[arch], strict=True):
        wheel = built("fastsum", [f"target={platform}_{arch}", *for_313])
        tags = {str(tag) for tag in parse_wheel_filename(wheel.name)[3]}
        assert f"cp313-cp313-{platform}_{arch}" in tags
        assert native_files(wheel) == [f"fastsum/_core.cpython-313-{middle}.so"]
        audited(wheel, environ)


@pytest.mark.slow
@pytest.mark.parametrize("arch", MACHINES)
def test_works_on_every_glibc_linux(
    arch: str,
    built: Builder,
    for_313: list[str],
    foreign: Callable[[str], ForeignPython],
    tmp_path: Path,
) -> None:
    platform = f"manylinux_{FLOORS.get(arch, '2_17')}_{arch}"
    wheel = built("fastsum", [f"target={platform}", *for_313])
    exercised(foreign(f"cp313-manylinux_{arch}"), "fastsum", wheel, tmp_path)


def test_examples_are_complete() -> None:
    for name in COMPILED:
        assert {"pyproject.toml", "README.md", "LICENSE", "src", "tests"} <= {
            file.name for file in (FOLDER / name).iterdir()
        }
