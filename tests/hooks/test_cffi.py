"""cffi scripts: what they say takes part, they are told the target, and their mistakes are named."""

from __future__ import annotations

import os
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.hooks.rig import Maker, Project, run, unpacked

API = """
[[tool.zigwheel.extension]]
name = "tiny._core"
cffi = "src/tiny/_build.py:ffi"
"""
ABI = """
[[tool.zigwheel.generate]]
name = "interface"
cffi = "src/tiny/_build.py:ffi"
"""

SCRIPT = """\
import os, platform, sys, sysconfig
from cffi import FFI
told = "/".join([sys.platform, os.name, platform.system(), platform.machine(), sysconfig.get_platform()])
ffi = FFI()
ffi.cdef("int value(void); extern const char *const told, *const limited;")
ffi.set_source("tiny._core", '''
#ifndef LIMITED
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#endif
int value(void) { return VALUE; }
const char *const told = "told:%s";
#ifdef Py_LIMITED_API
const char *const limited = "limited:" TEXT(Py_LIMITED_API);
#else
const char *const limited = "limited:no";
#endif
''' % told, define_macros=[("VALUE", "1")])
"""

INIT = "from tiny._core import ffi, lib\nvalue = lib.value\n"
FILES = {"src/tiny/__init__.py": INIT, "src/tiny/_build.py": SCRIPT}


def script(
    module: str = '"tiny._core"', source: str = '"int value(void) { return 1; }"', **words: str
) -> str:
    """A script with what it gives to `set_source`."""
    given = "".join(f", {name}={text}" for name, text in words.items())
    return (
        "import os\nfrom cffi import FFI\nHERE = os.path.dirname(os.path.abspath(__file__))\nffi = FFI()\n"
        f'ffi.cdef("int value(void);")\nffi.set_source({module}, {source}{given})\n'
    )


@pytest.fixture
def project(make: Maker) -> Project:
    """A package with one module that cffi makes."""
    return make(config=API, files=FILES)


