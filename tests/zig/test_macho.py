"""Mach-O files after `restrict`, held against what Zig had linked."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.macho import Slice, read
from zigwheel.audit.export_trie import read_trie, read_uleb
from zigwheel.errors import AuditError
from zigwheel.zig.fat import joined
from zigwheel.zig.macho import restrict, restricted
from zigwheel.zig.macho_trie import uleb, write_trie
from zigwheel.zig.toolchain import Zig

TRIPLES = {"x86_64": "x86_64-macos.10.13", "arm64": "aarch64-macos.11.0"}

SOURCE = """\
#include <stdio.h>
extern void *PyModule_Create2(void *, int);
int helper(void) { return puts("x"); }
int pkg_shown(void) { return helper(); }
__attribute__((weak)) int pkg_shared(void) { return 3; }
int (*table[])(void) = {pkg_shared, helper};
void *PyInit_spam(void) { return PyModule_Create2(table, 3); }
"""

Linked = Callable[[str], Path]


@pytest.fixture(scope="session")
def linked(zig: Zig, tmp_path_factory: pytest.TempPathFactory) -> Linked:
    """Links `SOURCE` for an architecture as Zig does it, nothing hidden."""

    def link(arch: str) -> Path:
        folder = tmp_path_factory.mktemp(arch)
        (folder / "spam.c").write_text(SOURCE)
        words = [zig.executable, "build-lib", "-dynamic", "-target", TRIPLES[arch], "-fno-strip"]
        words += ["-OReleaseSmall", "-lc", "-fno-compiler-rt", "-fno-ubsan-rt", "-fPIC"]
        words += ["-fallow-shlib-undefined", "-install_name", "@rpath/libspam.dylib"]
        subprocess.run([*words, "-femit-bin=spam.so", "spam.c"], check=True, cwd=folder)
        return folder / "spam.so"

    files = {arch: link(arch) for arch in TRIPLES}
    return lambda arch: files[arch]


def finished(file: Path, folder: Path, *names: str, strip: bool = True) -> Slice:
    """A copy of `file` that exports `names`."""
    copy = Path(shutil.copy(file, folder))
    restrict(copy, lambda name: name in names, strip=strip)
    (found,) = read(copy).values()
    return found


@pytest.mark.parametrize("arch", TRIPLES)
def test_it_shows_what_is_chosen_and_nothing_else(
    arch: str, linked: Linked, tmp_path: Path
) -> None:
    (before,) = read(linked(arch)).values()
    assert {"_helper", "_pkg_shown", "_pkg_shared"} <= before.exports
    assert before.weakly_bound == {"_pkg_shared"}
    after = finished(linked(arch), tmp_path, "PyInit_spam", "pkg_shared")
    assert after.exports == after.external == after.symbols == {"_PyInit_spam", "_pkg_shared"}
    assert after.weakly_bound == set()
    assert after.needed == before.needed == {"_PyModule_Create2", "_puts", "dyld_stub_binder"}
    assert after.looked_up == {"_PyModule_Create2"}
    assert (after.dylibs, after.install_name) == (before.dylibs, "@rpath/libspam.dylib")
    assert after.signed == (arch == "arm64")


@pytest.mark.parametrize("arch", TRIPLES)
def test_names_are_kept_for_whoever_wants_them(arch: str, linked: Linked, tmp_path: Path) -> None:
    data = linked(arch).read_bytes()
    assert b"spam.o" in data  # the object's place in Zig's cache
    found = finished(linked(arch), tmp_path, "PyInit_spam", strip=False)
    assert {"_helper", "_pkg_shown", "_PyInit_spam"} <= found.symbols
    assert found.external == {"_PyInit_spam"}
    assert b"spam.o" not in (tmp_path / "spam.so").read_bytes()


def test_it_is_the_same_the_second_time(linked: Linked, tmp_path: Path) -> None:
    data = linked("arm64").read_bytes()
    once = restricted(data, lambda name: name == "PyInit_spam", strip=True, identifier="spam.so")
    twice = restricted(once, lambda name: True, strip=True, identifier="spam.so")
    assert once == twice
    other = restricted(data, lambda name: name == "helper", strip=True, identifier="spam.so")
    assert uuid_of(once) != uuid_of(other)


def uuid_of(data: bytes) -> bytes:
    at = data.index(struct.pack("<II", 0x1B, 24))
    return data[at + 8 : at + 24]


def test_slices_are_joined(linked: Linked, tmp_path: Path) -> None:
    fat = tmp_path / "fat.so"
    parts = [linked(arch).read_bytes() for arch in TRIPLES]
    fat.write_bytes(joined(parts))
    assert list(read(fat)) == ["x86_64", "arm64"]
    data = fat.read_bytes()
    for number, part in enumerate(parts):
        offset, size, align = struct.unpack_from(">3I", data, 8 + 20 * number + 8)
        assert offset % (1 << align) == 0
        assert data[offset : offset + size] == part
    with pytest.raises(ValueError, match="one architecture"):
        joined([parts[0], parts[0]])


@pytest.mark.parametrize("data", [b"", b"\x7fELF" + bytes(200), b"\xcf\xfa\xed\xfe" + bytes(60)])
def test_another_file_is_refused(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "spam.so"
    file.write_bytes(data)
    with pytest.raises(AuditError, match=r"'spam\.so' is not linked as Zig links for macOS"):
        restrict(file, lambda name: True, strip=True)
    assert file.read_bytes() == data


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_damaged_file_is_refused_or_read(linked: Linked, data: st.DataObject) -> None:
    whole = bytearray(linked("arm64").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, 1600) | st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    folder = linked("arm64").parent / "damaged"
    folder.mkdir(exist_ok=True)
    (folder / "spam.so").write_bytes(whole)
    try:
        restrict(folder / "spam.so", lambda name: True, strip=False)
    except AuditError:
        return


names = st.binary(min_size=1, max_size=12).filter(lambda name: 0 not in name)
tries = st.dictionaries(names, st.binary(min_size=1, max_size=200), max_size=300)


@given(tries)
def test_a_trie_reads_back(entries: dict[bytes, bytes]) -> None:
    assert read_trie(write_trie(entries)) == entries
    assert write_trie(dict(sorted(entries.items(), reverse=True))) == write_trie(entries)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_trie_or_not(data: bytes) -> None:
    try:
        read_trie(data)
    except (ValueError, IndexError):
        return


@given(st.integers(0, 2**64 - 1))
def test_numbers_read_back(value: int) -> None:
    assert read_uleb(uleb(value) + b"\xff", 0) == (value, len(uleb(value)))
