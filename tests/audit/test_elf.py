"""The ELF reader against pyelftools on real files, and against damaged ones."""

from __future__ import annotations

import contextlib
import struct
import subprocess
import time
from pathlib import Path

import pytest
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection, GNUVerSymSection
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.foreign.cache import cache_root, made_once
from zigwheel.audit.elf import Elf, parse, read_elf
from zigwheel.errors import AuditError
from zigwheel.zig.toolchain import Zig

TRIPLES = (
    "x86_64-linux-gnu.2.17",
    "x86-linux-gnu.2.17",
    "aarch64-linux-gnu.2.17",
    "arm-linux-gnueabihf.2.17",
    "powerpc64le-linux-gnu.2.19",
    "s390x-linux-gnu.2.17",
    "riscv64-linux-gnu.2.27",
    "x86_64-linux-musl",
)

SOURCE = """\
#include <math.h>
#include <stdio.h>
#include <pthread.h>
extern int elsewhere(double);
__attribute__((weak)) extern int perhaps(void);
int shared = 3;
static void *run(void *x) { return x; }
int visible(double x) {
    pthread_t t;
    pthread_create(&t, 0, run, 0);
    printf("%f", exp(x));
    return elsewhere(pow(x, shared)) + (perhaps ? perhaps() : 0);
}
"""


@pytest.fixture(scope="session")
def libraries(zig: Zig) -> dict[str, Path]:
    """A shared library for each triple."""

    def make(folder: Path) -> None:
        (folder / "a.c").write_text(SOURCE)
        for triple in TRIPLES:
            words = ["build-lib", "-dynamic", "-target", triple, "-OReleaseSmall", "-fPIC", "-lc"]
            words += [
                "-fno-compiler-rt",
                "-fno-ubsan-rt",
                "-fallow-shlib-undefined",
                "-fsoname=liba.so.1",
            ]
            words += [
                "-rpath",
                "$ORIGIN/lib",
                "a.c",
                f"-femit-bin={triple}.so",
                "--cache-dir",
                "cache",
            ]
            subprocess.run([zig.executable, *words], cwd=folder, check=True)

    folder = made_once(cache_root() / "elf-1", make)
    return {triple: folder / f"{triple}.so" for triple in TRIPLES}


@pytest.mark.parametrize("triple", TRIPLES)
def test_agreement_with_pyelftools(libraries: dict[str, Path], triple: str) -> None:
    ours = read_elf(libraries[triple])
    assert "elsewhere" in {s.name for s in ours.undefined}
    assert ours.soname == "liba.so.1"
    assert ours.runpaths == ("$ORIGIN/lib",)
    compare(ours, libraries[triple])


SYSTEM = [
    file
    for file in (Path("/usr/bin/env"), *sorted(Path("/usr/lib").glob("*-linux-*/lib[cmz].so.*")))
    if file.is_file() and file.read_bytes()[:4] == b"\x7fELF"
]


@pytest.mark.parametrize("file", SYSTEM or [None], ids=str)
def test_agreement_on_this_systems_files(file: Path | None) -> None:
    if file is None:
        pytest.skip("no ELF file was found on this system")
    compare(read_elf(file), file)


def compare(ours: Elf, file: Path) -> None:
    """Hold what we read against what pyelftools reads."""
    with file.open("rb") as stream:
        elf = ELFFile(stream)
        assert (
            ours.machine
            == struct.unpack_from("<H" if elf.little_endian else ">H", file.read_bytes(), 18)[0]
        )
        compare_loading(ours, elf)
        (dynamic,) = (s for s in elf.iter_sections() if isinstance(s, DynamicSection))
        assert ours.needed == tuple(t.needed for t in dynamic.iter_tags("DT_NEEDED"))
        table = elf.get_section_by_name(".dynsym")
        versions = [s for s in elf.iter_sections() if isinstance(s, GNUVerSymSection)]
        needs = {
            aux["vna_other"]: (aux.name, need.name)
            for section in elf.iter_sections()
            if isinstance(section, GNUVerNeedSection)
            for need, auxes in section.iter_versions()
            for aux in auxes
        }
        theirs = []
        for number, symbol in enumerate(table.iter_symbols()):
            bind = symbol["st_info"]["bind"]
            if bind == "STB_LOCAL":
                continue
            index = versions[0].get_symbol(number)["ndx"] if versions else 0
            if isinstance(index, int):
                index &= 0x7FFF
            theirs.append(
                (
                    symbol.name,
                    symbol["st_shndx"] != "SHN_UNDEF",
                    bind == "STB_WEAK",
                    *needs.get(index, ("", "")),
                )
            )
    assert [(s.name, s.defined, s.weak, s.version, s.library) for s in ours.symbols] == theirs


def compare_loading(ours: Elf, elf: ELFFile) -> None:
    """Hold what we read of the program headers against what pyelftools reads."""
    segments = list(elf.iter_segments())
    stack = [s["p_flags"] for s in segments if s["p_type"] == "PT_GNU_STACK"]
    assert ours.exec_stack == (not stack or any(flags & 1 for flags in stack))
    assert ours.relro == any(s["p_type"] == "PT_GNU_RELRO" for s in segments)
    assert ours.writable_code == any(
        s["p_type"] == "PT_LOAD" and s["p_flags"] & 3 == 3 for s in segments
    )
    (dynamic,) = (s for s in elf.iter_sections() if isinstance(s, DynamicSection))
    tags = {t.entry.d_tag: t.entry.d_val for t in dynamic.iter_tags()}
    flags = tags.get("DT_FLAGS", 0)
    assert ours.textrel == ("DT_TEXTREL" in tags or bool(flags & 4))
    now = "DT_BIND_NOW" in tags or flags & 8 or tags.get("DT_FLAGS_1", 0) & 1
    assert ours.bind_now == bool(now)