def evaluated(wheel: Path, expression: str, folder: Path) -> str:
    """What Python, which has cffi, prints for an expression over `tiny`."""
    environ = {**os.environ, "PYTHONPATH": str(unpacked(wheel, folder))}
    done = run([sys.executable, "-B", "-c", f"import tiny; print({expression})"], folder, environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def compiled(wheel: Path) -> bytes:
    """The one compiled file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith((".so", ".pyd")))
        return archive.read(name)


def test_a_module_is_made(project: Project, tmp_path: Path) -> None:
    wheel = project.wheel()
    assert evaluated(wheel, "tiny.value()", tmp_path / "site") == "1"
    assert sorted(str(f.relative_to(project.root)) for f in project.root.rglob("*.c*")) == []


TOLD = {
    "x86_64-linux-gnu.2.17": b"told:linux/posix/Linux/x86_64/linux-x86_64",
    "aarch64-linux-musl": b"told:linux/posix/Linux/aarch64/linux-aarch64",
    "x86_64-windows-gnu": b"told:win32/nt/Windows/AMD64/win-amd64",
    "aarch64-macos.11.0": b"told:darwin/posix/Darwin/arm64/macosx-11.0-arm64",
}


@pytest.mark.parametrize("target", TOLD)
def test_the_script_is_told_the_target(target: str, project: Project) -> None:
    assert TOLD[target] in compiled(project.wheel(settings={"target": target}))


@pytest.mark.parametrize(
    ("config", "limited", "tag"),
    [
        ("", b"limited:no", f"cp3{sys.version_info[1]}-cp3{sys.version_info[1]}"),
        ('[tool.zigwheel]\npy-api = "cp39"\n', b"limited:0x03090000", "cp39-abi3"),
    ],
)
def test_the_tag_says_what_is_compiled(
    config: str, limited: bytes, tag: str, make: Maker, tmp_path: Path
) -> None:
    wheel = make(config=config + API, files=FILES).wheel()
    assert limited in compiled(wheel)
    assert f"-{tag}-" in wheel.name
    assert evaluated(wheel, "tiny.value()", tmp_path / "site") == "1"


def test_both_roads_give_the_same(project: Project, tmp_path: Path) -> None:
    wheels = [
        project.wheel(tmp_path / road, {"lowering": road}).read_bytes()
        for road in ("direct", "zig-build")
    ]
    assert wheels[0] == wheels[1]
    assert os.fsencode(tmp_path) not in compiled(project.wheel())


def test_keywords_take_part(project: Project, tmp_path: Path) -> None:
    text = script(
        source='"#include <one.h>\\nint value(void) { return ONE + two() + OWN * 100 + SAID; }"',
        sources='[os.path.join(HERE, "..", "..", "lib", "two.c")]',
        include_dirs='["lib"]',
        define_macros='[("TWO", "20"), ("OWN", 9), ("SAID", None)]',
        undef_macros='["NDEBUG"]',
        extra_compile_args='["-DMORE=1000"]',
        extra_link_args='["-lm"]',
        depends='["lib/one.h"]',
    )
    project.write(
        {
            "src/tiny/_build.py": text,
            "lib/one.h": "#define ONE 1\nint two(void);\n",
            "lib/two.c": '#include "one.h"\nint two(void) { return TWO + MORE; }\n',
        }
    )
    project.config(API + "define-macros = { OWN = 3 } # has the last word\n")
    wheel = project.wheel()
    assert evaluated(wheel, "tiny.value()", tmp_path / "site") == str(1 + 20 + 1000 + 300 + 1)


def test_a_function_may_make_it(project: Project, tmp_path: Path) -> None:
    project.write({"src/tiny/_build.py": script() + "def make(): return ffi\n"})
    project.config(API.replace(":ffi", ":make"))
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "site") == "1"


def test_cxx(project: Project, tmp_path: Path) -> None:
    source = '"#include <vector>\\nstatic int value() { return std::vector<int>{1, 2}.size(); }"'
    project.write({"src/tiny/_build.py": script(source=source, source_extension='".cpp"')})
    assert evaluated(project.wheel(), "tiny.value()", tmp_path / "site") == "2"


def test_what_the_script_reads_decides(project: Project, tmp_path: Path) -> None:
    named = script(source='"int value(void) { return %s; }" % open("number.txt").read()')
    project.write({"src/tiny/_build.py": "import numbers_\n" + named, "number.txt": "7\n"})
    project.write({"src/tiny/numbers_.py": ""})
    remembering = project.under(ZIGWHEEL_REUSE="true")
    assert evaluated(remembering.wheel(), "tiny.value()", tmp_path / "one") == "7"
    project.write({"number.txt": "8\n"})
    assert evaluated(remembering.wheel(), "tiny.value()", tmp_path / "two") == "8"


WRONG = {
    "no file": (API.replace("_build", "_bild"), {}, ["no file", "_bild.py", "did you mean"]),
    "no name": (API.replace(":ffi", ":fii"), {}, ["it has no 'fii'", "there is 'ffi'"]),
    "no FFI": (API.replace(":ffi", ":HERE"), {"": script()}, ["no `cffi.FFI`"]),
    "another module": (API, {"": script(module='"tiny.core"')}, ["'tiny.core'", "'tiny._core'"]),
    "no C": (API, {"": script(source="None")}, ["gives None", "[[tool.zigwheel.generate]]"]),
    "C": (ABI, {"": script()}, ["gives C", "[[tool.zigwheel.extension]]"]),
    "not called": (API, {"": "from cffi import FFI\nffi = FFI()\n"}, ["was not called"]),
    "outside": (API, {"": script(sources='["../else.c"]')}, ["'../else.c'", "outside the project"]),
    "language": (API, {"": script(source_extension='".f90"')}, ["'.f90'", "known: "]),
    "fails": (API, {"": "raise RuntimeError('no luck')\n"}, ["_build.py", "no luck"]),
    "lacks": (
        API,
        {"": "import nothing_like_it\n"},
        ["nothing_like_it", "[build-system] requires"],
    ),
    "no cffi": (
        API,
        {"": "", "cffi.py": "raise ModuleNotFoundError(\"No module named 'cffi'\")\n"},
        ["install cffi"],
    ),
    "not limited": (
        '[tool.zigwheel]\npy-api = "cp39"\n' + API,
        {"": script(py_limited_api="False")},
        ["py_limited_api=False", "'cp39'", "py-limited-api = false"],
    ),
    "no package": (ABI, {"": script(module='"other._abi"', source="None")}, ["no package 'other'"]),
    "form": (API.replace(":ffi", ""), {}, ["a script of the project and a name in it"]),
    "twice": (ABI + 'command = ["x"]\n', {}, ["both `cffi` and `command`"]),
    "nothing": (API.partition("cffi")[0], {}, ["missing key", "sources"]),
}


@pytest.mark.parametrize("what", WRONG)
def test_mistakes(what: str, make: Maker) -> None:
    config, files, said = WRONG[what]
    named = {path or "src/tiny/_build.py": text for path, text in files.items()}
    refusal = make(config=config, files={**FILES, **named}).refusal()
    for words in said:
        assert words in refusal
    assert "tool.zigwheel" in refusal


LAYOUTS = {
    "src/tiny": "",
    "tiny": "",
    "python/tiny": '[tool.zigwheel.wheel]\npackages = ["python/tiny"]\n',
}


@pytest.mark.parametrize("place", LAYOUTS)
def test_a_module_without_a_compiler(place: str, make: Maker, tmp_path: Path) -> None:
    text = script(module='"tiny.sub._abi"', source="None").replace("value(void)", "abs(int)")
    files = {
        f"{place}/__init__.py": "from tiny.sub._abi import ffi\n",
        f"{place}/sub/__init__.py": "",
        f"{place}/sub/_build.py": text,
    }
    config = LAYOUTS[place] + ABI.replace("src/tiny/", f"{place}/sub/")
    project = make(config=config, files=files)
    wheel = project.wheel()
    assert wheel.name == "tiny-1.0-py3-none-any.whl"
    assert evaluated(wheel, "tiny.ffi.dlopen(None).abs(-5)", tmp_path / "site") == "5"
    assert not (project.root / place / "sub/_abi.py").exists()
    editable = project.call("build_editable", tmp_path / "editable", {}).value
    with zipfile.ZipFile(tmp_path / "editable" / editable) as archive:
        assert "tiny/sub/_abi.py" in archive.namelist()


@pytest.mark.parametrize("config", [API, ABI])
def test_an_sdist_has_the_script(config: str, project: Project, tmp_path: Path) -> None:
    project.config(config).write({".gitignore": "_build.py\n"})
    for words in (["init", "-q", "."], ["add", "-A", "."]):
        run(["git", *words], project.root, os.environ)
    assert "'src/tiny/_build.py': is not tracked by git" in project.refusal("build_sdist")
    project.write({".gitignore": ""})
    run(["git", "add", "-A", "."], project.root, os.environ)
    done = project.call("build_sdist", tmp_path / "sdist", {})
    with tarfile.open(tmp_path / "sdist" / done.value) as archive:
        names = archive.getnames()
    assert "tiny-1.0/src/tiny/_build.py" in names
    assert not any(name.endswith(".c") for name in names)


@pytest.mark.parametrize("config", [API, ABI])
def test_cffi_is_asked_for_once(config: str, project: Project) -> None:
    requires = project.config(config).call("get_requires_for_build_wheel").value
    assert [r for r in requires if "cffi" in r] == ["cffi>=1.15"]
    text = (project.root / "pyproject.toml").read_text()
    project.write({"pyproject.toml": text.replace('["zigwheel"]', '["zigwheel", "CFFI==1.17.1"]')})
    requires = project.call("get_requires_for_build_wheel").value
    assert not any("ffi" in r for r in requires)


def test_the_script_of_what_is_not_built_is_not_run(make: Maker) -> None:
    two = f"{API}enabled = false\n{API}".replace("tiny._core", "tiny._off", 1).replace(
        "_build", "_no", 1
    )
    project = make(config=two, files={**FILES, "src/tiny/_no.py": "raise SystemExit(1)\n"})
    with zipfile.ZipFile(project.wheel()) as archive:
        assert not any("_off" in name for name in archive.namelist())
