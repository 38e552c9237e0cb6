"""`[tool.cibuildwheel]` and `CIBW_*`, held against cibuildwheel's own reading of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from tests.matrix.selecting import (
    EXTENSION,
    errors_of,
    job_of,
    reasons,
    selection_of,
    served,
)
from tests.matrix.test_identifiers import judge
from zigwheel.config.assignments import expanded
from zigwheel.matrix.foreign_options import IMAGES, NO_MEANING, NO_SYSTEM, READ, SYSTEMS
from zigwheel.matrix.identifiers import identifiers
from zigwheel.matrix.select import Limits

TOOL = "[tool.cibuildwheel]\n"

CASES: list[tuple[str, Mapping[str, str]]] = [
    ("", {}),
    (f"{TOOL}build = 'cp31{{2,3}}-*'\nskip = ['*-musllinux_*', 'cp312-win32']\n", {}),
    (f"{TOOL}build = ['cp3*-macosx*', 'cp39-*']\nenable = ['pypy', 'pypy-eol']\n", {}),
    (
        f"{TOOL}build = 'cp39-*'\nskip = '*_i686'\n",
        {"CIBW_BUILD": "cp310-* cp311-*", "CIBW_SKIP": ""},
    ),
    (f"{TOOL}build = 'cp39-*'\nenable = 'pypy'\n", {"CIBW_BUILD": "", "CIBW_ENABLE": "pypy-eol"}),
    ("", {"CIBW_ENABLE": "all", "CIBW_SKIP": "cp3?-*"}),
    ("", {"CIBW_PROJECT_REQUIRES_PYTHON": ">=3.12"}),
    (
        f"""{TOOL}test-command = "pytest {{package}}/tests"
        test-requires = ["pytest", "hypothesis>=6; python_version < '3.14'"]
        test-extras = ["a", "b"]
        test-sources = ["tests", "my data"]
        environment = {{ A = "1", B = "$A/x", N = 3 }}
        [tool.cibuildwheel.linux]
        before-test = "apk add x"
        environment = "C=1 D='$C'"
        [tool.cibuildwheel.windows]
        test-command = ["a", "b c"]
        inherit.environment = "append"
        environment = {{ B = "$B;y" }}
        [[tool.cibuildwheel.overrides]]
        select = "*-musllinux_* cp313-*"
        test-command = "other"
        inherit.test-requires = "append"
        test-requires = "z3 'z4 >= 2'"
        [[tool.cibuildwheel.overrides]]
        select = ["cp31{{3,4}}-*"]
        inherit = {{ test-command = "prepend", environment = "append" }}
        test-command = "first"
        environment = {{ B = "over$B" }}
        test-extras = "c,d"
        """,
        {},
    ),
    (
        f"""{TOOL}test-command = "a"
        test-requires = "pytest"
        [tool.cibuildwheel.macos]
        test-command = "b"
        [[tool.cibuildwheel.overrides]]
        select = "*"
        before-test = "c"
        """,
        {
            "CIBW_TEST_COMMAND": "env",
            "CIBW_TEST_COMMAND_WINDOWS": "",
            "CIBW_TEST_REQUIRES": "pytest 'x >= 1'",
            "CIBW_ENVIRONMENT": "A=\"x y\" B='$A' C=${A}z",
            "CIBW_ENVIRONMENT_MACOS": "M=1",
            "CIBW_BEFORE_TEST_LINUX": "before",
            "CIBW_INHERIT": "environment-macos: append; test-requires: append",
        },
    ),
]


def theirs(text: str, environ: Mapping[str, str], folder: Path, platform: str):  # type: ignore[no-untyped-def]
    """cibuildwheel's options for a project."""
    options = judge("options")
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    arguments = replace(options.CommandLineArguments.defaults(), package_dir=folder)
    return options.compute_options(platform, arguments, environ)


def known_to_both(platform: str) -> list[str]:
    """The identifiers of a system that cibuildwheel has, too, and that zigwheel can build."""
    folder = resources.files("cibuildwheel") / "resources"
    text = (folder / "build-platforms.toml").read_text(encoding="utf-8")
    return [
        name
        for name, one in identifiers().items()
        if one.platform.os == platform
        and f'"{name}"' in text
        and one.platform.arch != "universal2"
        and not (one.python.is_pypy and platform != "linux")
    ]


