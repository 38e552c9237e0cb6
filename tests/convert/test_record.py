"""Builds of setuptools are recorded: what they compile on each platform, and what they ship."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.convert.rig import (
    ARM,
    LINUX,
    MAC,
    PYPY,
    SETUP,
    SMALL_WINDOWS,
    WINDOWS,
    record_all,
    write,
)
from zigwheel.cli.options import cache_folder
from zigwheel.convert.model import RecordedSource
from zigwheel.target.host import describe_host
from zigwheel.zig.toolchain import require_zig

pytestmark = pytest.mark.slow

CONDITIONS = """
import os, platform, struct, sys, sysconfig
from setuptools import Extension, setup

macros = [("SYSTEM", sys.platform), ("NAME", os.name), ("MACHINE", platform.machine())]
macros += [("BITS", str(8 * struct.calcsize("P"))), ("BIG", str(int(sys.maxsize > 2**32)))]
macros += [("WHERE", sysconfig.get_platform()), ("PYTHON", platform.python_implementation())]
if hasattr(sys, "getwindowsversion"):
    macros.append(("VERSIONED", None))
setup(
    name="demo", version="1", packages=["demo"], package_data={"demo": ["*.h", "*.txt"]},
    ext_modules=[Extension(
        "demo._core", ["src/core.c"], define_macros=macros, undef_macros=["OLD"],
        include_dirs=["demo"], extra_compile_args=["-O1"], libraries=["m"],
        library_dirs=["lib"], extra_link_args=["-s"], depends=["demo/core.h"], optional=True,
    )],
    entry_points={"console_scripts": ["demo = demo:main"]},
)
"""


def test_each_platform_is_believed(tmp_path: Path) -> None:
    files = {"setup.py": CONDITIONS, "src/core.c": "", "demo/__init__.py": "main = print\n"}
    project = write(
        tmp_path / "p", {**files, "demo/core.h": "/* */", "demo/note.txt": "note", "lib/x": ""}
    )
    found = record_all(project, tmp_path / "w", LINUX, ARM, MAC, WINDOWS, SMALL_WINDOWS, PYPY)
    macros = [dict(record.extensions[0].sources[0].macros) for record in found]
    assert [(m["SYSTEM"], m["NAME"], m["MACHINE"]) for m in macros] == [
        ("linux", "posix", "x86_64"),
        ("linux", "posix", "aarch64"),
        ("darwin", "posix", "arm64"),
        ("win32", "nt", "AMD64"),
        ("win32", "nt", "x86"),
        ("linux", "posix", "x86_64"),
    ]
    assert [m["BITS"] for m in macros] == ["64", "64", "64", "64", "32", "64"]
    assert [m["BIG"] for m in macros] == ["1", "1", "1", "1", "0", "1"]
    assert [m["WHERE"] for m in macros][3:5] == ["win-amd64", "win32"]
    assert [m["PYTHON"] for m in macros] == ["CPython"] * 5 + ["PyPy"]
    assert ["VERSIONED" in m for m in macros] == [False, False, False, True, True, False]
    assert [record.failure for record in found] == [""] * 6
    assert [record.tag.rpartition("-")[2] for record in found] == [
        "linux_x86_64",
        "linux_aarch64",
        "macosx_11_0_arm64",
        "win_amd64",
        "win32",
        "linux_x86_64",
    ]
    for record in found:
        extension = record.extensions[0]
        source = extension.sources[0]
        assert (extension.name, source.path) == ("demo._core", "src/core.c")
        assert (source.include_dirs, source.args) == (("demo",), ("-O1",))
        assert source.undef_macros == ("OLD",)
        assert (extension.libraries, extension.library_dirs) == (("m",), ("lib",))
        assert (extension.link_args, extension.optional) == (("-s",), True)
        assert (extension.depends, extension.place) == (("demo/core.h",), "setup.py:12")
        assert {k: v for k, v in record.wheel.items() if "{dist-info}" not in k} == {
            "demo/__init__.py": "demo/__init__.py",
            "demo/core.h": "demo/core.h",
            "demo/note.txt": "demo/note.txt",
            "{module:demo._core}": "",
        }
        assert "demo = demo:main" in record.entry_points
        assert "Name: demo" in record.metadata


CUSTOM = """
import sys
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