def read(data: bytes, folder: Path) -> Elf | None:
    """What is read; None for an `AuditError`. Any other exception fails the test."""
    file = folder / "x.so"
    file.write_bytes(data)
    with contextlib.suppress(AuditError):
        return read_elf(file)
    return None


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@settings(max_examples=300, deadline=2000)
@given(data=st.data())
def test_damaged_files(libraries: dict[str, Path], scratch: Path, data: st.DataObject) -> None:
    file = libraries[data.draw(st.sampled_from(TRIPLES))]
    image = bytearray(file.read_bytes())
    kind = data.draw(st.sampled_from(["cut", "bytes", "headers", "words"]))
    if kind == "cut":
        image = image[: data.draw(st.integers(0, len(image)))]
    else:
        start, stop = section_headers(image) if kind == "headers" else (0, len(image))
        for _ in range(data.draw(st.integers(1, 8))):
            at = data.draw(st.integers(start, stop - 1))
            width = 4 if kind == "words" else data.draw(st.sampled_from([1, 4, 8]))
            image[at : at + width] = data.draw(
                st.one_of(
                    st.sampled_from(
                        [b"\xff" * width, b"\0" * width, b"\x01" + b"\0" * (width - 1)]
                    ),
                    st.binary(min_size=width, max_size=width),
                )
            )
    read(bytes(image), scratch)


def section_headers(image: bytes | bytearray) -> tuple[int, int]:
    """Where the section headers lie."""
    order = "<" if image[5] == 1 else ">"
    start = (
        struct.unpack_from(order + "Q", image, 40)[0]
        if image[4] == 2
        else struct.unpack_from(order + "I", image, 32)[0]
    )
    return start, len(image)


@given(st.binary(max_size=200))
def test_any_bytes(scratch: Path, tail: bytes) -> None:
    read(tail, scratch)
    read(b"\x7fELF" + tail, scratch)


def test_what_is_no_elf_file(tmp_path: Path) -> None:
    (tmp_path / "x.so").write_bytes(b"MZ\x90\x00 and so on")
    with pytest.raises(AuditError, match=r"'x.so' is no readable ELF file: it starts with b'MZ"):
        read_elf(tmp_path / "x.so")


def crafted(sections: list[tuple[int, int, int, int, int]], body: bytes) -> bytes:
    """A 64-bit image: (type, offset, size, link, info) of each section, after `body` at 64."""
    table = b"".join(
        struct.pack("<IIQQQQIIQQ", 0, kind, 0, 0, at, size, link, info, 0, 0)
        for kind, at, size, link, info in sections
    )
    head = (
        b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQ", 3, 62, 1, 0, 0, 64 + len(body))
    )
    head += struct.pack("<IHHHHHH", 0, 64, 56, 0, 64, len(sections), 0)
    return head + body + table


DYNSYM, VERNEED, STRTAB = 11, 0x6FFFFFFE, 3


def bombs() -> dict[str, bytes]:
    """Files that are small, and that ask for a lot."""
    verneed = struct.pack("<HHIII", 1, 0xFFFF, 0, 0, 0)
    symbols = struct.pack("<IBBHQQ", 1, 0x10, 0, 0, 0, 0) * 20_000
    text = b"\0" + b"a" * 400_000 + b"\0"
    size = len(symbols) + len(text)
    return {
        "versions without end": crafted(
            [(VERNEED, 64, 16, 1, 0xFFFFFFFF), (STRTAB, 64, 16, 0, 0), (DYNSYM, 64, 0, 1, 0)],
            verneed,
        ),
        "empty versions without end": crafted(
            [(VERNEED, 64, 16, 1, 0xFFFFFFFF), (STRTAB, 64, 16, 0, 0), (DYNSYM, 64, 0, 1, 0)],
            bytes(16),
        ),
        "one long name for all": crafted(
            [(DYNSYM, 64, len(symbols), 1, 0), (STRTAB, 64 + len(symbols), len(text), 0, 0)],
            symbols + text,
        ),
        "many tables in one place": crafted(
            [(STRTAB, 64, size, 0, 0)] + [(DYNSYM, 64, size, 0, 0)] * 5_000, bytes(size)
        ),
    }


@pytest.mark.parametrize("name", sorted(bombs()))
def test_a_count_is_not_trusted(tmp_path: Path, name: str) -> None:
    started = time.process_time()
    read(bombs()[name], tmp_path)
    assert time.process_time() - started < 3


ARCHES = (
    "x86_64",
    "i686",
    "aarch64",
    "armv7l",
    "ppc64le",
    "s390x",
    "riscv64",
    "x86_64",
)


@pytest.mark.parametrize(("triple", "arch"), list(zip(TRIPLES, ARCHES, strict=True)))
def test_the_machine_in_the_words_of_tags(
    libraries: dict[str, Path], triple: str, arch: str
) -> None:
    assert read_elf(libraries[triple]).arch == arch


def test_a_name_ends_in_its_table() -> None:
    symbol = struct.pack("<IBBHQQ", 1, 0x10, 0, 0, 0, 0)
    good = crafted([(DYNSYM, 64, 24, 1, 0), (STRTAB, 88, 6, 0, 0)], symbol + b"\0name\0")
    assert [s.name for s in parse(good).symbols] == ["name"]
    short = crafted([(DYNSYM, 64, 24, 1, 0), (STRTAB, 88, 4, 0, 0)], symbol + b"\0name\0")
    with pytest.raises(ValueError, match="not found"):
        parse(short)
