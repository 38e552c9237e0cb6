"""Sources that Cython and commands make: what is asked for, made, carried, and said when it fails."""

from __future__ import annotations

import os
import tarfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.foreign.cache import made_once
from tests.hooks.rig import CONFIG, CORE, Maker, Project, evaluated, tree

PYX = """
[[tool.zigwheel.extension]]
name = "tiny._core"
sources = ["src/tiny/_core.pyx"]
"""

CYTHON = {
    "src/tiny/__init__.py": "from tiny._core import value\n",
    "src/tiny/_core.pyx": 'from tiny.part cimport twice\ninclude "number.pxi"\n\n'
    'cdef extern from "value.h":\n    int VALUE\n\ndef value():\n    return twice(VALUE) + NUMBER\n',
    "src/tiny/number.pxi": "NUMBER = 10\n",
    "src/tiny/part.pxd": "cdef inline int twice(int value):\n    return 2 * value\n",
    "src/tiny/value.h": "#define VALUE 1\n",
}

COMMAND = """
[[tool.zigwheel.generate]]
name = "value"
command = ["{python}", "make.py", "{overlay}/src/tiny", "{inputs}"]
inputs = ["value.txt"]
outputs = ["src/tiny/value.h", "src/tiny/data.py"]
"""

MAKE = """
import sys
folder, file = sys.argv[1:]
value = open(file).read().strip()
assert value != "bad", "a bad value"
open(folder + "/value.h", "w").write("#define VALUE %s\\n" % value)
open(folder + "/log.txt", "w").write("not asked for")
if value != "less":
    open(folder + "/data.py", "w").write("DATA = %r\\n" % value)
"""

MADE = {
    "src/tiny/__init__.py": "from tiny._core import value\nfrom tiny.data import DATA\n",
    "src/tiny/_core.c": CORE,
    "make.py": MAKE,
    "value.txt": "7\n",
}


@pytest.fixture(scope="session")
def cython(shared: Path) -> Path:
    """A folder with Cython and what is known of its version."""

    def link(folder: Path) -> None:
        spec = find_spec("Cython")
        assert spec
        assert spec.origin
        top = Path(spec.origin).parent
        for entry in (*top.parent.glob("[Cc]ython*"), *top.parent.glob("pyximport")):
            (folder / entry.name).symlink_to(entry)

    return made_once(shared / "cython", link)


@pytest.fixture
def translated(make: Maker, cython: Path) -> Project:
    """A project with a module in Cython, in an environment that has it."""
    project = make(config=PYX, files=CYTHON)
    return project.under(PYTHONPATH=os.pathsep.join([project.environ["PYTHONPATH"], str(cython)]))


@pytest.fixture
def made(make: Maker) -> Project:
    """A project with a header and a module that a command makes."""
    return make(config=CONFIG + COMMAND, files=MADE)


def without_tools(project: Project, folder: Path) -> Project:
    """The same where Cython ends the build that runs it."""
    folder.mkdir()
    (folder / "cython.py").write_text("raise SystemExit('not to be run')\n", encoding="utf-8")
    paths = [str(folder), *project.environ["PYTHONPATH"].split(os.pathsep)]
    return project.under(
        PYTHONPATH=os.pathsep.join(p for p in paths if not p.endswith("cython")),
        ZIGWHEEL_CACHE_DIR=project.environ["ZIGWHEEL_CACHE_DIR"],
    )


def unpacked_sdist(project: Project, out: Path) -> Project:
    """The project of its own sdist."""
    done = project.call("build_sdist", out)
    assert done.code == 0, done.said
    with tarfile.open(out / str(done.value)) as archive:
        archive.extractall(out)
    return Project(root=out / "tiny-1.0", environ=project.environ)


def test_a_module_in_cython(translated: Project, tmp_path: Path) -> None:
    before = tree(translated.root)
    assert evaluated(translated.wheel(), "tiny.value()", tmp_path / "1") == "12"
    assert tree(translated.root) == before


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("src/tiny/part.pxd", "2 *", "5 *", "15"),
        ("src/tiny/number.pxi", "10", "20", "22"),
        ("src/tiny/value.h", "1", "3", "16"),
        ("src/tiny/_core.pyx", "+ NUMBER", "- NUMBER", "-8"),
    ],
)
def test_whatever_it_reads_decides(
    translated: Project, tmp_path: Path, path: str, old: str, new: str, expected: str
) -> None:
    project = translated.under(ZIGWHEEL_REUSE="true")
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "1") == "12"
    project.write({path: CYTHON[path].replace(old, new)})
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "2") == expected


