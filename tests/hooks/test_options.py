"""Options have the effect that their text promises, seen in what is built."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hooks.rig import CONFIG, CORE, TINY, Maker, Project, evaluated, unpacked
from zigwheel.audit.elf import Elf, read_elf
from zigwheel.target.host import describe_host
from zigwheel.zig.toolchain import Zig, require_zig

HELLO = '#include <stdio.h>\n#include <math.h>\nint main(int n, char **v) { return printf("%.0f\\n", sqrt(n * 4.0)) < 0; }\n'


@pytest.fixture
def elf(tmp_path: Path) -> Callable[[Path], Elf]:
    """Reads the one linked file of a wheel."""

    def read(wheel: Path) -> Elf:
        folder = unpacked(wheel, tmp_path / f"read-{len(list(tmp_path.iterdir()))}")
        (file,) = folder.rglob("*.so")
        return read_elf(file)

    return read


@pytest.fixture
def zig(environ: dict[str, str]) -> Zig:
    """The compiler that the builds use."""
    cache = Path(environ["ZIGWHEEL_CACHE_DIR"])
    return require_zig(cache=cache, environ=environ, host=describe_host())


def shown(file: Elf) -> set[str]:
    return {symbol.name for symbol in file.symbols if symbol.defined}


def test_only_the_init_function_is_shown(tiny: Project, elf: Callable[[Path], Elf]) -> None:
    tiny.write({"src/tiny/more.c": "int tiny_twice(int x) { return 2 * x; }\nint other;\n"})
    assert shown(elf(tiny.wheel())) == {"PyInit__core"}
    tiny.config(CONFIG + 'export-symbols = ["tiny_*"]\n')
    assert shown(elf(tiny.wheel())) == {"PyInit__core", "tiny_twice"}


def test_macros_of_every_kind(tiny: Project, tmp_path: Path) -> None:
    tiny.write(
        {"src/tiny/value.h": "#if defined(GONE) || !defined(ONE) || defined(OFF)\n#error\n#endif\n"}
    )
    options = 'define-macros = { VALUE = 41, ONE = true, OFF = false, GONE = 1 }\nundef-macros = ["GONE"]\n'
    tiny.config(CONFIG + options)
    assert evaluated(tiny.wheel(), "tiny.value()", tmp_path / "x") == "41"


def test_flags_by_language_and_by_file(tiny: Project, tmp_path: Path) -> None:
    tiny.write(
        {
            "src/tiny/value.h": "extern int one(void), two(void);\n#define VALUE (one() * 10 + two())\n",
            "src/tiny/one.c": "#ifdef CXX\n#error\n#endif\nint one(void) { return C + FILE_ONLY; }\n",
            "src/tiny/two.cpp": '#if defined(C) || __cplusplus < 202002L\n#error\n#endif\nextern "C" int two(void) { return CXX; }\n',
        }
    )
    tiny.config(
        CONFIG.replace('*.c"', '*.{c,cpp}"')
        + 'extra-c-args = ["-DC=3"]\nextra-cxx-args = ["-DCXX=5"]\ncxx-standard = "c++20"\n'
        + '[tool.zigwheel.extension.file-args]\n"src/tiny/one.c" = ["-DFILE_ONLY=1"]\n'
    )
    assert evaluated(tiny.wheel(), "tiny.value()", tmp_path / "x") == "45"


ASSEMBLY = ".globl one\n.hidden one\none:\n  mov ${value}, %eax\n  ret\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one.s", ASSEMBLY.format(value=7)),
        ("one.S", "#define SEVEN 7\n" + ASSEMBLY.format(value="SEVEN")),
        ("one.m", "@class Nothing;\nint one(void) { Nothing *none = 0; return none ? 0 : 7; }\n"),
        ("one.zig", "export fn one() c_int {\n    return 7;\n}\n"),
    ],
)
def test_other_languages(tiny: Project, tmp_path: Path, name: str, text: str) -> None:
    tiny.write(
        {"src/tiny/value.h": "int one(void);\n#define VALUE one()\n", f"src/tiny/{name}": text}
    )
    tiny.config(CONFIG.replace('*.c"', f'*.c", "src/tiny/{name}"'))
    settings = {"target": "x86_64-linux-gnu.2.17"}
    assert evaluated(tiny.wheel(settings=settings), "tiny.value()", tmp_path / "x") == "7"


def test_libraries_that_need_each_other(tiny: Project, tmp_path: Path) -> None:
    tiny.write(
        {
            "src/tiny/value.h": "int a(void);\n#define VALUE a()\n",
            "vendor/a.c": "int b(void);\nint a(void) { return b() + 1; }\n",
            "vendor/b.c": "int b(void) { return 1; }\n",
        }
    )
    libraries = "".join(
        f'[[tool.zigwheel.library]]\nname = "{n}"\nsources = ["vendor/{n}.c"]\nlink = {link}\n'
        for n, link in (("b", "[]"), ("a", '["b"]'))
    )
    tiny.config(f'{CONFIG}link = ["a"]\n{libraries}')
    assert evaluated(tiny.wheel(), "tiny.value()", tmp_path / "x") == "2"


def test_overrides_follow_the_target(tiny: Project) -> None:
    tiny.config(
        CONFIG
        + """
