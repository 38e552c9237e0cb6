"""The target's Python: names, versions, file suffixes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.errors import TargetError
from zigwheel.target.python import (
    PythonTarget,
    limited_api_macro,
    parse_py_api,
    parse_python,
    suffix,
    uses_limited_api,
)
from zigwheel.target.triple import ARCHITECTURES, Libc, Triple

SUPPORTED = "CPython 3.9 to 3.15, free-threaded from 3.13t"

pythons = st.one_of(
    st.builds(lambda minor: PythonTarget(version=(3, minor)), st.integers(9, 15)),
    st.builds(
        lambda minor: PythonTarget(version=(3, minor), free_threaded=True), st.integers(13, 15)
    ),
)


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


@given(pythons)
def test_every_name_parses_back(python: PythonTarget) -> None:
    for text in (python.abi, str(python), f"{python.tag}-{python.abi}"):
        assert parse_python(text) == python


@given(st.text(max_size=12))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        python = parse_python(text)
    except TargetError:
        return
    assert text.strip() in {python.abi, str(python), f"{python.tag}-{python.abi}"}


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
        (
            "pp310",
            "python `pp310`: PyPy is not supported, only CPython is",
            (
                "zigwheel has no facts about PyPy's headers and file suffixes; "
                f"name a CPython, such as `cp313`: {SUPPORTED}"
            ),
        ),
        (
            "graalpy311",
            "python `graalpy311`: GraalPy is not supported, only CPython is",
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


@pytest.mark.parametrize(
    ("text", "minimum", "macro"),
    [
        ("cp32", (3, 2), "0x03020000"),
        ("cp39", (3, 9), "0x03090000"),
        ("cp310", (3, 10), "0x030A0000"),
        ("cp315", (3, 15), "0x030F0000"),
    ],
)
def test_py_api(text: str, minimum: tuple[int, int], macro: str) -> None:
    assert parse_py_api(text) == minimum
    assert limited_api_macro(minimum) == macro


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "cp315t",
            (
                "py-api `cp315t`: the stable ABI of free-threaded Pythons (`abi3t`) is not supported "
                "yet by this version\n"
                "  hint: write `cp315`; free-threaded Pythons then get wheels of their own"
            ),
        ),
        (
            "3.10",
            (
                "py-api `3.10` names no version of the stable ABI\n"
                "  hint: write the oldest CPython to support, from `cp32` to `cp315`"
            ),
        ),
        (
            "cp31",
            (
                "py-api `cp31` names no version of the stable ABI\n"
                "  hint: write the oldest CPython to support, from `cp32` to `cp315`"
            ),
        ),
        (
            "cp316",
            (
                "py-api `cp316` names no version of the stable ABI\n"
                "  hint: write the oldest CPython to support, from `cp32` to `cp315`"
            ),
        ),
    ],
)
def test_py_api_refused(text: str, message: str) -> None:
    with pytest.raises(TargetError) as raised:
        parse_py_api(text)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("python", "minimum", "uses"),
    [
        ("3.9", (3, 10), False),
        ("3.10", (3, 10), True),
        ("3.15", (3, 10), True),
        ("3.14t", (3, 10), False),
    ],
)
def test_uses_limited_api(python: str, minimum: tuple[int, int], uses: bool) -> None:
    assert uses_limited_api(parse_python(python), minimum) is uses


MACOS = Triple(arch="aarch64", os="macos", libc="none", floor=(11, 0))


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
    assert suffix(target, triple, limited_api=False) == name
    assert suffix(target, triple, limited_api=True) == stable