def test_both_roads_make_the_same(translated: Project, tmp_path: Path) -> None:
    other = translated.wheel(tmp_path / "2", {"lowering": "zig-build"})
    assert translated.wheel(tmp_path / "1").read_bytes() == other.read_bytes()


def test_cython_is_asked_for(translated: Project) -> None:
    assert translated.call("get_requires_for_build_wheel").value == ["Cython>=3"]
    assert translated.call("get_requires_for_build_sdist").value == []
    translated.config(f'{PYX}[tool.zigwheel.cython]\nrequires = ["Cython==3.1.*"]\n')
    assert translated.call("get_requires_for_build_wheel").value == ["Cython==3.1.*"]
    text = (translated.root / "pyproject.toml").read_text(encoding="utf-8")
    translated.write({"pyproject.toml": text.replace('["zigwheel"]', '["zigwheel", "cython"]')})
    assert translated.call("get_requires_for_build_wheel").value == []


def test_cython_s_own_words(translated: Project) -> None:
    translated.write({"src/tiny/_core.pyx": "def f(:\n    pass\n"})
    said = translated.refusal()
    assert "`tool.zigwheel.extension[0].sources`: Cython refused 'src/tiny/_core.pyx':" in said
    assert "src/tiny/_core.pyx:1:6: Expected ')', found ':'" in said


def test_comments_of_distutils(translated: Project, tmp_path: Path) -> None:
    source = (
        "# distutils: language = c++\n# distutils: define_macros = SIX=6\n"
        "# distutils: sources = more/more.cpp\n# distutils: include_dirs = more\n"
        'cdef extern from "more.h":\n    int more()\n    int SIX\n\n'
        "def value():\n    return more() + SIX\n"
    )
    more = {"more/more.h": "int more();\n", "more/more.cpp": "int more() { return 30; }\n"}
    translated.write({"src/tiny/_core.pyx": source, **more})
    assert evaluated(translated.wheel(), "tiny.value()", tmp_path / "1") == "36"


def test_directives(translated: Project, tmp_path: Path) -> None:
    translated.write(
        {"src/tiny/_core.pyx": "def value():\n    cdef int a = -7\n    return a // 2\n"}
    )
    assert evaluated(translated.wheel(), "tiny.value()", tmp_path / "1") == "-4"
    translated.config(f"{PYX}cython-directives = {{ cdivision = true }}\n")
    assert evaluated(translated.wheel(), "tiny.value()", tmp_path / "2") == "-3"


def test_a_python_module_is_translated(translated: Project, tmp_path: Path) -> None:
    translated.write(
        {"src/tiny/_core.py": "import cython\n\ndef value():\n    return cython.compiled\n"}
    )
    translated.config(PYX.replace("_core.pyx", "_core.py"))
    assert evaluated(translated.wheel(), "tiny.value()", tmp_path / "1") == "True"


def test_shared_utility_code(translated: Project, tmp_path: Path) -> None:
    shared = (
        '[tool.zigwheel.cython]\nshared = "tiny._shared"\n'
        '[[tool.zigwheel.extension]]\nname = "tiny._shared"\nsources = ["src/tiny/_shared.c"]\n'
    )
    source = (
        "def value():\n    cdef int[:] view = memoryview(__import__('array').array('i', [4]))\n"
    )
    translated.write({"src/tiny/_core.pyx": f"{source}    return view[0]\n"})
    alone = translated.wheel(tmp_path / "alone")
    wheel = translated.config(PYX + shared).wheel(tmp_path / "shared")
    assert evaluated(wheel, "tiny.value()", tmp_path / "1") == "4"
    core = {n: len(d) for n, d in tree(tmp_path / "1").items() if "_core" in n}
    evaluated(alone, "tiny.value()", tmp_path / "2")
    assert min(core.values()) < len(tree(tmp_path / "2")[next(iter(core))])


