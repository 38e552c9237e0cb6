"""Command lines of compilers, read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.convert.inside.words import is_probe, read_command


def test_a_compilation_on_unix(tmp_path: Path) -> None:
    words = "gcc -g -O3 -fPIC -Iinc -I inc2 -DA -DB=1 -UC -isystem sys -c src/a.c -o o/a.o -O3 -arch arm64"
    job = read_command(words.split(), str(tmp_path), base=["-g", "-O3", "-fPIC"])
    assert (job.kind, job.sources, job.output) == ("compile", ["src/a.c"], "o/a.o")
    assert job.include_dirs == ["inc", "inc2", "sys"]
    assert (job.macros, job.undef_macros) == ([("A", None), ("B", "1")], ["C"])
    assert job.args == ["-O3", "-arch", "arm64"], "the project's own `-O3` stays"


def test_a_link_on_unix(tmp_path: Path) -> None:
    words = (
        "g++ -shared a.o libx.a -Llib -Wl,-rpath,/opt/lib -Wl,--enable-new-dtags,-rpath,$ORIGIN "
    )
    words += "-lm -o m.so -Wl,-z,now"
    job = read_command(words.split(), str(tmp_path))
    assert (job.kind, job.objects, job.output) == ("link", ["a.o", "libx.a"], "m.so")
    assert job.shared
    assert (job.library_dirs, job.libraries) == (["lib"], ["m"])
    assert job.rpaths == ["/opt/lib", "$ORIGIN"]
    assert job.args == ["-Wl,-z,now"]


def test_a_compilation_by_microsoft(tmp_path: Path) -> None:
    words = "cl.exe /c /nologo /O2 -Iinc /Iinc2 /DA=1 /DB /Tpsrc/a.cpp /Foo/a.obj /std:c++17"
    job = read_command(words.split(), str(tmp_path), base=["/nologo", "/O2"])
    assert (job.kind, job.sources, job.output) == ("compile", ["src/a.cpp"], "o/a.obj")
    assert (job.include_dirs, job.macros) == (["inc", "inc2"], [("A", "1"), ("B", None)])
    assert job.args == ["/std:c++17"]


def test_a_link_by_microsoft_with_a_response_file(tmp_path: Path) -> None:
    (tmp_path / "r").write_text('"o/a b.obj" user32.lib /LIBPATH:lib\n/EXPORT:PyInit_m', "utf-16")
    job = read_command(["link.exe", "/DLL", "@r", "/OUT:m.pyd", "/OPT:REF"], str(tmp_path))
    assert (job.kind, job.objects, job.output) == ("link", ["o/a b.obj"], "m.pyd")
    assert job.shared
    assert (job.libraries, job.library_dirs, job.args) == (["user32"], ["lib"], ["/OPT:REF"])


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("ar rcs libx.a a.o b.o", "archive"),
        ("lib.exe a.obj /OUT:x.lib", "archive"),
        ("x86_64-linux-gnu-gcc-12 -c a.c", "compile"),
        ("clang++ -E a.cc", "preprocess"),
        ("cc -M a.c", "preprocess"),
        ("ar t libx.a", "other"),
        ("swig -python a.i", "other"),
        ("gcc --version", "other"),
        ("", "other"),
    ],
)
def test_kinds(words: str, kind: str, tmp_path: Path) -> None:
    assert read_command(words.split(), str(tmp_path)).kind == kind


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_words_can_be_read(words: list[str]) -> None:
    for program in ("gcc", "cl", "link.exe", "ar"):
        job = read_command([program, *words], "/nowhere")
        assert all(isinstance(text, str) for text in [*job.args, *job.sources, *job.objects])


@pytest.mark.parametrize(
    ("path", "probe"),
    [
        ("src/a.c", False),
        ("_configtest.c", True),
        ("conftest.cpp", True),
        ("../tmp/flag.c", True),
        ("build/meson-private/sanity_check_for_c.c", True),
        ("build/CMakeFiles/m.dir/a.c", False),
        ("-", True),
    ],
)
def test_what_is_a_question(path: str, probe: bool, tmp_path: Path) -> None:
    project = tmp_path.resolve() / "project"
    assert is_probe(path, str(project), str(project)) is probe
