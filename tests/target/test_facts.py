"""What is known of each target, held against other tables and against a real `configure`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zigwheel.target.facts import facts_of, read_table
from zigwheel.target.pyconfig import render
from zigwheel.target.triple import ARCHITECTURES, Triple

TRIPLES = [
    *(Triple(arch=a, os="linux", libc="gnu", floor=(2, 36)) for a in ARCHITECTURES),
    *(Triple(arch=a, os="linux", libc="musl", floor=(1, 2)) for a in ARCHITECTURES),
    Triple(arch="x86_64", os="macos", libc="none", floor=(10, 13)),
    Triple(arch="aarch64", os="macos", libc="none", floor=(11, 0)),
    *(Triple(arch=a, os="windows", libc="gnu") for a in ("x86_64", "i686", "aarch64")),
]


@pytest.mark.parametrize("triple", TRIPLES, ids=lambda t: t.zig)
def test_sizes_and_order_are_those_of_the_target(triple: Triple) -> None:
    facts = facts_of(triple)
    pointer = "4" if triple.is_32bit else "8"
    assert facts["SIZEOF_VOID_P"] == facts["SIZEOF_SIZE_T"] == pointer
    assert facts["SIZEOF_LONG"] == ("4" if triple.os == "windows" else pointer)
    assert facts["SIZEOF_WCHAR_T"] == ("2" if triple.os == "windows" else "4")
    assert facts["WORDS_BIGENDIAN"] == ("1" if triple.is_big_endian else None)
    assert facts["HAVE_STDINT_H"] == facts["HAVE_MEMCPY"] == facts["STDC_HEADERS"] == "1"


GETRANDOM = [
    ("linux", "gnu", (2, 17), None),
    ("linux", "gnu", (2, 25), "1"),
    ("linux", "musl", (1, 2), "1"),
    ("macos", "none", (11, 0), None),
    ("windows", "gnu", None, None),
]


@pytest.mark.parametrize(("os", "libc", "floor", "expected"), GETRANDOM)
def test_a_function_is_there_from_its_version_on(
    os: str, libc: str, floor: tuple[int, int] | None, expected: str | None
) -> None:
    triple = Triple(arch="x86_64", os=os, libc=libc, floor=floor)  # type: ignore[arg-type]
    facts = facts_of(triple)
    assert facts["HAVE_GETRANDOM"] == expected
    assert facts["HAVE_DECL_GETRANDOM"] == (expected or "0")


def test_what_came_later_is_not_claimed() -> None:
    old = facts_of(Triple(arch="x86_64", os="linux", libc="gnu", floor=(2, 17)))
    new = facts_of(Triple(arch="x86_64", os="linux", libc="gnu", floor=(2, 39)))
    for name in ("COPY_FILE_RANGE", "STRLCPY", "MEMFD_CREATE", "THREADS_H", "SYS_RANDOM_H"):
        assert (old[f"HAVE_{name}"], new[f"HAVE_{name}"]) == (None, "1"), name
    assert old["HAVE_FSTATAT"] == "1"
    mac = [Triple(arch="x86_64", os="macos", libc="none", floor=f) for f in ((10, 13), (11, 0))]
    assert [facts_of(one)["HAVE_PREADV"] for one in mac] == [None, "1"]


def test_every_row_has_a_name_that_is_listed() -> None:
    table = read_table()
    known = set(table["names"].split())
    for system in ("linux", "macos", "windows"):
        for _, _, names in table[system]:
            assert set(names.split()) <= known


OTHERWISE = Path(__file__).with_name("facts_and_pyconfig.json")
"""Where the table and CPython's `pyconfig.h` differ, by operating system, and why."""


@pytest.mark.parametrize("triple", TRIPLES, ids=lambda t: t.zig)
def test_cpython_finds_the_same(triple: Triple) -> None:
    text = render(
        arch=triple.arch,
        os=triple.os,
        libc=triple.libc,
        libc_floor=triple.floor,
        version=(3, 14),
        free_threaded=False,
    )
    known = json.loads(OTHERWISE.read_text(encoding="utf-8"))[triple.os]
    defined = dict(
        line.split(" ", 2)[1:]
        for line in text.splitlines()
        if line.count(" ") > 1 and line.startswith("#define")
    )
    facts = facts_of(triple)
    names = [n for n in defined if n in facts and n.startswith(("HAVE_", "SIZEOF_", "WORDS_"))]
    assert len(names) > (100 if triple.os == "windows" else 250) or triple.os == "windows"
    odd = {n: (defined[n], facts[n]) for n in names if defined[n] != facts[n] and n not in known}
    assert not odd