[[tool.zigwheel.overrides]]
if.arch = "aarch64"
wheel.build-tag = "1arm"

[[tool.zigwheel.overrides]]
if.libc = "musl"
if.python = ">=3.9"
wheel.build-tag = "2musl"

[[tool.zigwheel.overrides]]
if.os = "windows"
extension.sources = ["src/windows.c"]
"""
    )
    assert "-1arm-" in tiny.wheel(settings={"target": "aarch64-linux-gnu.2.17"}).name
    assert "-2musl-" in tiny.wheel(settings={"target": "x86_64-linux-musl"}).name
    assert tiny.wheel(settings={"target": "x86_64-linux-gnu.2.17"}).name.startswith("tiny-1.0-cp")


@pytest.mark.parametrize("setting", ["optimize=small", "lto=true", "strip=false", "cpu=x86_64_v3"])
def test_modes_change_the_file_and_it_still_runs(
    tiny: Project, tmp_path: Path, setting: str
) -> None:
    # a bit count is one instruction from x86_64_v2 on, and a sequence of them before
    bits = "__builtin_popcountll((unsigned long long) (size_t) self)"
    tiny.write({"src/tiny/value.h": f"#define VALUE ({bits} > 1 ? 324 : 0)\n"})
    settings = {"target": "x86_64-linux-gnu.2.17"}
    plain = tiny.wheel(tmp_path / "plain", settings).read_bytes()
    key, value = setting.split("=")
    key = f"extension.{key}" if key == "cpu" else key
    wheel = tiny.wheel(tmp_path / "other", {**settings, key: value})
    if key != "lto":  # one small file leaves link-time optimisation nothing to do
        assert wheel.read_bytes() != plain
    if key != "extension.cpu":
        assert evaluated(wheel, "tiny.value()", tmp_path / "x") == "324"


@pytest.mark.parametrize("target", ["x86_64-linux-gnu.2.17", "x86_64-linux-musl"])
def test_programs_and_libraries_of_the_c_library(make: Maker, tmp_path: Path, target: str) -> None:
    project = make(
        config='[[tool.zigwheel.executable]]\nname = "hello"\nsources = ["hello.c"]\n'
        'libraries = ["m", "pthread", "dl"]\n',
        files={"hello.c": HELLO},
    )
    wheel = project.wheel(settings={"target": target})
    assert wheel.name.startswith("tiny-1.0-py3-none-m")
    program = unpacked(wheel, tmp_path / "x") / "tiny-1.0.data" / "scripts" / "hello"
    with zipfile.ZipFile(wheel) as archive:
        mode = archive.getinfo("tiny-1.0.data/scripts/hello").external_attr >> 16
    assert mode & 0o777 == 0o755
    if "gnu" in target:
        program.chmod(0o755)
        done = subprocess.run([program], capture_output=True, text=True, check=True)
        assert done.stdout == "2\n"


def test_a_library_of_the_system(
    tiny: Project, elf: Callable[[Path], Elf], tmp_path: Path, zig: Zig
) -> None:
    folder = tmp_path / "system"
    folder.mkdir()
    tiny.write({"src/tiny/value.h": "int far(void);\n#define VALUE far()\n"})
    tiny.config(f'{CONFIG}libraries = ["far"]\nlibrary-dirs = ["{folder}"]\n')
    said = tiny.refusal()
    assert "far" in said
    assert "`library-dirs`" in said
    (folder / "far.c").write_text("int far(void) { return 3; }\n")
    words = [zig.executable, "build-lib", "-dynamic", "-fno-compiler-rt", "--name", "far", "far.c"]
    subprocess.run(words, cwd=folder, check=True)
    wheel = tiny.wheel()
    assert wheel.name.endswith("-linux_x86_64.whl")
    assert "libfar.so" in elf(wheel).needed


def test_a_module_without_its_init_function(tiny: Project) -> None:
    tiny.write({"src/tiny/_core.c": CORE.replace("PyInit__core", "PyInit_core")})
    said = tiny.refusal()
    assert re.search(r"`tiny/_core\S+` does not export PyInit__core, but PyInit_core, so", said)


def test_the_clock_stands_still(tiny: Project, tmp_path: Path) -> None:
    tiny.write({"src/tiny/value.h": "#define VALUE 0\n"})
    core = CORE.replace("PyLong_FromLong(VALUE)", 'PyUnicode_FromString(__DATE__ "|" __TIME__)')
    tiny.write({"src/tiny/_core.c": core})
    said = evaluated(tiny.wheel(), "tiny.value()", tmp_path / "1")
    assert said == "Jan  1 2016|00:00:00"
    later = tiny.under(SOURCE_DATE_EPOCH="1700000000").wheel()
    assert evaluated(later, "tiny.value()", tmp_path / "2") == "Nov 14 2023|22:13:20"


@pytest.mark.slow
@pytest.mark.parametrize("lowering", ["direct", "zig-build"])
def test_names_that_meet(make: Maker, tmp_path: Path, lowering: str) -> None:
    """Modules of two packages with one file name, and a program that is called as a package is."""
    config = ""
    files = {**TINY, "hello.c": HELLO}
    for value, package in enumerate(("left", "right"), start=5):
        config += (
            f'[[tool.zigwheel.extension]]\nname = "tiny.{package}._core"\n'
            f'sources = ["src/tiny/_core.c"]\ndefine-macros = {{ GIVEN = {value} }}\n'
        )
        files[f"src/tiny/{package}/__init__.py"] = ""
    files["src/tiny/value.h"] = "#define VALUE GIVEN\n"
    files["src/tiny/__init__.py"] = "import tiny.left._core, tiny.right._core\n"
    config += (
        '[[tool.zigwheel.executable]]\nname = "tiny"\nsources = ["hello.c"]\nlibraries = ["m"]\n'
    )
    wheel = make(config=config, files=files).wheel(settings={"lowering": lowering})
    said = evaluated(wheel, "tiny.left._core.value(), tiny.right._core.value()", tmp_path / "x")
    assert said == "5 6"


@pytest.mark.slow
def test_debug_information_names_no_folder_of_this_machine(tiny: Project, tmp_path: Path) -> None:
    for mode in ("debug", "fast"):
        one, other = (
            tiny.wheel(
                tmp_path / mode / road, {"strip": "false", "optimize": mode, "lowering": road}
            )
            for road in ("direct", "zig-build")
        )
        assert one.read_bytes() == other.read_bytes()
        (file,) = unpacked(one, tmp_path / mode / "site").rglob("*.so")
        assert b"_core.c" in file.read_bytes()
        assert bytes(tmp_path) not in file.read_bytes()
