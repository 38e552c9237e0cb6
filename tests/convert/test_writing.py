"""From records to options: pure functions, by tables and properties."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from zigwheel.config.toml import parse
from zigwheel.convert.components import tables
from zigwheel.convert.conditions import condition, value
from zigwheel.convert.conversion import convert, frozen, joined, unmade
from zigwheel.convert.differ import merge
from zigwheel.convert.document import document
from zigwheel.convert.exports import defined_bare
from zigwheel.convert.flags import Flags, translated
from zigwheel.convert.licenses import expression
from zigwheel.convert.model import (
    Platform,
    Record,
    RecordedExtension,
    RecordedFile,
    RecordedSource,
)
from zigwheel.convert.project import entry_points, people, requirements
from zigwheel.convert.record import PLATFORMS
from zigwheel.convert.sources import as_globs, patterns
from zigwheel.convert.versions import version_settings
from zigwheel.plan.flags import link_options

LINUX = Platform(os="linux", arch="x86_64")
ARM = Platform(os="linux", arch="aarch64")
MAC = Platform(os="macos", arch="aarch64", libc="none")
WINDOWS = Platform(os="windows", arch="x86_64", libc="none")


def holds(when: dict[str, Any], platform: Platform) -> bool:
    """`if` of an override, as zigwheel reads it."""
    for key, globs in when.items():
        if key == "any":
            if not any(holds(part, platform) for part in globs):
                return False
            continue
        listed = [globs] if isinstance(globs, str) else globs
        found = value(platform, key)
        yes = [g for g in listed if not g.startswith("!")]
        if any(fnmatchcase(found, g[1:]) or found == g[1:] for g in listed if g.startswith("!")):
            return False
        if yes and not any(fnmatchcase(found, g) or found == g for g in yes):
            return False
    return True


@given(st.sets(st.sampled_from(PLATFORMS), min_size=1))
def test_a_condition_holds_where_it_should_and_nowhere_else(wanted: set[Platform]) -> None:
    when = condition(wanted, PLATFORMS)
    assert {p for p in PLATFORMS if holds(when, p)} == wanted


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (lambda p: True, {}),
        (lambda p: p.os == "windows", {"os": "windows"}),
        (lambda p: p.os != "windows", {"os": ["!windows"]}),
        (lambda p: p.arch == "aarch64", {"arch": "aarch64"}),
        (lambda p: p.arch != "aarch64", {"arch": ["i686", "x86_64"]}),
        (lambda p: p.libc == "musl", {"libc": "musl"}),
        (lambda p: p.implementation == "pypy", {"abi": "pypy*"}),
        (lambda p: p.free_threaded, {"abi": "cp*t"}),
        (lambda p: p.os == "macos" and p.arch == "x86_64", {"os": "macos", "arch": "x86_64"}),
    ],
)
def test_conditions_are_short(wanted: Any, expected: dict[str, Any]) -> None:
    assert condition([p for p in PLATFORMS if wanted(p)], PLATFORMS) == expected


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["-O3", "-g0", "-Wall", "-Werror", "-Wno-unused", "-fPIC", "-flto"], {}),
        (["-std=c11"], {"c_standard": "c11"}),
        (["-std=gnu++17", "-stdlib=libc++"], {"cxx_standard": "gnu++17"}),
        (["/std:c++20", "/O2", "/EHsc", "/W3"], {"cxx_standard": "c++20"}),
        (["/DX=1", "/D Y"], {"macros": (("X", "1"), ("Y", None))}),
        (["-DNAME", '-DTEXT="a=b"', "-D", "Z=2"],
         {"macros": (("NAME", None), ("TEXT", '"a=b"'), ("Z", "2"))}),
        (["-UNDEBUG"], {"undef_macros": ("NDEBUG",)}),
        (["-Ivendor", "-I", "more", "-isystem", "sys"], {"include_dirs": ("vendor", "more", "sys")}),
        (["-mavx2", "-fno-strict-aliasing"], {"args": ("-mavx2", "-fno-strict-aliasing")}),
        (["-fopenmp", "-march=native"], {"lost": ("-fopenmp", "-march=native")}),
        (["-arch", "x86_64", "-lm"], {"libraries": ("m",)}),
        (["-c", "-MT", "a.lo", "-MD", "-MP", "-MF", ".deps/a.Tpo", "-o", "a.o"], {}),
    ],
)  # fmt: skip
def test_flags(args: list[str], expected: dict[str, Any]) -> None:
    found = translated(args)
    heeded = {
        name: getattr(found, name) for name in Flags.__dataclass_fields__ if name != "dropped"
    }
    assert {name: value for name, value in heeded.items() if value} == expected


@given(st.lists(st.text(min_size=1)))
def test_any_flag_is_accounted_for(args: list[str]) -> None:
    translated(args)


FILES = [
    *(f"lib/{name}.c" for name in "abcdefgh"),
    *("lib/odd.c", "lib/deep/x.c", "src/one.c", "src/two.c", "odd[1].c"),
]


@given(st.lists(st.sampled_from(FILES), unique=True, min_size=1))
def test_globs_stand_for_exactly_the_sources(chosen: list[str]) -> None:
    found, excluded = as_globs(chosen, FILES)

    def matched(globs: list[str]) -> set[str]:
        return {
            f for f in FILES for g in globs if fnmatchcase(f, g) and f.count("/") == g.count("/")
        }

    assert matched(found) - matched(excluded) == set(chosen)


def test_a_folder_is_one_glob() -> None:
    lib = [f for f in FILES if f.startswith("lib/") and f.count("/") == 1]
    assert as_globs(lib, FILES) == (["lib/*.c"], [])
    assert as_globs(lib[:-1], FILES) == (["lib/*.c"], ["lib/odd.c"])
    assert as_globs(lib[:-1], FILES, elsewhere=["lib/odd.c"]) == (lib[:-1], [])


@given(
    st.sets(st.sampled_from([*FILES, "a.py", "lib/a.py", "tests/t.py", "tests/u.py"]), min_size=1)
)
def test_patterns_match_what_is_left_out_and_nothing_else(chosen: set[str]) -> None:
    every = {*FILES, "a.py", "lib/a.py", "tests/t.py", "tests/u.py"} - {"odd[1].c"}
    chosen = chosen - {"odd[1].c"}
    spec = GitIgnoreSpec.from_lines(patterns(chosen, every - chosen))
    assert {path for path in every if spec.match_file(path)} == chosen


@pytest.mark.parametrize(
    ("text", "classifiers", "texts", "expected"),
    [
        ("MIT", [], [], "MIT"),
        ("MIT License", [], [], "MIT"),
        ("Apache 2.0", [], [], "Apache-2.0"),
        ("mit OR apache-2.0", [], [], "MIT OR Apache-2.0"),
        ("", ["License :: OSI Approved :: ISC License (ISCL)"], [], "ISC"),
        ("BSD", ["License :: OSI Approved :: BSD License"],
         ["Redistribution and use in source and binary forms … Neither the name of"], "BSD-3-Clause"),
        ("BSD", ["License :: OSI Approved :: BSD License"],
         ["Redistribution and use in source and\n binary forms, with"], "BSD-2-Clause"),
        ("BSD", ["License :: OSI Approved :: BSD License"], [], ""),
        ("Copyright 2020 by somebody.\nAll rights reserved.", [], [], ""),
    ],
)  # fmt: skip
def test_licences(text: str, classifiers: list[str], texts: list[str], expected: str) -> None:
    assert expression(text, classifiers, texts) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("pkg/__init__.py", '__version__ = "1.2"\n', {"path": "pkg/__init__.py"}),
        ("pkg/v.h", '#define PKG_VERSION "1.2"\n',
         {"path": "pkg/v.h", "pattern": r'#define\s+PKG_VERSION\s+"(?P<version>[^"]+)"'}),
        ("VERSION", "1.2\n", {"path": "VERSION", "pattern": r"(?P<version>\S+)"}),
        ("pkg/__init__.py", '__version__ = "1.3"\n', {}),
        ("setup.py", 'version = "1.2"\n', {}),
    ],
)  # fmt: skip
def test_versions(path: str, text: str, expected: dict[str, str]) -> None:
    assert version_settings("1.2", [path], {path: text}.__getitem__) == expected


def test_requirements_by_extra() -> None:
    lines = [
        "six",
        'tomli; python_version < "3.11"',
        'pytest; extra == "test"',
        'mock; python_version < "3" and extra == "test"',
        'colour; (sys_platform == "win32") and extra == "test"',
    ]
    assert requirements(lines, ["test", "empty"]) == (
        ["six", 'tomli; python_version < "3.11"'],
        {
            "test": [
                "pytest",
                'mock; python_version < "3"',
                'colour; sys_platform == "win32"',
            ],
            "empty": [],
        },
    )


def test_people() -> None:
    assert people("A B", "a@b.example") == [{"name": "A B", "email": "a@b.example"}]
    assert people("", "A <a@b.example>, c@d.example") == [
        {"name": "A", "email": "a@b.example"},
        {"email": "c@d.example"},
    ]
    assert people("A, B", "") == [{"name": "A"}, {"name": "B"}]


def test_entry_points() -> None:
    text = "[console_scripts]\nrun = pkg:main\n\n[pkg.plugins]\nOne = pkg.one:One\n"
    assert entry_points(text) == {
        "scripts": {"run": "pkg:main"},
        "entry-points": {"pkg.plugins": {"One": "pkg.one:One"}},
    }


def record(platform: Platform, *sources: str, macros: Any = (), args: Any = ()) -> Record:
    """What a build with one extension asks for."""
    found = tuple(RecordedSource(path=s, macros=tuple(macros), args=tuple(args)) for s in sources)
    extension = RecordedExtension(name="pkg._x", sources=found, place="setup.py:3")
    return Record(platform=platform, extensions=(extension,), wheel={})


def merged(*records: Record) -> Any:
    files = [s.path for r in records for e in r.extensions for s in e.sources]
    return merge({r.platform: tables(r, shipped=files).extensions for r in records}, removable=True)


def test_what_all_have_is_the_base() -> None:
    found = merged(
        record(LINUX, "a.c", "unix.c", macros=[("X", "1"), ("UNIX", None)]),
        record(MAC, "a.c", "unix.c", macros=[("X", "1"), ("UNIX", None)]),
        record(WINDOWS, "a.c", "win.c", macros=[("X", "1")], args=["/std:c11"]),
    )
    assert found.base == {
        "pkg._x": {"sources": ["a.c"], "define-macros": {"X": 1}, "c-standard": "c11"}
    }
    assert [(o.condition, o.changes) for o in found.overrides] == [
        (
            {"os": ["!windows"]},
            {"pkg._x": {"sources": ["unix.c"], "define-macros": {"UNIX": True}}},
        ),
        ({"os": "windows"}, {"pkg._x": {"sources": ["win.c"]}}),
    ]


def test_a_module_that_a_platform_has_not_is_switched_off_there() -> None:
    none = Record(platform=WINDOWS, wheel={})
    found = merged(record(LINUX, "a.c"), record(ARM, "a.c"), none)
    assert found.base == {"pkg._x": {"sources": ["a.c"]}}
    assert [(o.condition, o.changes) for o in found.overrides] == [
        ({"os": "windows"}, {"pkg._x": {"enabled": False}})
    ]


def test_a_macro_keeps_its_quotes() -> None:
    found = merged(record(LINUX, "a.c", macros=[("V", '\\"1.0\\"'), ("N", "007"), ("M", "7")]))
    assert found.base["pkg._x"]["define-macros"] == {"V": '"1.0"', "N": "007", "M": 7}


@pytest.mark.parametrize(
    ("macros", "release", "told"),
    [
        ([("V", '\\"1.0.2\\"'), ("W", "1.0.2"), ("X", "1.0"), ("Y", None)], "1.0.2", ["V", "W"]),
        ([("SIZE", "2")], "2", []),
        ([("V", "")], "", []),
    ],
)
def test_macros_that_hold_the_release_are_told(macros: Any, release: str, told: list[str]) -> None:
    found = {LINUX: tables(record(LINUX, "a.c", macros=macros), shipped=["a.c"])}
    assert [note.text.split()[2] for note in frozen(found, release)] == told


def built(*written: RecordedFile, source: str = "a.c") -> Record:
    """A build that writes files into the project, and compiles a source."""
    return replace(record(LINUX, source), written=written)


def test_what_the_build_makes_is_said_unless_zigwheel_makes_it() -> None:
    made = {"options": {}, "inputs": ("a.pyx",), "place": "setup.py:7"}
    config = RecordedFile(path="config.h", tool="command", **{**made, "inputs": ()})
    template = RecordedFile(path="b.c", tool="python", **{**made, "inputs": ("b.in",)})
    cython = RecordedFile(path="a.c", tool="cython", **made)
    version = RecordedFile(path="v.py", tool="python", **made)

    def places(*files: RecordedFile, there: Any = ("a.pyx",)) -> list[tuple[str, bool, bool]]:
        notes = unmade([built(*files)], there, {"v.py"})
        return [(n.place, n.handwork, files[-1].path in n.text) for n in notes]

    assert places(cython, version) == []
    assert places(cython, replace(config, path="a_api.h")) == []
    assert places(cython, config) == [("setup.py:7", True, True)]
    assert places(cython, template) == [("setup.py:7", True, True)]
    assert places(cython, config, there=["config.h"]) == []


def test_a_source_that_is_nowhere_is_said() -> None:
    assert unmade([built(source="a.c")], ["a.c"], ()) == []
    (note,) = unmade([built(source="build/gone.c")], ["a.c"], ())
    assert (note.place, note.handwork) == ("setup.py:3", True)
    assert "'build/gone.c'" in note.text


def test_requirements_of_cython_are_one() -> None:
    assert joined(["cython>=3.1", "cython>=0.29.1"]) == ["cython>=0.29.1,>=3.1"]
    two = ["Cython; python_version < '3.13'", "Cython>=3; python_version >= '3.13'"]
    assert joined(two) == two
    assert joined(["Cython", "Cython"]) == ["Cython"]


def test_libraries_of_one_compiler_are_left_out() -> None:
    extension = RecordedExtension(
        name="pkg._x",
        sources=(RecordedSource(path="a.c"),),
        libraries=("ucrt", "libvcruntime", "msvcrt", "ws2_32"),
        link_args=("-flto", "-g0"),
    )
    found = tables(Record(platform=WINDOWS, extensions=(extension,), wheel={}), shipped=["a.c"])
    assert found.extensions["pkg._x"] == {"sources": ["a.c"], "libraries": ["ws2_32"]}
    assert found.notes == ()


def test_frameworks_are_one_word_each() -> None:
    words = ("-framework", "CoreFoundation", "-framework", "IOKit")
    extension = RecordedExtension(name="x", sources=(RecordedSource(path="a.c"),), link_args=words)
    record = Record(platform=MAC, extensions=(extension,), wheel={})
    found = {record.platform: tables(record, shipped=["a.c"]).extensions}
    args = merge(found, removable=True).base["x"]["extra-link-args"]
    assert args == ["-Wl,-framework,CoreFoundation", "-Wl,-framework,IOKit"]
    assert link_options(tuple(args), (), (), "")[0].frameworks == ("CoreFoundation", "IOKit")


RAW = """\
[project]
name = "raw"
readme = "README.rst"
dynamic = ["version"]