def filled(environ: Iterable[str]) -> dict[str, str]:
    """`NAME=TEXT` as the environment that it makes where nothing else is set."""
    found: dict[str, str] = {}
    for assignment in environ:
        name, _, text = assignment.partition("=")
        found[name] = expanded(text, found)
    return found


@pytest.mark.parametrize(("text", "environ"), CASES)
@pytest.mark.parametrize("platform", SYSTEMS)
def test_it_is_read_as_cibuildwheel_reads_it(
    text: str, environ: Mapping[str, str], platform: str, tmp_path: Path
) -> None:
    their = theirs(text, environ, tmp_path, platform)
    selection = selection_of(text, base="", environ=environ)
    plans = {test.identifier: test for job in selection.jobs for test in job.tests}
    names = known_to_both(platform)
    assert len(names) > 15
    for name in names:
        assert (name in plans) == their.globals.build_selector(name), name
        if name not in plans:
            continue
        own, other = plans[name], their.build_options(name)
        assert own.command == other.test_command
        assert own.before == other.before_test
        assert list(own.requires) == other.test_requires
        assert f"[{','.join(own.extras)}]" == (other.test_extras or "[]")
        assert list(own.sources) == other.test_sources
        assert filled(own.environ) == other.environment.as_dictionary(prev_environment={})


@pytest.mark.parametrize("platform", SYSTEMS)
def test_settings_of_the_build_are_cibuildwheels(platform: str, tmp_path: Path) -> None:
    text = (
        f"{TOOL}config-settings = {{ strict = 'true', 'extension.extra-c-args' = ['-g', '-O1'] }}\n"
        "[tool.cibuildwheel.linux]\nconfig-settings = 'optimize=small lowering=\"direct\"'\n"
        "[[tool.cibuildwheel.overrides]]\nselect = 'cp313-*'\ninherit.config-settings = 'append'\n"
        "config-settings = { strip = 'false' }\n"
    )
    environ = {
        "CIBW_CONFIG_SETTINGS_MACOS": "lto=true library.extra-c-args=-O1 library.extra-c-args=-O2"
    }
    their = theirs(text, environ, tmp_path, platform)
    settings = judge("frontend").parse_config_settings
    selection = selection_of(text, environ=environ)
    names = [name for name in known_to_both(platform) if name in served(selection)]
    for name in names:
        own = job_of(selection, name).settings
        assert own == settings(their.build_options(name).config_settings), name


def test_archs_limit_their_own_system() -> None:
    selection = selection_of(
        "[tool.cibuildwheel.linux]\narchs = ['x86_64', 'aarch64']\n"
        "[tool.cibuildwheel.macos]\narchs = 'x86_64 universal2'\n",
        environ={"CIBW_ARCHS_WINDOWS": "AMD64 ARM64"},
    )
    assert {identifiers()[name].platform.name for name in served(selection)} == {
        "manylinux_x86_64",
        "manylinux_aarch64",
        "musllinux_x86_64",
        "musllinux_aarch64",
        "macosx_x86_64",
        "macosx_universal2",
        "win_amd64",
        "win_arm64",
    }
    found = reasons(selection)
    assert (
        found["cp313-manylinux_i686"]
        == "`tool.cibuildwheel.linux.archs` does not name manylinux_i686"
    )
    assert found["cp313-win32"] == "`CIBW_ARCHS_WINDOWS` does not name win32"
    only_linux = selection_of(TOOL, environ={"CIBW_PLATFORM": "linux", "CIBW_ARCHS": "auto32"})
    assert {identifiers()[name].platform.arch for name in served(only_linux)} == {"i686", "armv7l"}
    above = selection_of(
        TOOL, Limits(platform="windows"), environ={"CIBW_PLATFORM": "linux", "CIBW_SKIP": "*-win32"}
    )
    assert {identifiers()[name].platform.name for name in served(above)} == {
        "win_amd64",
        "win_arm64",
    }