class Build(build_ext):
    def build_extensions(self):
        flag = "/O1" if self.compiler.compiler_type == "msvc" else "-O2"
        for extension in self.extensions:
            extension.extra_compile_args.append(flag)
        self.compiler.add_library("late")
        more = self.compiler.compile(["extra.c"], output_dir=self.build_temp, macros=[("EXTRA", None)])
        self.extensions[0].extra_objects += more
        compile_one = self.compiler.compile
        super().build_extensions()

setup(
    name="demo", version="1", ext_package="deep", cmdclass={"build_ext": Build},
    ext_modules=[Extension("one", ["one.c"], libraries=["vendored"])],
    libraries=[("vendored", {"sources": ["lib/v.c"], "macros": [("V", "2")], "include_dirs": ["lib"]})],
)
"""


def test_custom_commands_are_seen(tmp_path: Path) -> None:
    project = write(tmp_path / "p", {"setup.py": CUSTOM, "one.c": "", "extra.c": "", "lib/v.c": ""})
    unix, windows = record_all(project, tmp_path / "w", LINUX, WINDOWS)
    for record, flag in ((unix, "-O2"), (windows, "/O1")):
        assert record.failure == ""
        (extension,) = record.extensions
        assert extension.name == "deep.one"
        assert extension.sources == (
            RecordedSource(path="one.c", args=(flag,)),
            RecordedSource(path="extra.c", macros=(("EXTRA", None),)),
        )
        assert extension.libraries == ("vendored", "late")
        assert extension.library_dirs == (), (
            "the folder of a recorded library is none of the user's"
        )
        (library,) = record.libraries
        assert library.name == "vendored"
        assert library.sources == (
            RecordedSource(path="lib/v.c", macros=(("V", "2"),), include_dirs=("lib",)),
        )
        assert not extension.optional


SOFT = """
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

class Build(build_ext):
    def run(self):
        try:
            super().run()
        except Exception as error:
            raise Sad(error)

class Sad(Exception):
    pass

def build(**more):
    setup(name="demo", version="1", py_modules=["demo"], cmdclass={"build_ext": Build}, **more)

try:
    build(ext_modules=[Extension("_demo", ["demo.c"])])
except Sad:
    build()
"""


def test_a_build_that_goes_on_without_its_extension(tmp_path: Path) -> None:
    project = write(tmp_path / "p", {"setup.py": SOFT, "demo.py": "x = 1\n", "demo.c": ""})
    (record,) = record_all(project, tmp_path / "w")
    assert [extension.optional for extension in record.extensions] == [True]


GENERATED = """
import subprocess, sys
from pathlib import Path
from setuptools import Extension, setup

def fill(template):
    text = Path(template).read_text()
    Path(template[:-3]).write_text(text.replace("@N@", "3"))

fill("src/a.c.in")
subprocess.run([sys.executable, "make_b.py"], check=True)
setup(name="demo", version="1", ext_modules=[Extension("demo", ["src/a.c", "src/b.c"])])
"""


def test_generated_files_tell_what_made_them(tmp_path: Path) -> None:
    script = "open('src/b.c', 'w').write('/* b */')\n"
    files = {"setup.py": GENERATED, "src/a.c.in": "int n = @N@;\n", "make_b.py": script}
    (record,) = record_all(write(tmp_path / "p", files), tmp_path / "w")
    assert record.failure == ""
    one, other = record.written
    assert (one.path, one.tool, one.inputs, one.place) == (
        "src/a.c",
        "python",
        ("src/a.c.in",),
        "setup.py:8",
    )
    assert (other.path, other.tool, other.place) == ("src/b.c", "command", "setup.py:11")
    assert other.options["command"].endswith(" make_b.py")
    assert [command.place for command in record.commands] == ["setup.py:11"]


BACKEND = """
from setuptools.build_meta import *
from setuptools.build_meta import build_wheel as _build, get_requires_for_build_wheel as _ask
import contextlib, os, shutil, tempfile

def get_requires_for_build_wheel(settings=None):
    return [*_ask(settings), "six"]

def build_wheel(folder, settings=None, metadata=None):
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(".", copy, dirs_exist_ok=True)
        before = os.getcwd()
        os.chdir(copy)
        try:
            return _build(folder, settings, metadata)
        finally:
            os.chdir(before)
