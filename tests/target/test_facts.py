"""What is known of each target, held against other tables and against a real `configure`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from zigwheel.target.facts import facts_of, read_table, with_large_files
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
    defined = dict(re.findall(r"^#define (\w+) (.+)$", text, re.MULTILINE))
    facts = with_large_files(facts_of(triple), text)
    defined.pop(
        "HAVE_LIBSOCKET", ""
    )  # CPython's word for Winsock, which is no library of this name
    names = [n for n in defined if n in facts and n.startswith(("HAVE_", "SIZEOF_", "WORDS_"))]
    assert len(names) > {"linux": 370, "macos": 310, "windows": 40}[triple.os]
    assert {n: facts[n] for n in names} == {n: defined[n] for n in names}


TRUTH = json.loads(Path(__file__).with_name("configure_truth.json").read_text(encoding="utf-8"))
"""What `configure` found with gcc on Debian 12 for x86-64; `scripts/configure_truth.py` writes it."""

OTHERWISE: Mapping[str, str] = {
    **dict.fromkeys(
        ("HAVE_BSWAP_16", "HAVE_BSWAP_32", "HAVE_BSWAP_64", "HAVE_BYTESWAP_H"),
        "xz asks for it only where the compiler has no builtin",
    ),
    **dict.fromkeys(
        ("HAVE_FUTIMES", "HAVE_FUTIMESAT", "HAVE_UTIME", "HAVE_UTIMES"),
        "xz asks for it only where there is no futimens",
    ),
    **dict.fromkeys(
        ("_ALL_SOURCE", "_DARWIN_C_SOURCE", "HAVE_ICONV", "HAVE_ERR_H", "SIZEOF_LONG_LONG"),
        "in the template, but not asked for",
    ),
    **dict.fromkeys(("HAVE_SPAWN_H", "HAVE_SYS_MMAN_H"), "libgcrypt asks for it on other systems"),
    "HAVE_LIBRT": "asked for only where the C library has no clock_gettime",
    "HAVE_MEMRCHR": "curl asks without _GNU_SOURCE, so that it is not declared",
    "HAVE_INET_NET_PTON": "it is in libresolv, which Zig links by itself",
    "HAVE_TERMIO_H": "Zig's glibc headers lack it",
}
"""Where the table differs from a `configure`, and why."""


@pytest.mark.parametrize("library", TRUTH)
def test_configure_finds_the_same(library: str) -> None:
    facts = facts_of(Triple(arch="x86_64", os="linux", libc="gnu", floor=(2, 36)))
    found = TRUTH[library]
    assert len(found) > 70
    differ = {n: (value, facts[n]) for n, value in found.items() if facts[n] != value}
    assert {n: two for n, two in differ.items() if n not in OTHERWISE} == {}


def test_off_t_is_wide_where_the_header_makes_it_so() -> None:
    facts = facts_of(Triple(arch="armv7l", os="linux", libc="gnu", floor=(2, 17)))
    assert facts["SIZEOF_OFF_T"] == "4"
    assert with_large_files(facts, "#undef _FILE_OFFSET_BITS\n")["SIZEOF_OFF_T"] == "8"
    assert with_large_files(facts, "#undef SIZEOF_OFF_T\n")["SIZEOF_OFF_T"] == "4"
