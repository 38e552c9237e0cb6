"""What a linked file is held against."""

from __future__ import annotations

import pytest

from zigwheel.audit.check import check_floor, check_init, check_unresolved, foreign_libraries
from zigwheel.audit.elf import Elf, Symbol
from zigwheel.target.triple import Triple

GLIBC = Triple(arch="x86_64", os="linux", libc="gnu", floor=(2, 17))
MUSL = Triple(arch="x86_64", os="linux", libc="musl", floor=(1, 2))


def symbol(name: str, *, defined: bool = False, weak: bool = False, version: str = "") -> Symbol:
    return Symbol(name=name, defined=defined, weak=weak, version=version, library="")


def elf(*symbols: Symbol, needed: tuple[str, ...] = ("libc.so.6",)) -> Elf:
    return Elf(machine=62, needed=needed, soname="", runpaths=(), symbols=symbols)


def test_an_open_symbol_is_named() -> None:
    file = elf(
        symbol("forgotten"),
        symbol("memcpy", version="GLIBC_2.14"),
        symbol("PyLong_FromLong"),
        symbol("_Py_NoneStruct"),
        symbol("__gmon_start__", weak=True),
        symbol("mine", defined=True),
    )
    error = check_unresolved("pkg/_core.so", file, GLIBC)
    assert error is not None
    assert error.message == (
        "`pkg/_core.so` uses forgotten, which no source defines and no library brings"
    )
    assert check_unresolved("pkg/_core.so", file, MUSL) is None


def test_another_library_may_bring_it() -> None:
    file = elf(symbol("deflate"), needed=("libz.so.1", "libc.so.6"))
    assert foreign_libraries(file) == ("libz.so.1",)
    assert check_unresolved("x", file, GLIBC) is None


@pytest.mark.parametrize(("version", "newer"), [("GLIBC_2.17", False), ("GLIBC_2.28", True)])
def test_the_floor(version: str, newer: bool) -> None:
    error = check_floor("x", elf(symbol("f", version=version)), GLIBC)
    assert (error is not None) == newer
    if error is not None:
        assert 'manylinux = "2_28"' in error.hint


@pytest.mark.parametrize(
    ("module", "shown"),
    [
        ("pkg._core", "PyInit__core"),
        ("pkg._core", "PyModExport__core"),
        ("lančmít", "PyInitU_lanmt_2sa6t"),
    ],
)
def test_the_init_function_is_exported(module: str, shown: str) -> None:
    assert check_init(module, elf(symbol(shown, defined=True))) is None


def test_a_module_without_its_init_function() -> None:
    error = check_init("pkg._core", elf(symbol("PyInit_core", defined=True)))
    assert error is not None
    assert error.message == (
        "`pkg._core` does not export PyInit__core, so Python could not import it"
    )