"""


def test_a_backend_of_the_project_that_builds_in_a_copy(tmp_path: Path) -> None:
    system = (
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "own"\nbackend-path = ["b"]\n'
    )
    module = '[[tool.setuptools.ext-modules]]\nname = "demo"\nsources = ["src/a.c"]\n'
    files = {
        "pyproject.toml": f'{system}[project]\nname = "demo"\nversion = "1"\n{module}',
        "b/own.py": BACKEND,
        "src/a.c": "int a;\n",
    }
    (record,) = record_all(write(tmp_path / "p", files), tmp_path / "w", WINDOWS)
    assert record.failure == ""
    assert [e.sources for e in record.extensions] == [(RecordedSource(path="src/a.c"),)]
    assert record.requires == ("setuptools", "six")
    assert record.written == ()


def test_a_failure_is_recorded_for_its_platform_alone(tmp_path: Path) -> None:
    text = "import sys\nif sys.platform == 'win32':\n    raise RuntimeError('not on Windows')\n"
    text += SETUP + "setup(name='demo', version='1', ext_modules=[Extension('demo', ['a.c'])])\n"
    project = write(tmp_path / "p", {"setup.py": text, "a.c": ""})
    linux, windows = record_all(project, tmp_path / "w", LINUX, WINDOWS)
    assert (linux.failure, len(linux.extensions)) == ("", 1)
    assert windows.failure == "RuntimeError: not on Windows (setup.py:3)"


def test_windows_has_none_of_unix_programs(tmp_path: Path) -> None:
    text = (
        "import subprocess\n"
        + SETUP
        + "try:\n    subprocess.run(['./configure'])\n    found = 'yes'\n"
    )
    text += "except OSError:\n    found = 'no'\n"
    text += "setup(name='demo', version='1', ext_modules=[Extension('demo', ['a.c'], "
    text += "define_macros=[('FOUND', found)])])\n"
    project = write(tmp_path / "p", {"setup.py": text, "a.c": "", "configure": "#!/bin/sh\n"})
    (project / "configure").chmod(0o755)
    linux, windows = record_all(project, tmp_path / "w", LINUX, WINDOWS)
    assert linux.extensions[0].sources[0].macros == (("FOUND", "yes"),)
    assert windows.extensions[0].sources[0].macros == (("FOUND", "no"),)
    assert [command.words for command in windows.commands] == [("./configure",)]


MAKE = """
import subprocess
from setuptools import Extension, setup
subprocess.run("cc -Iv -DV -c v/v.c -o v/v.o && ar rcs v/libv.a v/v.o", shell=True, check=True)
setup(name="demo", version="1", ext_modules=[Extension("demo", ["a.c"], extra_objects=["v/libv.a"])])
"""


def test_a_library_that_other_programs_build(tmp_path: Path) -> None:
    project = write(tmp_path / "p", {"setup.py": MAKE, "a.c": "", "v/v.c": ""})
    (record,) = record_all(project, tmp_path / "w", ARM)
    assert record.failure == ""
    (library,) = record.libraries
    assert (library.name, library.sources) == (
        "v",
        (RecordedSource(path="v/v.c", macros=(("V", None),), include_dirs=("v",)),),
    )
    assert record.extensions[0].libraries == ("v",)
    assert record.extensions[0].extra_objects == ()


def test_a_build_that_does_not_end(tmp_path: Path) -> None:
    text = "import subprocess, sys, time\n" + SETUP
    text += "if 'egg_info' not in sys.argv:\n"
    text += "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(14); "
    text += 'open("late", "w")\'])\n    time.sleep(60)\nsetup(name="demo", version="1")\n'
    project = write(tmp_path / "p", {"setup.py": text})
    started = time.monotonic()
    (record,) = record_all(project, tmp_path / "w", seconds=12)
    assert time.monotonic() - started < 50
    assert record.failure == "the build did not end within 12 seconds"
    assert len(record.commands) == 1, "what was seen until then stays"
    time.sleep(5)
    assert not list((tmp_path / "w").rglob("late")), "its children are ended with it"


HOSTILE = """
import json, os
from setuptools import setup
spec = json.load(open(os.environ["ZIGWHEEL_RECORD"]))
lines = ["[" * 100000, "no JSON", '{"event": 3}', '{"event": "built"}', '{"event": "built", "words": 7}',
         '{"event": "built", "words": ["gcc", "-c", "../../../etc/x.c"], "cwd": "/", "seen": {"a": 1}}',
         '{"event": "extension", "name": ["x"]}', '{"event": "command", "words": [1, null, "x"]}']
