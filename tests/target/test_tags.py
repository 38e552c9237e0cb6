"""Wheel tags, held against `packaging`, which pip uses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.tags import cpython_tags, generic_tags, parse_tag

from tests.target.test_python import cpythons, pypys, pythons
from zigwheel.target.model import Target
from zigwheel.target.python import PythonTarget, parse_python
from zigwheel.target.stable import stable_abi
from zigwheel.target.tags import WheelKind, WheelTag, identifier, platform_tags, wheel_tag
from zigwheel.target.triple import ARCHITECTURES, MACOS_MINIMUM, WINDOWS_TAGS, Triple


def glibc(arch: str, floor: tuple[int, int]) -> Triple:
    return Triple(arch=arch, os="linux", libc="gnu", floor=floor)


linux_triples = st.sampled_from(sorted(ARCHITECTURES)).flatmap(
    lambda arch: st.one_of(
        st.integers(ARCHITECTURES[arch].glibc_minimum[1], 60).map(
            lambda minor: glibc(arch, (2, minor))
        ),
        st.integers(2, 5).map(
            lambda minor: Triple(arch=arch, os="linux", libc="musl", floor=(1, minor))
        ),
    )
)
macos_triples = st.builds(
    lambda arch, major: Triple(arch=arch, os="macos", libc="none", floor=(major, 0)),
    st.sampled_from(sorted(MACOS_MINIMUM)),
    st.integers(11, 30),
)
windows_triples = st.sampled_from(sorted(WINDOWS_TAGS)).map(
    lambda arch: Triple(arch=arch, os="windows", libc="gnu")
)
pypy_targets = st.builds(
    lambda triple, python: Target(triple=triple, python=python),
    linux_triples.filter(lambda triple: triple.libc == "gnu"),
    pypys,
)
linux_targets = st.one_of(
    st.builds(lambda triple, python: Target(triple=triple, python=python), linux_triples, cpythons),
    pypy_targets,
)
targets = st.one_of(
    st.builds(
        lambda triple, python: Target(triple=triple, python=python),
        st.one_of(linux_triples, macos_triples, windows_triples),
        cpythons,
    ),
    pypy_targets,
)


@pytest.mark.parametrize(
    ("triple", "tags"),
    [
        (glibc("x86_64", (2, 5)), ("manylinux1_x86_64", "manylinux_2_5_x86_64")),
        (glibc("i686", (2, 12)), ("manylinux2010_i686", "manylinux_2_12_i686")),
        (glibc("x86_64", (2, 17)), ("manylinux2014_x86_64", "manylinux_2_17_x86_64")),
        (glibc("aarch64", (2, 17)), ("manylinux2014_aarch64", "manylinux_2_17_aarch64")),
        (glibc("armv7l", (2, 17)), ("manylinux2014_armv7l", "manylinux_2_17_armv7l")),
        (glibc("s390x", (2, 17)), ("manylinux2014_s390x", "manylinux_2_17_s390x")),
        (glibc("ppc64le", (2, 19)), ("manylinux_2_19_ppc64le",)),
        (glibc("riscv64", (2, 27)), ("manylinux_2_27_riscv64",)),
        (glibc("x86_64", (2, 28)), ("manylinux_2_28_x86_64",)),
        (
            Triple(arch="x86_64", os="linux", libc="musl", floor=(1, 2)),
            ("musllinux_1_2_x86_64",),
        ),
        (
            Triple(arch="aarch64", os="macos", libc="none", floor=(11, 0)),
            ("macosx_11_0_arm64",),
        ),
        (
            Triple(arch="x86_64", os="macos", libc="none", floor=(10, 13)),
            ("macosx_10_13_x86_64",),
        ),
        (
            Triple(arch="aarch64", os="macos", libc="none", floor=(12, 3)),
            ("macosx_13_0_arm64",),
        ),
        (
            Triple(arch="universal2", os="macos", libc="none", floor=(10, 13)),
            ("macosx_10_13_universal2",),
        ),
        (Triple(arch="x86_64", os="windows", libc="gnu"), ("win_amd64",)),
        (Triple(arch="i686", os="windows", libc="gnu"), ("win32",)),
        (Triple(arch="aarch64", os="windows", libc="gnu"), ("win_arm64",)),
    ],
)
def test_platform_tags(triple: Triple, tags: tuple[str, ...]) -> None:
    assert platform_tags(triple) == tags


def test_no_tag_without_a_floor() -> None:
    with pytest.raises(ValueError, match="x86_64-linux-gnu: a platform tag needs a floor"):
        platform_tags(Triple(arch="x86_64", os="linux", libc="gnu"))


X86 = glibc("x86_64", (2, 28))


@pytest.mark.parametrize(
    ("kind", "python", "py_api", "part"),
    [
        ("pure", "3.13", "", "py3-none-any"),
        ("pure", "3.13", "cp310", "py3-none-any"),
        ("platform", "3.13", "", "py3-none-manylinux_2_28_x86_64"),
        ("extension", "3.13", "", "cp313-cp313-manylinux_2_28_x86_64"),
        ("extension", "3.13t", "", "cp313-cp313t-manylinux_2_28_x86_64"),
        ("extension", "pp311", "", "pp311-pypy311_pp80-manylinux_2_28_x86_64"),
        ("extension", "pp311", "cp310", "pp311-pypy311_pp80-manylinux_2_28_x86_64"),
        ("extension", "3.10", "cp310", "cp310-abi3-manylinux_2_28_x86_64"),
        ("extension", "3.13", "cp310", "cp310-abi3-manylinux_2_28_x86_64"),
        ("extension", "3.9", "cp310", "cp39-cp39-manylinux_2_28_x86_64"),
        ("extension", "3.13t", "cp310", "cp313-cp313t-manylinux_2_28_x86_64"),
        ("extension", "3.15t", "cp310", "cp315-cp315t-manylinux_2_28_x86_64"),
        ("extension", "3.15t", "cp315t", "cp315-abi3.abi3t-manylinux_2_28_x86_64"),
        ("extension", "3.15", "cp315t", "cp315-abi3.abi3t-manylinux_2_28_x86_64"),
        ("extension", "3.14t", "cp315t", "cp314-cp314t-manylinux_2_28_x86_64"),
        ("extension", "3.14", "cp315t", "cp314-cp314-manylinux_2_28_x86_64"),
        ("extension", "3.15", "cp310.cp315t", "cp310-abi3-manylinux_2_28_x86_64"),
        ("extension", "3.15t", "cp310.cp315t", "cp315-abi3.abi3t-manylinux_2_28_x86_64"),
        ("extension", "3.15", "cp315.cp315t", "cp315-abi3.abi3t-manylinux_2_28_x86_64"),
    ],
)
def test_wheel_tag(kind: WheelKind, python: str, py_api: str, part: str) -> None:
    target = Target(triple=X86, python=parse_python(python))
    stable = stable_abi(target.python, py_api)
    assert wheel_tag(target, kind=kind, stable=stable).filename_part == part


def test_pure_needs_no_target() -> None:
    tag = wheel_tag(None, kind="pure")
    assert tag == WheelTag(python="py3", abi="none", platforms=("any",))
    assert tag.expanded == ("py3-none-any",)
    with pytest.raises(ValueError, match="a platform wheel needs a target"):
        wheel_tag(None, kind="platform")


def test_expanded() -> None:
    target = Target(triple=glibc("x86_64", (2, 17)), python=parse_python("3.13"))
    tag = wheel_tag(target, kind="extension")
    assert tag.filename_part == "cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64"
    assert tag.expanded == (
        "cp313-cp313-manylinux2014_x86_64",
        "cp313-cp313-manylinux_2_17_x86_64",
    )


py_apis = st.sampled_from(["", "cp311", "cp315t", "cp39.cp315t"])


@given(targets, st.sampled_from(["pure", "platform", "extension"]), py_apis)
def test_packaging_reads_the_same_set(target: Target, kind: WheelKind, py_api: str) -> None:
    tag = wheel_tag(target, kind=kind, stable=stable_abi(target.python, py_api))
    assert {str(one) for one in parse_tag(tag.filename_part)} == set(tag.expanded)
    assert list(tag.expanded) == sorted(tag.expanded)


@given(pythons, py_apis)
def test_the_target_loads_its_wheel_as_packaging_says(python: PythonTarget, py_api: str) -> None:
    tag = wheel_tag(
        Target(triple=X86, python=python), kind="extension", stable=stable_abi(python, py_api)
    )
    platforms = list(tag.platforms)
    if python.is_pypy:
        known = generic_tags(python.tag, [python.abi], platforms)
    else:
        known = cpython_tags(python.version, [python.abi], platforms)
    assert set(map(str, known)) & set(tag.expanded)


@pytest.mark.parametrize(
    ("triple", "python", "name"),
    [
        (X86, "3.13", "cp313-manylinux_x86_64"),
        (
            Triple(arch="armv7l", os="linux", libc="musl", floor=(1, 2)),
            "3.13t",
            "cp313t-musllinux_armv7l",
        ),
        (
            Triple(arch="aarch64", os="macos", libc="none", floor=(11, 0)),
            "3.9",
            "cp39-macosx_arm64",
        ),
        (Triple(arch="i686", os="windows", libc="gnu"), "3.13", "cp313-win32"),
        (X86, "pypy3.11", "pp311-manylinux_x86_64"),
    ],
)
def test_identifier(triple: Triple, python: str, name: str) -> None:
    assert identifier(Target(triple=triple, python=parse_python(python))) == name