def test_images_are_the_oldest_c_library() -> None:
    text = (
        f"{TOOL}manylinux-x86_64-image = 'manylinux_2_28'\nmanylinux-i686-image = 'manylinux2014'\n"
        "manylinux-ppc64le-image = 'manylinux2014'\nmanylinux-pypy_x86_64-image = 'manylinux_2_34'\n"
        "manylinux-s390x-image = 'example.org/me/mine:1'\nmusllinux-x86_64-image = 'musllinux_1_2'\n"
        "manylinux-aarch64-image = 'example.org/pypa/manylinux_2_28_aarch64:2025.01'\nenable = 'pypy'\n"
        "[[tool.cibuildwheel.overrides]]\nselect = 'cp313-*'\nmanylinux-x86_64-image = 'manylinux_2_31'\n"
    )
    selection = selection_of(text)
    targets = {
        name: job_of(selection, name).target
        for name in served(selection)
        if name.startswith(("cp312-", "cp313-m", "pp311-"))
    }
    assert targets["cp312-manylinux_x86_64"] == "manylinux_2_28_x86_64"
    assert targets["cp313-manylinux_x86_64"] == "manylinux_2_31_x86_64"
    assert targets["pp311-manylinux_x86_64"] == "manylinux_2_34_x86_64"
    assert targets["cp312-manylinux_i686"] == "manylinux_2_17_i686"
    assert targets["cp312-manylinux_ppc64le"] == "manylinux_2_19_ppc64le"
    assert targets["cp312-manylinux_aarch64"] == "manylinux_2_28_aarch64"
    assert targets["cp312-manylinux_s390x"] == "manylinux_s390x"
    assert targets["cp312-musllinux_x86_64"] == "musllinux_1_2_x86_64"
    (warning,) = selection.warnings
    assert (
        '`tool.cibuildwheel.manylinux-s390x-image` is not followed: "example.org/me/mine:1"'
        in warning
    )
    own = selection_of(text, base=f"[tool.zigwheel]\nmanylinux = '2_17'\n{EXTENSION}")
    assert job_of(own, "cp312-manylinux_x86_64").target == "manylinux_x86_64"


def test_what_has_no_meaning_is_named_with_the_reason() -> None:
    selection = selection_of(
        f"""{TOOL}before-all = "make lib"
        before-build = ""
        build-frontend = {{ name = "build" }}
        repair-wheel-command = "mine {{wheel}}"
        test_command = "x"
        enable = ["graalpy", "pypy"]
        config-settings = {{ lto = "true", setup-args = "x" }}
        [tool.cibuildwheel.pyodide]
        test-command = "x"
        [[tool.cibuildwheel.overrides]]
        select = "*pyodide* cp38-*"
        before-build = "y"
        [tool.cibuildwheel.android]
        """,
        environ={
            "CIBW_BEFORE_ALL_LINUX": "yum install x",
            "CIBW_OUTPUT_DIR": "out",
            "CIBW_BUILD_IOS": "*",
            "CIBW_MANYLINUX_X86_64_IMAGE": "mine",
            "CIBW_BULID": "x",
            "CIBW_REPAIR_WHEEL_COMMAND_MACOS": "",
            "CIBW_FREE_THREADED_SUPPORT": "1",
        },
    )
    starts = [
        "`tool.cibuildwheel.before-all` is not followed: no system is prepared: libraries",
        "`tool.cibuildwheel.build-frontend` is not followed: zigwheel builds its wheels itself",
        "`tool.cibuildwheel.repair-wheel-command` is not followed: wheels hold all",
        "`tool.cibuildwheel.test_command` is not followed: cibuildwheel has no such option",
        "`tool.cibuildwheel.enable: graalpy` is not followed: zigwheel has no facts",
        "`tool.cibuildwheel.config-settings.setup-args` is not followed: zigwheel has no such option",
        "`tool.cibuildwheel.pyodide` is not followed: Pyodide's modules",
        "`CIBW_BULID` is not followed: cibuildwheel has no such variable; did you mean `CIBW_BUILD`?",
        "`CIBW_FREE_THREADED_SUPPORT` is not followed: free-threaded",
        '`CIBW_MANYLINUX_X86_64_IMAGE` is not followed: "mine" is no known image',
        "`CIBW_OUTPUT_DIR` is not followed: say it with `--output-dir`",
        "`CIBW_BEFORE_ALL_LINUX` is not followed: no system is prepared",
        "`CIBW_BUILD_IOS` is not followed: its C library comes with Apple's Xcode",
    ]
    assert selection.jobs[0].settings == {"lto": "true"}
    assert len(selection.warnings) == len(starts)
    for warning, start in zip(selection.warnings, starts, strict=True):
        assert warning.startswith(start)


