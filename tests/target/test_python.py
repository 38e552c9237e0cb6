"""The target's Python: names, versions, file suffixes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.errors import TargetError
from zigwheel.target.python import (
    PythonTarget,
    parse_python,
    pypy,
    require_platform,
    suffix,
)
from zigwheel.target.triple import ARCHITECTURES, Libc, Triple

SUPPORTED = "CPython 3.9 to 3.15, free-threaded from 3.13t; PyPy 3.9 to 3.11 on Linux with glibc"

cpythons = st.one_of(
    st.builds(lambda minor: PythonTarget(version=(3, minor)), st.integers(9, 15)),
    st.builds(
        lambda minor: PythonTarget(version=(3, minor), free_threaded=True), st.integers(13, 15)
    ),
)
pypys = st.builds(
    lambda minor, abi: pypy((3, minor), abi),
    st.integers(9, 11),
    st.sampled_from(["", "pp73", "pp80"]),
)
pythons = st.one_of(cpythons, pypys)


def linux(arch: str, libc: Libc) -> Triple:
    floor = (1, 2) if libc == "musl" else ARCHITECTURES[arch].glibc_minimum
    return Triple(arch=arch, os="linux", libc=libc, floor=floor)


def test_names() -> None:
    plain = PythonTarget(version=(3, 9))
    free = PythonTarget(version=(3, 13), free_threaded=True)
    assert (plain.tag, plain.abi, plain.minor) == ("cp39", "cp39", 9)
    assert (free.tag, free.abi, free.minor) == ("cp313", "cp313t", 13)
    assert (plain.version_text, plain.include_name, str(plain)) == ("3.9", "python3.9", "3.9")
    assert (free.version_text, free.include_name, str(free)) == ("3.13", "python3.13t", "3.13t")
    other = pypy((3, 11), "pp73")
    assert (other.tag, other.abi, other.name) == ("pp311", "pypy311_pp73", "pp311")
    assert (other.version_text, other.include_name, str(other)) == ("3.11", "pypy3.11", "pypy3.11")
    assert [p.title for p in (plain, free, other)] == [
        "CPython 3.9",
        "CPython 3.13t",
        "PyPy 3.11 (pp73)",
    ]


@pytest.mark.parametrize(
    ("text", "version", "free_threaded"),
    [
        ("cp39", (3, 9), False),
        ("cp313", (3, 13), False),
        ("3.13", (3, 13), False),
        (" 3.15t ", (3, 15), True),
        ("cp313t", (3, 13), True),
        ("cp313-cp313", (3, 13), False),
        ("cp313-cp313t", (3, 13), True),
    ],
)
def test_parse(text: str, version: tuple[int, int], free_threaded: bool) -> None:
    assert parse_python(text) == PythonTarget(version=version, free_threaded=free_threaded)


@pytest.mark.parametrize(
    ("text", "version", "abi"),
    [
        ("pp311", (3, 11), "pp80"),
        ("pypy3.11", (3, 11), "pp80"),
        ("pypy-3.11", (3, 11), "pp80"),
        ("pypy311_pp73", (3, 11), "pp73"),
        ("pp311-pypy311_pp73", (3, 11), "pp73"),
        ("pp311-pypy311_pp80", (3, 11), "pp80"),
        ("pp310", (3, 10), "pp73"),
        ("pp39", (3, 9), "pp73"),
    ],
)
def test_parse_pypy(text: str, version: tuple[int, int], abi: str) -> None:
    assert parse_python(text) == PythonTarget(version=version, implementation="pypy", pypy_abi=abi)
    assert parse_python(text) == pypy(version, abi)


@given(pythons)
def test_every_name_parses_back(python: PythonTarget) -> None:
    for text in (python.abi, f"{python.tag}-{python.abi}"):
        assert parse_python(text) == python
    for text in (python.name, str(python)):  # which don't tell PyPy's ABI
        assert parse_python(text).name == python.name


@given(st.text(max_size=12))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        python = parse_python(text)
    except TargetError:
        return
    names = {python.name, python.abi, str(python), f"{python.tag}-{python.abi}"}
    assert text.strip().replace("pypy-", "pypy") in names


WRITE = f"write a tag such as `cp313` or a version such as `3.13`: {SUPPORTED}"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "python `` names no Python", WRITE),
        ("313", "python `313` names no Python", WRITE),
        ("3.13.1", "python `3.13.1` names no Python", WRITE),
        ("cp313-cp312", "python `cp313-cp312` names no Python", WRITE),
        ("cp313t-cp313t", "python `cp313t-cp313t` names no Python", WRITE),
        ("cp313-abi3", "python `cp313-abi3` names no Python", WRITE),
        ("cp３13", "python `cp３13` names no Python", WRITE),
        (
            "cp38",
            "python `cp38`: CPython 3.8 is not supported",
            f"supported are {SUPPORTED}",
        ),
        (
            "3.12t",
            "python `3.12t`: CPython 3.12t is not supported",
            f"supported are {SUPPORTED}",
        ),
        (
            "cp316",
            "python `cp316`: CPython 3.16 is not supported",
            f"supported are {SUPPORTED}",
        ),
        ("pp38", "python `pp38`: PyPy 3.8 (pp73) is not supported", f"supported are {SUPPORTED}"),
        (
            "pypy3.12",
            "python `pypy3.12`: PyPy 3.12 (pp73) is not supported",
            f"supported are {SUPPORTED}",
        ),
        ("pp311t", "python `pp311t` names no Python", WRITE),
        ("pp311-pypy310_pp73", "python `pp311-pypy310_pp73` names no Python", WRITE),
        ("pp311-pypy311", "python `pp311-pypy311` names no Python", WRITE),
        (
            "graalpy311",
            "python `graalpy311`: GraalPy is not supported, only CPython and PyPy are",
            (
                "zigwheel has no facts about GraalPy's headers and file suffixes; "
                f"name a CPython, such as `cp313`: {SUPPORTED}"
            ),
        ),
    ],
)
def test_refused(text: str, message: str, hint: str) -> None:
    with pytest.raises(TargetError) as raised:
        parse_python(text)
    assert str(raised.value) == f"{message}\n  hint: {hint}"


MACOS = Triple(arch="aarch64", os="macos", libc="none", floor=(11, 0))


@pytest.mark.parametrize(
    ("triple", "system", "missing"),
    [
        (
            Triple(arch="x86_64", os="windows", libc="gnu"),
            "Windows",
            "its headers and its import library come with PyPy for Windows alone",
        ),
        (MACOS, "macOS", "its headers come with PyPy for macOS alone"),
        (
            linux("x86_64", "musl"),
            "musl",
            "there is no release of it whose headers and file names are known",
        ),
    ],
)
def test_pypy_refused(triple: Triple, system: str, missing: str) -> None:
    with pytest.raises(TargetError) as raised:
        require_platform(parse_python("pp311"), triple, place="target `x`")
    assert str(raised.value) == (
        f"target `x`: PyPy is not supported on {system}: {missing}\n"
        "  hint: name a CPython, such as `cp313`, or a glibc target, such as "
        f"`pp311-manylinux_{triple.arch}`"
    )
    require_platform(parse_python("pp311"), linux("x86_64", "gnu"), place="target `x`")
    require_platform(parse_python("3.13"), triple, place="target `x`")


@pytest.mark.parametrize(
    ("python", "triple", "name", "stable"),
    [
        ("3.9", linux("x86_64", "gnu"), ".cpython-39-x86_64-linux-gnu.so", ".abi3.so"),
        ("3.13", linux("i686", "gnu"), ".cpython-313-i386-linux-gnu.so", ".abi3.so"),
        ("3.13t", linux("aarch64", "gnu"), ".cpython-313t-aarch64-linux-gnu.so", ".abi3.so"),
        ("3.13", linux("armv7l", "gnu"), ".cpython-313-arm-linux-gnueabihf.so", ".abi3.so"),
        ("3.13", linux("ppc64le", "gnu"), ".cpython-313-powerpc64le-linux-gnu.so", ".abi3.so"),
        ("3.11", linux("x86_64", "musl"), ".cpython-311-x86_64-linux-musl.so", ".abi3.so"),
        ("3.13", linux("armv7l", "musl"), ".cpython-313-arm-linux-musleabihf.so", ".abi3.so"),
        ("3.13", linux("i686", "musl"), ".cpython-313-i386-linux-musl.so", ".abi3.so"),
        # Here CPythons differ in what they call themselves.
        ("3.10", linux("x86_64", "musl"), ".so", ".abi3.so"),
        ("3.9", linux("aarch64", "musl"), ".so", ".abi3.so"),
        ("3.11", linux("loongarch64", "gnu"), ".so", ".abi3.so"),
        ("3.12", linux("loongarch64", "gnu"), ".cpython-312-loongarch64-linux-gnu.so", ".abi3.so"),
        ("3.13", MACOS, ".cpython-313-darwin.so", ".abi3.so"),
        ("3.14t", MACOS, ".cpython-314t-darwin.so", ".abi3.so"),
        ("3.13", Triple(arch="x86_64", os="windows", libc="gnu"), ".cp313-win_amd64.pyd", ".pyd"),
        ("3.13", Triple(arch="i686", os="windows", libc="gnu"), ".cp313-win32.pyd", ".pyd"),
        (
            "3.14t",
            Triple(arch="aarch64", os="windows", libc="gnu"),
            ".cp314t-win_arm64.pyd",
            ".pyd",
        ),
    ],
)
def test_suffix(python: str, triple: Triple, name: str, stable: str) -> None:
    target = parse_python(python)
    assert suffix(target, triple, stable_abi="") == name
    assert suffix(target, triple, stable_abi="abi3") == stable
    assert suffix(target, triple, stable_abi="abi3t") == stable.replace("abi3", "abi3t")


@pytest.mark.parametrize(
    ("python", "triple", "name"),
    [
        # what Debian's PyPy 7.3.19 and 8.0.1 say of themselves
        ("pypy311_pp73", linux("x86_64", "gnu"), ".pypy311-pp73-x86_64-linux-gnu.so"),
        ("pypy311_pp80", linux("x86_64", "gnu"), ".pypy311-pp80-x86_64-linux-gnu.so"),
        ("pp39", linux("aarch64", "gnu"), ".pypy39-pp73-aarch64-linux-gnu.so"),
    ],
)
def test_pypy_suffix(python: str, triple: Triple, name: str) -> None:
    assert suffix(parse_python(python), triple, stable_abi="") == name