with open(spec["events"], "a") as stream:
    stream.write("\\n".join(lines) + "\\n")
setup(name="demo", version="1", py_modules=["demo"])
"""


def test_what_a_build_writes_into_its_record_is_not_trusted(tmp_path: Path) -> None:
    project = write(tmp_path / "p", {"setup.py": HOSTILE, "demo.py": ""})
    (record,) = record_all(project, tmp_path / "w")
    assert record.failure == ""
    assert record.extensions == ()
    assert record.tag == "py3-none-any"


def test_a_build_that_ends_its_process(tmp_path: Path) -> None:
    text = "import os, sys\nif 'egg_info' not in sys.argv:\n    os._exit(0)\n"
    text += SETUP + "setup(name='demo')\n"
    (record,) = record_all(write(tmp_path / "p", {"setup.py": text}), tmp_path / "w")
    assert record.failure == "the process ended without a result"


CYTHON = """
from setuptools import Extension, setup
from Cython.Build import cythonize
setup(name="demo", version="1", ext_modules=cythonize(
    [Extension("demo", ["demo.pyx"], language="c++")], compiler_directives={"boundscheck": False},
    language_level=3, nthreads=2,
))
"""


def test_cython_is_run_once_for_all_platforms(tmp_path: Path) -> None:
    system = '[build-system]\nrequires = ["setuptools", "Cython>=3"]\n'
    files = {"setup.py": CYTHON, "demo.pyx": "def f(): return 1\n", "pyproject.toml": system}
    found = record_all(write(tmp_path / "p", files), tmp_path / "w", LINUX, WINDOWS)
    for record in found:
        assert record.failure == ""
        (extension,) = record.extensions
        assert [source.path for source in extension.sources] == ["demo.cpp"]
        assert extension.written_sources == ("demo.pyx",)
        (file,) = record.written
        assert (file.path, file.tool, file.inputs) == ("demo.cpp", "cython", ("demo.pyx",))
        assert dict(file.options) == {
            "directive.boundscheck": "False",
            "directive.language_level": "3",
            "language": "c++",
        }
    assert len(list((tmp_path / "w" / "cython").iterdir())) == 1


CFFI_BUILD = """
import cffi
ffi = cffi.FFI()
ffi.cdef("int f(int);")
ffi.set_source("demo._f", "static int f(int x) { return x; }", include_dirs=["inc"])
"""


def test_cffi_tells_its_builder(tmp_path: Path) -> None:
    text = "from setuptools import setup\n"
    text += "setup(name='demo', version='1', packages=['demo'], cffi_modules=['b/make.py:ffi'])\n"
    system = '[build-system]\nrequires = ["setuptools", "cffi"]\n'
    files = {"setup.py": text, "b/make.py": CFFI_BUILD, "pyproject.toml": system}
    project = write(tmp_path / "p", {**files, "demo/__init__.py": "", "inc/f.h": ""})
    for record in record_all(project, tmp_path / "w", LINUX, WINDOWS):
        assert record.failure == ""
        (extension,) = record.extensions
        assert extension.name == "demo._f"
        assert [s.path for s in extension.sources] == ["{build}/demo._f.c"]
        assert extension.sources[0].include_dirs == ("inc",)
        (file,) = record.written
        assert (file.tool, file.inputs) == ("cffi", ("b/make.py",))
        assert dict(file.options) == {"builder": "b/make.py:ffi", "module": "demo._f"}


BY_ITSELF = {
    "an object": "extensions = [make.ffi.distutils_extension()]",
    "a file": """make.ffi.emit_c_code("made.c")
extensions = [Extension("demo._f", ["made.c"])]""",
}
"""How a `setup.py` has cffi write C without `cffi_modules`."""


@pytest.mark.parametrize("lines", BY_ITSELF.values(), ids=BY_ITSELF)
def test_cffi_that_setup_py_calls_tells_its_builder(lines: str, tmp_path: Path) -> None:
    text = f"""{SETUP}import os, sys