def test_an_sdist_holds_what_cython_reads(translated: Project, tmp_path: Path) -> None:
    project = unpacked_sdist(translated, tmp_path / "sdist")
    assert set(CYTHON) <= set(tree(project.root))
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "1") == "12"
    excluded = '[tool.zigwheel.sdist]\nexclude = ["*.pxd"]\n'
    assert "'src/tiny/part.pxd'" in translated.config(PYX + excluded).refusal("build_sdist")


def test_an_sdist_carries_what_was_made(translated: Project, tmp_path: Path) -> None:
    translated.config(f"{PYX}[tool.zigwheel.sdist]\ngenerated = true\n")
    assert translated.call("get_requires_for_build_sdist").value == ["Cython>=3"]
    own = translated.wheel(tmp_path / "own")
    project = without_tools(unpacked_sdist(translated, tmp_path / "sdist"), tmp_path / "none")
    assert (project.root / ".zigwheel-generated/src/tiny/_core.c").is_file()
    assert project.call("get_requires_for_build_wheel").value == []
    assert project.wheel(tmp_path / "dist").read_bytes() == own.read_bytes()
    # as soon as something changes, Cython is needed
    project.write({"src/tiny/number.pxi": "NUMBER = 11\n"})
    assert project.call("get_requires_for_build_wheel").value == ["Cython>=3"]
    assert "not to be run" in project.refusal()


def test_what_was_made_serves_where_cython_is_gone(translated: Project, tmp_path: Path) -> None:
    """As for an editable install, which is rebuilt when the build environment is no more."""
    translated.write({"src/tiny/number.pxi": f"NUMBER = 10 # {tmp_path}\n"}).wheel()
    project = without_tools(translated, tmp_path / "none")
    project.write({"src/tiny/value.h": "#define VALUE 4\n"})
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "1") == "18"
    project.write({"src/tiny/number.pxi": f"NUMBER = 20 # {tmp_path}\n"})
    assert "not to be run" in project.refusal()


def test_a_carried_file_that_was_changed(
    translated: Project, ziglang: Path, tmp_path: Path
) -> None:
    translated.config(f"{PYX}[tool.zigwheel.sdist]\ngenerated = true\n")
    project = unpacked_sdist(translated, tmp_path / "sdist")
    path = os.pathsep.join([project.environ["PYTHONPATH"], str(ziglang)])
    project = project.under(ZIGWHEEL_CACHE_DIR=str(tmp_path / "cache"), PYTHONPATH=path)
    project.write({".zigwheel-generated/src/tiny/_core.c": "#error mine\n"})
    said = project.refusal()
    assert "`.zigwheel-generated`: 'src/tiny/_core.c' is not the file that was listed" in said
    project.write({".zigwheel-generated/manifest.json": "{"})
    assert "'manifest.json' cannot be read" in project.refusal()


def test_an_ejected_build_file_has_its_sources_beside_it(
    translated: Project, tmp_path: Path
) -> None:
    wheel = translated.wheel(tmp_path / "1")
    from tests.hooks.rig import run

    words = ["-m", "zigwheel", "build", "--eject"]
    done = run(["python3", *words], translated.root, translated.environ)
    assert done.returncode == 0, done.stderr
    assert (translated.root / ".zigwheel-generated/src/tiny/_core.c").is_file()
    project = without_tools(translated, tmp_path / "none")
    assert project.wheel(tmp_path / "2").read_bytes() == wheel.read_bytes()


def test_what_a_command_makes(made: Project, tmp_path: Path) -> None:
    before = tree(made.root)
    wheel = made.wheel()
    assert evaluated(wheel, "tiny.value(), tiny.DATA", tmp_path / "1") == "7 7"
    assert not any("log" in name or "value.h" in name for name in tree(tmp_path / "1"))
    assert tree(made.root) == before
    again = made.under(ZIGWHEEL_REUSE="true")
    assert again.wheel().read_bytes() == wheel.read_bytes()
    again.write({"value.txt": "8\n"})
    assert evaluated(again.wheel(), "tiny.value(), tiny.DATA", tmp_path / "2") == "8 8"
    again.write({"make.py": MAKE.replace("DATA = %r", "DATA = [%r]")})
    assert evaluated(again.wheel(), "tiny.DATA", tmp_path / "3") == "['8']"


