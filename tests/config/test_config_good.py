"""Tables that are right, and what they become."""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from types import MappingProxyType

import pytest

from zigwheel.config.config_header import ConfigHeader
from zigwheel.config.dependency import Dependency
from zigwheel.config.model import (
    Config,
    CythonSettings,
    EditableSettings,
    Executable,
    Extension,
    Generate,
    Library,
    SdistSettings,
    VersionSettings,
    WheelSettings,
)
from zigwheel.config.wheels import WheelsOverride, WheelsSettings

Load = Callable[..., Config]

FULL = """
minimum-version = "0.0.1"
target = "aarch64-linux-gnu.2.17"
python = "cp313"
python-headers = "/opt/python"
py-api = "cp310"
manylinux = "2_28"
musllinux = "1_1"
macosx = "12_0"
optimize = "small"
lto = true
strip = false
lowering = "zig-build"
build-dir = "build"
cache-dir = "/var/cache"
strict = true
verbose = true
reuse = false
caches = ["https://wheels.example/spam"]

[[extension]]
name = "fastsum._core"
sources = ["src/**/*.{c,cpp}"]
exclude-sources = ["src/test.c"]
include-dirs = ["include"]
define-macros = { A = "1", B = 2, C = true, D = false, E = "", "F(x)" = "x" }
undef-macros = ["NDEBUG"]
c-standard = "gnu17"
cxx-standard = "c++17"
extra-compile-args = ["-Wall"]
extra-c-args = ["-Wc"]
extra-cxx-args = ["-Wcxx"]
extra-asm-args = ["-Wasm"]
file-args = { "src/simd_avx2.c" = ["-mavx2", "-mfma"] }
link = ["z"]
libraries = ["m", "c++"]
library-dirs = ["lib"]
extra-link-args = ["-Wl,-z,now"]
optimize = "safe"
lto = false
strip = true
cpu = "x86_64_v2+avx2"
py-limited-api = false
export-symbols = ["fastsum_*"]
language = "c++"
cython-directives = { "warn.unused" = true }
optional = true
enabled = false

[[library]]
name = "z"
sources = ["vendor/zlib/*.c"]

[[executable]]
name = "fast-sum"
sources = ["main.zig"]
install = "fastsum/bin"

[wheel]
packages = { fastsum = "src/fastsum", "fastsum/vendored" = "vendor/python" }
include = ["*.c"]
exclude = ["*.h"]
data = { "share/fastsum" = "data" }
headers = { "fastsum.h" = "include/fastsum.h" }
scripts = { "fast-sum.sh" = "scripts/fs.sh" }
build-tag = "1local"

[sdist]
include = ["generated.c"]
exclude = ["docs"]
generated = true

[[config-header]]
name = "config"
output = "src/config.h"
template = "src/config.h.in"
style = "autoconf"
values = { VERSION = '"1.2"', SIZE = 3, TRACE = false }

[[generate]]
name = "tables"
command = ["{python}", "tools/tables.py", "{overlay}"]
inputs = ["tools/*.py"]
outputs = ["src/tables.h"]
requires = ["jinja2>=3"]
in-copy = true

[cython]
requires = ["Cython==3.2.*"]
directives = { boundscheck = false, language_level = 3 }
include-path = ["include"]
shared = "fastsum._core"

[dependencies.sums]
path = "vendor/sums"
options = { tables = true, bits = 32, kind = "wide" }
optimize = "fast"
license = "MIT"
cpe = "cpe:2.3:a:sums:sums:1:*:*:*:*:*:*:*"

[dependencies.zlib-ng]
url = "https://example.org/zlib-ng.tar.gz"
hash = "N-V-__8AAB0eQwD-0MdOEBmz7intriBReIsIDNlukNVoNu6o"
purl = "pkg:github/zlib-ng/zlib-ng@2"

[editable]
rebuild = true
compile-commands = false

[version]
path = "src/fastsum/__init__.py"
pattern = "V = (.*)"

[wheels]
targets = ["linux", "macosx_universal2"]
pythons = "cp313"
build = "cp31{2,3}-*"
skip = ["*_i686", "*-win32"]
enable = ["pypy"]
test-skip = ""
test-command = "pytest {project}"
before-test = ["a", "b; c"]
test-requires = "pytest>=8"
test-groups = ["test"]
test-extras = ["fast"]
test-sources = ["tests"]
test-environment = { A = "$B" }
environment = '''A=1 B='$x' A="$A:y"'''
config-settings = { lto = "true", x = ["1", "2"] }

[[wheels.overrides]]
select = "*-musllinux_*"
inherit = { test-command = "append" }
test-command = ["more"]
"""