sys.path.insert(0, os.path.abspath("b"))
import make
{lines}
setup(name="demo", version="1", packages=["demo"], ext_modules=extensions)
"""
    system = '[build-system]\nrequires = ["setuptools", "cffi"]\n'
    files = {"setup.py": text, "b/make.py": CFFI_BUILD, "pyproject.toml": system}
    project = write(tmp_path / "p", {**files, "demo/__init__.py": "", "inc/f.h": ""})
    (record,) = record_all(project, tmp_path / "w")
    assert record.failure == ""
    assert [extension.name for extension in record.extensions] == ["demo._f"]
    (file,) = record.written
    assert dict(file.options) == {"builder": "b/make.py:ffi", "module": "demo._f"}


ASKING = """
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

class Build(build_ext):
    def build_extensions(self):
        for name in ("sqrt", "no_such_function"):
            if self.compiler.has_function(name, libraries=["m"]):
                self.extensions[0].define_macros.append(("HAVE_" + name.upper(), None))
        super().build_extensions()

setup(name="demo", version="1", cmdclass={"build_ext": Build},
      ext_modules=[Extension("demo", ["demo.c"])])
"""


@pytest.fixture
def program() -> tuple[str, str]:
    """Zig and its cache."""
    host = describe_host()
    cache = cache_folder(os.environ, host)
    zig = require_zig(cache=cache, environ=os.environ, host=host)
    return str(zig.executable), str(cache / "zig-global")


def test_questions_are_answered_for_the_platform(tmp_path: Path, program: tuple[str, str]) -> None:
    project = write(tmp_path / "p", {"setup.py": ASKING, "demo.c": ""})
    # From an empty cache, Zig first compiles all of a C library for Windows: minutes.
    for record in record_all(project, tmp_path / "w", LINUX, WINDOWS, zig=program, seconds=800):
        assert record.extensions[0].sources[0].macros == (("HAVE_SQRT", None),)
        assert record.commands, "what was asked is told"
    (record,) = record_all(project, tmp_path / "none", LINUX)
    assert record.extensions[0].sources[0].macros == (), "no Zig, no answer"


TRYING = """
import os
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from distutils import ccompiler, sysconfig
from distutils.errors import CCompilerError

def compiles(text):
    compiler = ccompiler.new_compiler()
    sysconfig.customize_compiler(compiler)
    os.makedirs("build", exist_ok=True)
    with open("build/test1.c", "w") as stream:
        stream.write(text)
    try:
        objects = compiler.compile(["build/test1.c"])
        compiler.link_executable(objects, "build/test1.out")
    except CCompilerError:
        return False
    finally:
        os.remove("build/test1.c")
    return True

class Build(build_ext):
    def build_extensions(self):
        macros = self.extensions[0].define_macros
        if compiles("#include <immintrin.h>\\nint main(void) { return 0; }"):
            macros.append(("HAVE_IMMINTRIN", None))
        if compiles("#include <no_such.h>\\nint main(void) { return 0; }"):
            macros.append(("HAVE_NOTHING", None))
        super().build_extensions()

for name in ("made.c", "lib.c"):
    with open(name, "w") as stream:
        stream.write("int made;")
setup(name="demo", version="1", cmdclass={"build_ext": Build},
      libraries=[("l", {"sources": ["lib.c"]})],
      ext_modules=[Extension("demo", ["demo.c", "made.c"])])
"""


def test_a_source_that_is_written_to_be_tried_is_a_question(
    tmp_path: Path, program: tuple[str, str]
) -> None:
    project = write(tmp_path / "p", {"setup.py": TRYING, "demo.c": ""})
    intel, arm = record_all(project, tmp_path / "w", LINUX, ARM, zig=program, seconds=800)
    assert intel.extensions[0].sources[0].macros == (("HAVE_IMMINTRIN", None),)
    assert arm.extensions[0].sources[0].macros == ()
    for record in (intel, arm):
        assert record.failure == ""
        assert [s.path for s in record.extensions[0].sources] == ["demo.c", "made.c"]
        assert [s.path for s in record.libraries[0].sources] == ["lib.c"]