def test_a_command_that_writes_beside_its_inputs(made: Project, tmp_path: Path) -> None:
    command = COMMAND.replace("{overlay}/src", "src") + "in-copy = true\n"
    before = tree(made.config(CONFIG + command).root)
    assert evaluated(made.wheel(), "tiny.value(), tiny.DATA", tmp_path / "1") == "7 7"
    assert tree(made.root) == before


def test_a_pure_wheel_has_what_a_command_makes(made: Project, tmp_path: Path) -> None:
    made.config(COMMAND).write({"src/tiny/__init__.py": "from tiny.data import DATA\n"})
    wheel = made.wheel()
    assert wheel.name == "tiny-1.0-py3-none-any.whl"
    assert evaluated(wheel, "tiny.DATA", tmp_path / "1") == "7"


def test_commands_of_commands(translated: Project, tmp_path: Path) -> None:
    """A template becomes a source for Cython."""
    text = (
        '[[tool.zigwheel.generate]]\nname = "pyx"\noutputs = ["src/tiny/_core.pyx"]\n'
        'command = ["{python}", "-c", "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text('
        "pathlib.Path('core.in').read_text().replace('@N@', '5'))\", "
        '"{overlay}/src/tiny/_core.pyx"]\ninputs = ["core.in"]\n'
    )
    pyx = CYTHON["src/tiny/_core.pyx"]
    (translated.root / "src/tiny/_core.pyx").unlink()
    translated.config(PYX + text).write(
        {"core.in": f"{pyx} + @N@\n".replace("NUMBER\n +", "NUMBER +")}
    )
    assert translated.call("get_requires_for_build_wheel").value == ["Cython>=3"]
    assert evaluated(translated.wheel(), "tiny.value()", tmp_path / "1") == "17"
    data = next(d for n, d in tree(tmp_path / "1").items() if "_core" in n)
    assert str(translated.root).encode() not in data
    assert translated.environ["ZIGWHEEL_CACHE_DIR"].encode() not in data


def test_requirements_of_a_command(made: Project) -> None:
    made.config(f'{CONFIG}{COMMAND}requires = ["jinja2>=3"]\n')
    assert made.call("get_requires_for_build_wheel").value == ["jinja2>=3"]
    made.config(f'{CONFIG}{COMMAND}requires = ["no requirement"]\n')
    said = made.call("get_requires_for_build_wheel").said
    assert "'no requirement' is no requirement" in said


@pytest.mark.parametrize(
    ("files", "change", "expected"),
    [
        ({"value.txt": "bad\n"}, ("", ""), "AssertionError: a bad value"),
        (
            {"value.txt": "less\n"},
            ("", ""),
            "did not make 'src/tiny/data.py', but 'src/tiny/value.h'",
        ),
        ({}, ("value.txt", "valu.txt"), "`tool.zigwheel.generate[0].inputs`: no file matches"),
        ({}, ('"{python}"', '"nowhere-to-be-found"'), "'nowhere-to-be-found' cannot be run"),
    ],
)
def test_a_command_that_fails(
    made: Project, files: dict[str, str], change: tuple[str, str], expected: str
) -> None:
    made.config(CONFIG + COMMAND.replace(*change)).write(files)
    said = made.refusal()
    assert expected in said
    if "tool.zigwheel.generate[0].inputs" not in expected:
        assert "tool.zigwheel.generate" in said


def test_two_makers_of_one_file(made: Project) -> None:
    made.config(f"{CONFIG}{COMMAND}{COMMAND}".replace('"value"', '"other"', 1))
    assert "makes 'src/tiny/data.py', which something else makes, too" in made.refusal()


def test_two_sources_for_one_module(translated: Project) -> None:
    translated.write({"src/tiny/_more.pyx": ""})
    translated.config(PYX.replace('_core.pyx"', '_core.pyx", "src/tiny/_more.pyx"'))
    assert (
        "names 2 sources for Cython: src/tiny/_core.pyx, src/tiny/_more.pyx" in translated.refusal()
    )