[[tool.dynamic-metadata]]
field = "version"
provider = "elsewhere.scm"

[tool.other]
key = 1
"""


def test_a_readme_that_is_not_there_and_another_backends_plug_in_go(tmp_path: Path) -> None:
    record = Record(
        platform=LINUX,
        wheel={},
        metadata="Metadata-Version: 2.1\nName: raw\nVersion: 1.5\n",
    )
    conversion = convert(tmp_path, parse(RAW), [record])
    assert parse(document(RAW, conversion)) == {
        "build-system": {"requires": ["zigwheel"], "build-backend": "zigwheel.build"},
        "project": {"name": "raw", "version": "1.5"},
        "tool": {"other": {"key": 1}},
    }
    assert any("'README.rst'" in note.text for note in conversion.notes)
    (tmp_path / "README.rst").write_text("Raw\n")
    kept = document(RAW, convert(tmp_path, parse(RAW), [record]))
    assert parse(kept)["project"]["readme"] == "README.rst"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("PyMODINIT_FUNC\nPyInit_x(void)\n{}", False),
        ("__Pyx_PyMODINIT_FUNC PyInit_x(void) CYTHON_SMALL_CODE; /*proto*/", False),
        ('extern "C" PyMODINIT_FUNC PyInit_x(void) {}', False),
        ("#define INIT PyObject *PyInit_x(void)\nINIT { }", True),
        ("PyMODINIT_FUNC initx(void);\nPyObject *PyInit_x(void) {}", True),
        ("PYBIND11_MODULE(x, m) {}", False),
        ("PyObject *PyInit_xy(void) {}", False),
    ],
)
def test_init_functions_that_nothing_shows(text: str, bare: bool) -> None:
    assert defined_bare("PyInit_x", ["int a;", text]) == bare
