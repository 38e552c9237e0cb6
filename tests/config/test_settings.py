"""`-C key=value` and `ZIGWHEEL_*`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import zigwheel
from zigwheel.config.kinds import keys_of
from zigwheel.config.model import Config
from zigwheel.config.settings import INSIDE, PREFIX, RESERVED, options
from zigwheel.errors import ConfigError, ErrorCollection

Load = Callable[..., Config]

BASE = """
[[extension]]
name = "p._a"
sources = ["a.c"]
define-macros = { X = 1 }
[[extension]]
name = "p._b"
sources = ["b.c"]
[[library]]
name = "z"
sources = ["z.c"]
[[executable]]
name = "x"
sources = ["x.c"]
"""


def value_at(config: Config, name: str) -> Any:
    """The value of an option, of the first component where there are several."""
    outer, _, inner = name.rpartition(".")
    holder: Any = config
    if outer:
        holder = getattr(config, outer)
        holder = holder[0] if isinstance(holder, tuple) else holder
    return getattr(holder, inner.replace("-", "_"))


# Text to value, for -C and for variables alike.
TEXTS = [
    ("target", "aarch64-linux-musl", "aarch64-linux-musl"),
    ("py-api", "cp310", "cp310"),
    ("manylinux", "2014", "2_17"),
    ("optimize", "small", "small"),
    ("verbose", "true", True),
    ("verbose", "1", True),
    ("verbose", "Yes", True),
    ("verbose", "ON", True),
    ("strip", "false", False),
    ("strip", "0", False),
    ("strip", "no", False),
    ("strip", "off", False),
    ("wheel.exclude", "*.c;*.h", ("*.c", "*.h")),
    ("wheels.skip", "cp39-* pp*;*-win32", ("cp39-* pp*", "*-win32")),
    ("wheels.test-command", "a; b", ("a; b",)),
    ("wheels.test-command", '["a; b", "c"]', ("a; b", "c")),
    ("wheels.environment", "A=1;B=2 C='x y'", {"A": "1", "B": "2", "C": "x y"}),
    ("wheels.environment", '{ A = "x y" }', {"A": "x y"}),
    ("wheels.config-settings", "a=1 b=$c a=2", {"a": ("1", "2"), "b": ("$c",)}),
    ("wheel.exclude", " *.c ; ;*.h; ", ("*.c", "*.h")),
    ("wheel.exclude", "[ab].c", ("[ab].c",)),
    ("wheel.exclude", '["a;b", "c"]', ("a;b", "c")),
    ("wheel.exclude", "[ 'a' ]", ("a",)),
    ("wheel.exclude", "[]", ()),
    ("wheel.packages", "src/a;b.py", {"a": "src/a", "b.py": "b.py"}),
    ("wheel.packages", '["src/a"]', {"a": "src/a"}),
    ("wheel.packages", "a/b=src/a; c = d", {"a/b": "src/a", "c": "d"}),
    ("wheel.packages", '{ "a/b" = "src/a" }', {"a/b": "src/a"}),
    ("wheel.data", "a=b=c", {"a": "b=c"}),
    ("extension.optimize", "debug", "debug"),
    ("extension.extra-compile-args", "-O2;-g", ("-O2", "-g")),
    (
        "extension.define-macros",
        "A=1;B;C=;D=false",
        {"X": 1, "A": "1", "B": True, "C": "", "D": False},
    ),
    ("extension.define-macros", '{ A = 1, X = "2" }', {"X": "2", "A": 1}),
    ("extension.file-args", "a.c=-mavx2;b.c=-g", {"a.c": ("-mavx2",), "b.c": ("-g",)}),
    ("extension.file-args", '{ "a.c" = ["-a", "-b"] }', {"a.c": ("-a", "-b")}),
    ("executable.install", "p/bin", "p/bin"),
    ("version.scm", "true", True),
]


@pytest.mark.parametrize(("name", "text", "expected"), TEXTS)
def test_texts(load: Load, name: str, text: str, expected: object) -> None:
    assert value_at(load(BASE, settings={name: text}), name) == expected
    assert value_at(load(BASE, environ={options()[name].variable: text}), name) == expected


def test_a_setting_of_components_is_for_all_of_them(load: Load) -> None:
    config = load(BASE, settings={"extension.lto": "true", "extension.define-macros": "Y=2"})
    assert [(e.lto, dict(e.define_macros)) for e in config.extension] == [
        (True, {"X": 1, "Y": "2"}),
        (True, {"Y": "2"}),
    ]
    assert config.library[0].lto is None
    assert load("", settings={"extension.lto": "true"}) == Config()


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("wheel.exclude", ["a;b", '["c"]'], ("a", "b", "c")),
        (
            "extension.define-macros",
            ["A=1", "B=2;A=3", '{ C = "x" }'],
            {"X": 1, "A": "3", "B": "2", "C": "x"},
        ),
        ("wheel.packages", ["src/a", "src/b"], {"a": "src/a", "b": "src/b"}),
        ("py-api", ["cp39", "cp310"], "cp310"),
        ("verbose", ["true", "false"], False),
        ("verbose", True, True),
        ("verbose", [True, False], False),
        ("wheel.exclude", [], ("old",)),
    ],
)
def test_values_that_frontends_pass(
    load: Load, name: str, values: object, expected: object
) -> None:
    text = f"wheel.exclude = ['old']\nwheel.packages = {{ old = 'old' }}\n{BASE}"
    assert value_at(load(text, settings={name: values}), name) == expected


def test_precedence(load: Load) -> None:
    text = (
        "build-dir = 'toml'\ncache-dir = 'toml'\npython-headers = 'toml'\ntarget = 'toml'\n"
        "[[overrides]]\nif.os = 'linux'\n"
        "build-dir = 'override'\ncache-dir = 'override'\npython-headers = 'override'"
    )
    environ = {"ZIGWHEEL_CACHE_DIR": "variable", "ZIGWHEEL_PYTHON_HEADERS": "variable"}
    config = load(text, environ=environ, settings={"python-headers": "setting"})
    found = (config.target, config.build_dir, config.cache_dir, config.python_headers)
    assert found == ("toml", "override", "variable", "setting")
    first = load(text, environ=environ, settings={"python-headers": "setting"}, conditions=None)
    found = (first.target, first.build_dir, first.cache_dir, first.python_headers)
    assert found == ("toml", "toml", "variable", "setting")


WRONG = [
    (
        {"py_api": "cp310"},
        {},
        "unknown option `-C py_api`; did you mean `py-api`?",
    ),
    ({"exclude": "a"}, {}, "unknown option `-C exclude`; did you mean `wheel.exclude`?"),
    (
        {"extension.sorces": "a"},
        {},
        "unknown option `-C extension.sorces`; did you mean `extension.sources`?",
    ),
    (
        {"extension.name": "a"},
        {},
        "`-C extension.name` is not allowed\n  hint: it would give every entry the same name",
    ),
    (
        {"qqq": "a"},
        {},
        "unknown option `-C qqq`\n  hint: the option reference lists every key",
    ),
    (
        {"wheel": "a"},
        {},
        "`-C wheel` is a table\n  hint: set one of its keys, such as `-C wheel.packages=...`",
    ),
    (
        {"overrides": "a"},
        {},
        "unknown option `-C overrides`\n  hint: the option reference lists every key",
    ),
    (
        {"--global-option": "build"},
        {},
        (
            "`-C --global-option` means something to setuptools, and nothing here\n  hint: flags are "
            "`-C extension.extra-compile-args=...`; every option has such a key"
        ),
    ),
    (
        {"--build-option": "build"},
        {},
        (
            "`-C --build-option` means something to setuptools, and nothing here\n  hint: flags are "
            "`-C extension.extra-compile-args=...`; every option has such a key"
        ),
    ),
    (
        {"verbose": "maybe"},
        {},
        '`-C verbose` is "maybe"; it must be `true` or `false`',
    ),
    ({"verbose": ""}, {}, '`-C verbose` is ""; it must be `true` or `false`'),
    ({"target": True}, {}, "`-C target` is true, a boolean; it must be a string"),
    ({"target": 3}, {}, "`-C target` is 3, an integer; it must be a string"),
    (
        {"optimize": "fats"},
        {},
        (
            '`-C optimize` is "fats"; it must be "fast", "small", "safe" or "debug"\n'
            '  hint: did you mean "fast"?'
        ),
    ),
    (
        {"wheel.exclude": '["a", 3]'},
        {},
        '`-C wheel.exclude[1]` is 3, an integer; it must be a string\n  hint: write "3"',
    ),
    (
        {"wheel.exclude": '["a'},
        {},
        '`-C wheel.exclude` is "[\\"a"; it must be a TOML array (Unterminated string)',
    ),
    (
        {"wheel.exclude": '["a"]\nx = 1'},
        {},
        '`-C wheel.exclude` is "[\\"a\\"]\\nx = 1"; it must be a TOML array and nothing after it',
    ),
    (
        {"wheel.data": "a"},
        {},
        '`-C wheel.data` is "a"; it must be `KEY=VALUE;...` or a TOML inline table',
    ),
    (
        {"wheel.data": "../a=b"},
        {},
        (
            '`-C wheel.data` has the key "../a"; '
            "it must be a relative path inside the wheel, with `/` and without `..`"
        ),
    ),
    (
        {},
        {"ZIGWHEEL_PY_API": "3.10"},
        (
            '`ZIGWHEEL_PY_API` is "3.10"; '
            "it must be `cp3` and the oldest minor version, such as `cp310`; with a `t`, from "
            "`cp315t` on; or both, such as `cp310.cp315t`"
        ),
    ),
    (
        {},
        {"ZIGWHEEL_EXTENSION_LTO": "2"},
        '`ZIGWHEEL_EXTENSION_LTO` is "2"; it must be `true` or `false`',
    ),
    (
        {"extension.link": "y"},
        {},
        (
            '`-C extension.link[0]` is "y", which names no library\n'
            "  hint: there is `z`; system libraries go into `libraries`"
        ),
    ),
    (
        {},
        {"ZIGWHEEL_LIBRARY_LINK": "zz"},
        '`ZIGWHEEL_LIBRARY_LINK[0]` is "zz", which names no library; did you mean `z`?',
    ),
]


@pytest.mark.parametrize(("given", "environ", "message"), WRONG)
def test_wrong_values(
    load: Load, given: Mapping[str, object], environ: Mapping[str, str], message: str
) -> None:
    text = BASE.split("[[extension]]")
    with pytest.raises((ConfigError, ErrorCollection)) as caught:
        load(text[0] + "[[extension]]" + text[2], settings=given, environ=environ)
    assert str(caught.value) == message


def test_mistakes_in_all_places_at_once(load: Load) -> None:
    with pytest.raises(ErrorCollection) as caught:
        load("lto = 1", settings={"lot": "1", "strip": "x"}, environ={"ZIGWHEEL_LTO": "x"})
    assert [str(error) for error in caught.value.errors] == [
        "`tool.zigwheel.lto` is 1, an integer; it must be true or false",
        '`ZIGWHEEL_LTO` is "x"; it must be `true` or `false`',
        "unknown option `-C lot`; did you mean `lto`?",
        '`-C strip` is "x"; it must be `true` or `false`',
    ]


def test_variables_that_are_no_option_are_warned_of(load: Load) -> None:
    said: list[str] = []
    environ = {
        "PATH": "x",
        "ZIGWHEEL_ZIG": "/opt/zig",
        "ZIGWHEEL_PYAPI": "cp310",
        "ZIGWHEEL_EXTENSION_NAME": "a",
        "ZIGWHEEL_FROBNICATE": "1",
        "ZIGWHEEL_EMPTY": "",
        "ZIGWHEEL_LTO": "",
        "ZIGWHEEL_INDEX_PORT": "4000",
    }
    assert load("", environ=environ, warn=said.append) == Config()
    assert said == [
        (
            "the environment variable `ZIGWHEEL_EXTENSION_NAME` is no option of zigwheel; "
            "did you mean `ZIGWHEEL_EXTENSION_ENABLED`?"
        ),
        "the environment variable `ZIGWHEEL_FROBNICATE` is no option of zigwheel",
        (
            "the environment variable `ZIGWHEEL_PYAPI` is no option of zigwheel; "
            "did you mean `ZIGWHEEL_PY_API`?"
        ),
    ]


def test_every_field_is_an_option() -> None:
    expected = set()
    for outer in keys_of(Config).values():
        if outer.name in INSIDE:
            continue
        if outer.kind.record is None:
            expected.add(outer.name)
        else:
            inner = keys_of(outer.kind.record).values()
            expected |= {f"{outer.name}.{key.name}" for key in inner if key.kind.record is None}
    assert set(options()) == expected - {"extension.name", "library.name", "executable.name"}
    assert {"extension.py-limited-api", "wheel.build-tag", "python"} <= set(options())


def test_every_variable_in_the_source_is_an_option_or_reserved() -> None:
    folder = Path(zigwheel.__file__).parent
    texts = [path.read_text("utf-8") for path in folder.rglob("*.py")]
    named = {name for text in texts for name in re.findall(r"\bZIGWHEEL_[A-Z_]*[A-Z]\b", text)}
    known = {option.variable for option in options().values()} | RESERVED
    assert "ZIGWHEEL_ZIG" in named
    assert named <= known


def test_variables_are_unambiguous() -> None:
    variables = [option.variable for option in options().values()]
    assert len(set(variables)) == len(variables)
    assert not RESERVED & set(variables)
    assert all(v.startswith(PREFIX) and v.replace("_", "").isalnum() for v in variables)
    assert options()["wheel.exclude"].variable == "ZIGWHEEL_WHEEL_EXCLUDE"
    assert options()["py-api"].variable == "ZIGWHEEL_PY_API"
    assert options()["extension.optimize"].variable == "ZIGWHEEL_EXTENSION_OPTIMIZE"