def test_every_setting(load: Load) -> None:
    assert load(FULL) == Config(
        minimum_version="0.0.1",
        target="aarch64-linux-gnu.2.17",
        python="cp313",
        python_headers="/opt/python",
        py_api="cp310",
        manylinux="2_28",
        musllinux="1_1",
        macosx="12_0",
        optimize="small",
        lto=True,
        strip=False,
        lowering="zig-build",
        build_dir="build",
        cache_dir="/var/cache",
        strict=True,
        verbose=True,
        reuse=False,
        caches=("https://wheels.example/spam",),
        extension=(
            Extension(
                name="fastsum._core",
                sources=("src/**/*.{c,cpp}",),
                exclude_sources=("src/test.c",),
                include_dirs=("include",),
                define_macros={"A": "1", "B": 2, "C": True, "D": False, "E": "", "F(x)": "x"},
                undef_macros=("NDEBUG",),
                c_standard="gnu17",
                cxx_standard="c++17",
                extra_compile_args=("-Wall",),
                extra_c_args=("-Wc",),
                extra_cxx_args=("-Wcxx",),
                extra_asm_args=("-Wasm",),
                file_args={"src/simd_avx2.c": ("-mavx2", "-mfma")},
                link=("z",),
                libraries=("m", "c++"),
                library_dirs=("lib",),
                extra_link_args=("-Wl,-z,now",),
                optimize="safe",
                lto=False,
                strip=True,
                cpu="x86_64_v2+avx2",
                py_limited_api=False,
                export_symbols=("fastsum_*",),
                language="c++",
                cython_directives={"warn.unused": True},
                optional=True,
                enabled=False,
            ),
        ),
        library=(Library(name="z", sources=("vendor/zlib/*.c",)),),
        executable=(Executable(name="fast-sum", sources=("main.zig",), install="fastsum/bin"),),
        wheel=WheelSettings(
            packages={"fastsum": "src/fastsum", "fastsum/vendored": "vendor/python"},
            include=("*.c",),
            exclude=("*.h",),
            data={"share/fastsum": "data"},
            headers={"fastsum.h": "include/fastsum.h"},
            scripts={"fast-sum.sh": "scripts/fs.sh"},
            build_tag="1local",
        ),
        sdist=SdistSettings(include=("generated.c",), exclude=("docs",), generated=True),
        config_header=(
            ConfigHeader(
                name="config",
                output="src/config.h",
                template="src/config.h.in",
                style="autoconf",
                values={"VERSION": '"1.2"', "SIZE": 3, "TRACE": False},
            ),
        ),
        generate=(
            Generate(
                name="tables",
                command=("{python}", "tools/tables.py", "{overlay}"),
                inputs=("tools/*.py",),
                outputs=("src/tables.h",),
                requires=("jinja2>=3",),
                in_copy=True,
            ),
        ),
        cython=CythonSettings(
            requires=("Cython==3.2.*",),
            directives={"boundscheck": False, "language_level": 3},
            include_path=("include",),
            shared="fastsum._core",
        ),
        dependencies={
            "sums": Dependency(
                path="vendor/sums",
                options={"tables": True, "bits": 32, "kind": "wide"},
                optimize="fast",
                license="MIT",
                cpe="cpe:2.3:a:sums:sums:1:*:*:*:*:*:*:*",
            ),
            "zlib-ng": Dependency(
                url="https://example.org/zlib-ng.tar.gz",
                hash="N-V-__8AAB0eQwD-0MdOEBmz7intriBReIsIDNlukNVoNu6o",
                purl="pkg:github/zlib-ng/zlib-ng@2",
            ),
        },
        editable=EditableSettings(rebuild=True, compile_commands=False),
        version=VersionSettings(path="src/fastsum/__init__.py", pattern="V = (.*)"),
        wheels=WheelsSettings(
            targets=("linux", "macosx_universal2"),
            pythons=("cp313",),
            build=("cp31{2,3}-*",),
            skip=("*_i686", "*-win32"),
            enable=("pypy",),
            test_skip=(),
            test_command=("pytest {project}",),
            before_test=("a", "b; c"),
            test_requires=("pytest>=8",),
            test_groups=("test",),
            test_extras=("fast",),
            test_sources=("tests",),
            test_environment={"A": "$B"},
            environment={"A": "1:y", "B": "\\$x"},
            config_settings={"lto": ("true",), "x": ("1", "2")},
            overrides=(
                WheelsOverride(
                    select=("*-musllinux_*",),
                    inherit={"test-command": "append"},
                    test_command=("more",),
                ),
            ),
        ),
    )


