"""What the linker took: maps of LLD's, and the command lines that Zig prints."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from tests.zig.plans import artifact
from zigwheel.zig.bundled import bundled
from zigwheel.zig.command import Places
from zigwheel.zig.execute import Run, execute_link, link_line_file
from zigwheel.zig.linked import assumed, files_of, holds_one_of, link_words, words_of

ELF = """\
             VMA              LMA     Size Align Out     In      Symbol
             200              200       78     8 .dynsym
             278              278        a     2         <internal>:(.gnu.version)
        10000390         10000390       38     1         zl/o/69/n.o:(.eh_frame+0x0)
        100013d0         100013d0       34    16         zl/o/69/n.o:(.text)
            13d0             13d0       34     1                 f
            1404             1404        0     4         /z/o/61/libc++.a(/z/o/15/string.o):(.text)
            1410             1410       13    16         /z/o/35/libc_nonshared.a(/z/o/3b/atexit.o):(.text.atexit)
            1430             1430       15    16         /z z/o/35/crt1.o:(.text._start)
            1430             1430       15     1                 operator new(unsigned long)
"""
COFF = """\
Address  Size     Align Out     In      Symbol
00001000 0000cbf6  4096 .text
00001000 00000008    16         C:\\zl\\o\\a4\\a.obj:(.text)
00001000 00000000     0                 f
00001008 00000000     4         C:\\z\\o\\41\\dllcrt2.obj:(.text)
00001010 000001e9    16         C:\\z\\o\\41\\dllcrt2.obj:(.text$_CRT_INIT)
00001384 00000000     4         C:\\z\\o\\09\\dllmain.obj:(.text)
"""


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (ELF, {"<internal>", "zl/o/69/n.o", "/z/o/35/libc_nonshared.a", "/z z/o/35/crt1.o"}),
        (COFF, {"C:\\zl\\o\\a4\\a.obj", "C:\\z\\o\\41\\dllcrt2.obj"}),
        ("", set()),
    ],
)
def test_files_of_a_map(text: str, files: set[str]) -> None:
    assert set(files_of(text)) == files


def test_words_of_a_line_with_blanks_in_folders(tmp_path: Path) -> None:
    out, cache = tmp_path / "my out", tmp_path / "my cache"
    out.mkdir()
    places = Places(
        root=Path("/p"),
        headers=None,
        zig_lib=Path("/zig/lib"),
        out=out,
        local_cache=Path("/cache/zig-local"),
        global_cache=cache,
        version_scripts=Path("/cache/exports"),
    )
    extension = artifact()
    assert link_words(places, extension) == []
    line = f"ld.lld -s -o {out}/a.so zl/a.o {out}/libz.a {cache}/o/1/libc++.a"
    link_line_file(places, extension).write_text(line, encoding="utf-8")
    assert link_words(places, extension) == [
        "ld.lld",
        "-s",
        "-o",
        f"{out}/a.so",
        "zl/a.o",
        f"{out}/libz.a",
        f"{cache}/o/1/libc++.a",
    ]


def test_words_of_a_line_with_blanks_in_the_names_of_files(tmp_path: Path) -> None:
    """Within the project Zig shortens paths; the object of `my own file.c` has blanks in its name."""
    cache = tmp_path / "build dir"
    cache.mkdir()
    (cache / "my own file.o").touch()
    places = Places(
        root=tmp_path,
        headers=None,
        zig_lib=Path("/zig/lib"),
        out=Path("/out"),
        local_cache=cache,
        global_cache=Path("/cache"),
        version_scripts=Path("/my exports"),
    )
    line = "ld.lld --version-script=/my exports/1.map build dir/my own file.o build dir/gone.o -lm"
    assert words_of(line, places) == [
        "ld.lld",
        "--version-script=/my exports/1.map",
        f"build dir{os.sep}my own file.o",
        f"build dir{os.sep}gone.o",
        "-lm",
    ]


@pytest.mark.parametrize(
    ("kind", "cxx", "triple", "names"),
    [
        ("extension", False, "x86_64-linux-gnu.2.17", ["compiler_rt"]),
        (
            "extension",
            True,
            "x86_64-linux-musl",
            ["compiler_rt", "libc++", "libc++abi", "libunwind"],
        ),
        ("executable", False, "x86_64-linux-gnu.2.17", ["compiler_rt", "glibc"]),
        ("executable", False, "x86_64-linux-musl", ["compiler_rt", "musl"]),
        ("extension", False, "x86_64-windows-gnu", ["compiler_rt", "mingw-w64"]),
    ],
)
def test_assumed(kind: str, cxx: bool, triple: str, names: list[str]) -> None:
    offered = assumed(artifact(kind=kind, link_cxx=cxx), triple)
    assert [bundled(file, triple).name for file in offered] == names


def test_members_of_coff_archives(tmp_path: Path) -> None:
    archive = tmp_path / "compiler_rt.lib"
    archive.write_bytes(b"!<arch>\n//  C:\\z\\o\\77\\compiler_rt_zcu.obj\n")
    assert holds_one_of(str(archive), frozenset({"C:\\z\\o\\77\\compiler_rt_zcu.obj"}))
    assert not holds_one_of(str(archive), frozenset({"C:\\z\\o\\09\\dllmain.obj"}))


@pytest.mark.skipif(os.name != "posix", reason="a program of the shell")
def test_what_zig_says_of_its_linker(tmp_path: Path) -> None:
    """The last linker's line is kept, and none of them is shown: an error is, and text that looks alike."""
    program = tmp_path / "zig"
    program.write_text(
        "#!/bin/sh\necho 'ar rcs /z/libc++.a /z/a.o'\necho 'ld.lld -o crt.o'\n"
        "echo 'a.c:1:1: warning: ld.lld is here'\necho 'ld.lld -o a.so /z/libc++.a'\n"
        "echo 'argument unused'\nexit 3\n"
    )
    program.chmod(0o755)
    places = Places(
        root=tmp_path,
        headers=None,
        zig_lib=tmp_path,
        out=tmp_path,
        local_cache=tmp_path,
        global_cache=tmp_path,
        version_scripts=tmp_path,
    )
    run = Run(environ={"PATH": os.defpath}, say=lambda text: None)
    code, said = execute_link([str(program)], artifact(), places, run, threading.Event())
    assert (code, said) == (3, "a.c:1:1: warning: ld.lld is here\nargument unused")
    assert link_words(places, artifact()) == ["ld.lld", "-o", "a.so", "/z/libc++.a"]