def test_every_option_of_cibuildwheels_is_thought_of() -> None:
    judge("options")
    folder = resources.files("cibuildwheel") / "resources"
    schema = json.loads((folder / "cibuildwheel.schema.json").read_text(encoding="utf-8"))
    known = {*READ, *IMAGES, *NO_MEANING, *SYSTEMS, *NO_SYSTEM, "overrides", "inherit"}
    assert set(schema["properties"]) <= known


def test_a_table_of_zigwheels_own_is_read_alone() -> None:
    text = (
        f"{TOOL}build = 'cp39-*'\nbefore-all = 'x'\n[tool.zigwheel.wheels]\nbuild = 'cp313-win32'\n"
    )
    selection = selection_of(text, environ={"CIBW_BUILD": "cp310-*", "CIBW_SKIP": ""})
    assert served(selection) == {"cp313-win32"}
    (warning,) = selection.warnings
    assert warning.startswith("`CIBW_BUILD` is not followed: `[tool.zigwheel.wheels]` is there")


def test_zigwheels_variables_are_above_cibuildwheels() -> None:
    selection = selection_of(
        f"{TOOL}build = 'cp39-win32'\ntest-command = 'a'\n",
        environ={
            "CIBW_BUILD_WINDOWS": "cp310-win32",
            "ZIGWHEEL_WHEELS_BUILD": "cp311-win32 cp312-win32",
            "CIBW_TEST_COMMAND": "b",
        },
        settings={"wheels.skip": "cp311-*"},
    )
    (job,) = selection.jobs
    assert job.identifier == "cp312-win32"
    assert job.tests[0].command == "b"
    assert reasons(selection)["cp310-win32"] == "`ZIGWHEEL_WHEELS_BUILD` does not name it"


def test_options_of_pips_are_handed_on() -> None:
    selection = selection_of(
        f"{TOOL}test-requires = '-r tests/requirements.txt'\nbuild = 'cp313-win32'\n"
    )
    assert selection.jobs[0].tests[0].requires == ("-r", "tests/requirements.txt")


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        (
            f"""{TOOL}build = 1
            enable = ["pypi"]
            test-requires = "a 'b"
            environment = ["A=1"]
            config-settings = "x"
            archs = "x86_65"
            inherit = {{ environment = "after" }}
            linux = 1
            [tool.cibuildwheel.macos]
            environment = {{ A = {{ B = 1 }} }}
            [[tool.cibuildwheel.overrides]]
            test-command = "x"
            """,
            {"CIBW_ENVIRONMENT": "A", "CIBW_TEST_REQUIRES_LINUX": "'"},
            [
                "`tool.cibuildwheel.build` is 1, an integer; it must be a string or a list of strings",
                '`tool.cibuildwheel.enable` has "pypi", which is no group; did you mean `pypy`?',
                '`tool.cibuildwheel.test-requires` is "a \'b"; it must be words as in a shell',
                '`tool.cibuildwheel.environment` is ["A=1"], an array; it must be a table or a string',
                '`tool.cibuildwheel.config-settings` is "x"; it must be assignments',
                '`tool.cibuildwheel.archs` has "x86_65", which is for no architecture',
                '`tool.cibuildwheel.inherit.environment` is "after"; it must be',
                "`tool.cibuildwheel.linux` is 1, an integer; it must be a table",
                "`tool.cibuildwheel.macos.environment.A` is { B = 1 }, a table; it must be a string",
                "missing key `tool.cibuildwheel.overrides[0].select`",
                '`CIBW_ENVIRONMENT` is "A"; it must be assignments such as `A=1 B="x y"`',
                '`CIBW_TEST_REQUIRES_LINUX` is "\'"; it must be words as in a shell',
            ],
        ),
        ("tool = { cibuildwheel = 1 }", {}, ["`tool.cibuildwheel` is 1, an integer"]),
        (
            f"{TOOL}environment = 'A=$(date)'\n",
            {},
            ['`tool.cibuildwheel.environment` is "A=$(date)"; it must be assignments'],
        ),
        (
            f"{TOOL}environment = {{ A = '$(date)' }}\n",
            {},
            ['`tool.cibuildwheel.environment` sets `A` to "$(date)"; it has a command'],
        ),
    ],
)
def test_errors_have_places(text: str, environ: Mapping[str, str], expected: list[str]) -> None:
    found = errors_of(text, base="", environ=environ)
    for one in expected:
        assert any(error.startswith(one) for error in found), (one, found)
    assert len(found) == len(expected), found