def test_the_full_table_sets_every_field_to_something_else_than_its_default(load: Load) -> None:
    config, default = load(FULL), Config()
    for name in typing.get_type_hints(Config):
        assert getattr(config, name) != getattr(default, name), name


def test_an_empty_table_is_the_defaults(load: Load) -> None:
    assert load("") == Config()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('manylinux = "2014"', Config(manylinux="2_17")),
        ('manylinux = "2010"', Config(manylinux="2_12")),
        ('manylinux = "1"', Config(manylinux="2_5")),
        ('py-api = ""', Config()),
        ('py-api = "cp32"', Config(py_api="cp32")),
        ('py-api = "cp315t"', Config(py_api="cp315t")),
        ('py-api = "cp310.cp315t"', Config(py_api="cp310.cp315t")),
        (
            'wheel.packages = ["src/fastsum", "other.py"]',
            Config(
                wheel=WheelSettings(packages={"fastsum": "src/fastsum", "other.py": "other.py"})
            ),
        ),
        ("wheel.packages = []", Config(wheel=WheelSettings(packages={}))),
        ("version.scm = true", Config(version=VersionSettings(scm=True))),
        (
            'version = { attr = "a.b", path = "", scm = false }',
            Config(version=VersionSettings(attr="a.b")),
        ),
        (
            'version = { path = "v", pattern = "(?P<x>a)(?P<version>b)" }',
            Config(version=VersionSettings(path="v", pattern="(?P<x>a)(?P<version>b)")),
        ),
        (
            '[[extension]]\nname = "_a9.B_"\nsources = ["a.c"]',
            Config(extension=(Extension(name="_a9.B_", sources=("a.c",)),)),
        ),
        (
            (
                '[[library]]\nname = "b"\nsources = ["b.c"]\nlink = ["a"]\n'
                '[[library]]\nname = "a"\nsources = ["a.c"]'
            ),
            Config(
                library=(
                    Library(name="b", sources=("b.c",), link=("a",)),
                    Library(name="a", sources=("a.c",)),
                )
            ),
        ),
        (
            (
                '[[extension]]\nname = "tool"\nsources = ["a.c"]\n'
                '[[executable]]\nname = "tool"\nsources = ["b.c"]'
            ),
            Config(
                extension=(Extension(name="tool", sources=("a.c",)),),
                executable=(Executable(name="tool", sources=("b.c",)),),
            ),
        ),
        (
            'wheel.data = { "." = "a..b", "..." = "..c/d" }',
            Config(wheel=WheelSettings(data={".": "a..b", "...": "..c/d"})),
        ),
    ],
)
def test_values(load: Load, text: str, expected: Config) -> None:
    assert load(text) == expected


def test_a_config_cannot_be_changed(load: Load) -> None:
    config = load(FULL)
    with pytest.raises(FrozenInstanceError):
        config.lto = False  # type: ignore[misc]
    macros = config.extension[0].define_macros
    assert isinstance(macros, MappingProxyType)
    assert isinstance(config.wheel.data, MappingProxyType)
    assert isinstance(config.wheel.packages, MappingProxyType)
