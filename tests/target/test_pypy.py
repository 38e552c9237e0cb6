"""PyPy's headers: taken as they are, and only for machines of the same kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.target.machines import write_pypy_headers
from tests.target.test_python import linux
from zigwheel.errors import HeadersError
from zigwheel.target.installation import HeaderSource, read_headers
from zigwheel.target.pypy import own_pyconfig


def pypy(folder: Path, *, pointer: int = 8) -> HeaderSource:
    source = read_headers(write_pypy_headers(folder, "3.11.11", pointer=pointer), "test")
    assert source is not None
    return source


@pytest.mark.parametrize(("arch", "pointer"), [("x86_64", 8), ("s390x", 8), ("armv7l", 4)])
def test_its_own_pyconfig(tmp_path: Path, arch: str, pointer: int) -> None:
    source = pypy(tmp_path, pointer=pointer)
    assert own_pyconfig(source, linux(arch, "gnu")) == "#define WITHOUT_COMPLEX\n"


@pytest.mark.parametrize(
    ("arch", "pointer", "says"),
    [
        ("i686", 8, "these headers are of a PyPy with pointers of 64 bits, but i686 has 32"),
        ("aarch64", 4, "these headers are of a PyPy with pointers of 32 bits, but aarch64 has 64"),
    ],
)
def test_another_size(tmp_path: Path, arch: str, pointer: int, says: str) -> None:
    with pytest.raises(HeadersError) as raised:
        own_pyconfig(pypy(tmp_path, pointer=pointer), linux(arch, "gnu"))
    assert raised.value.message == f"{tmp_path}: {says}"
    assert "-C python-headers=PATH" in raised.value.hint


def test_not_whole(tmp_path: Path) -> None:
    source = pypy(tmp_path)
    (tmp_path / "pypy_macros.h").unlink()
    with pytest.raises(HeadersError) as raised:
        own_pyconfig(source, linux("x86_64", "gnu"))
    assert "pypy_macros.h: the headers of PyPy 3.11 are not whole" in raised.value.message
