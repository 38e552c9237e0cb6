"""Overrides: when they apply, what they change, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest

from zigwheel.config.conditions import KNOWN, Conditions
from zigwheel.config.model import Config
from zigwheel.errors import ConfigError, ErrorCollection
from zigwheel.target.triple import Libc, Os

Load = Callable[..., Config]

BASE = """
[[extension]]
name = "p._a"
sources = ["a.c"]
define-macros = { X = 1, Y = "y" }
extra-compile-args = ["-a"]
[[extension]]
name = "p._b"
sources = ["b.c"]
[[library]]
name = "z"
sources = ["z.c"]
"""


def applies(load: Load, facts: Conditions, condition: str) -> bool:
    """Whether an override with the keys of `if` in `condition` applies."""
    text = f"[[overrides]]\n{condition}\nbuild-dir = 'applied'"
    return load(text, conditions=facts).build_dir == "applied"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("if.os = 'linux'", True),
        ("if.os = 'windows'", False),
        ("if.os = ['windows', 'linux']", True),
        ("if.os = '{macos,linux}'", True),
        ("if.os = '!linux'", False),
        ("if.os = '!windows'", True),
        ("if.os = ['*', '!linux']", False),
        ("if.arch = 'x86_64'", True),
        ("if.arch = '*64'", True),
        ("if.arch = 'aarch64'", False),
        ("if.libc = 'gnu'", True),
        ("if.libc = 'musl'", False),
        ("if.abi = 'cp313'", True),
        ("if.abi = 'cp3*'", True),
        ("if.abi = '*t'", False),
        ("if.abi = 'abi3'", False),
        ("if.python = '>=3.13'", True),
        ("if.python = '<3.13'", False),
        ("if.python = '>=3.10,<3.14'", True),
        ("if.python = '==3.13'", True),
        ("if.python = '==3.13.*'", True),
        ("if.python = '~=3.12'", True),
        ("if.python = '!=3.13'", False),
        ("if.python = '>=3.13.0'", True),
        ("if.env.CI = true", True),
        ("if.env.CI = false", False),
        ("if.env.NONE = true", False),
        ("if.env.NONE = false", True),
        ("if.env.EMPTY = true", False),
        ("if.env.EMPTY = false", True),
        ("if.env.CI = 'yes'", True),
        ("if.env.CI = 'y.*'", True),
        ("if.env.CI = 'y'", False),
        ("if.env.CXX = 'g++[x]'", True),
        ("if.env = { CI = true, NONE = true }", False),
        ("if.env.NONE = ''", True),
        ("if = { os = 'linux', arch = 'x86_64' }", True),
        ("if = { os = 'linux', arch = 'i686' }", False),
        ("if.any = [{ os = 'windows' }, { libc = 'gnu' }]", True),
        ("if.any = [{ os = 'windows' }, { libc = 'musl' }]", False),
        ("if.all = [{ os = 'linux' }, { libc = 'gnu' }]", True),
        ("if.all = [{ os = 'linux' }, { libc = 'musl' }]", False),
        ("if = { os = 'linux', any = [{ abi = '*t' }] }", False),
        ("if.any = [{ all = [{ os = 'linux' }, { any = [{ libc = 'gnu' }] }] }]", True),
    ],
)
def test_conditions(load: Load, linux: Conditions, condition: str, expected: bool) -> None:
    facts = replace(linux, environ={"CI": "yes", "EMPTY": "", "CXX": "g++[x]"})
    assert applies(load, facts, condition) is expected


@pytest.mark.parametrize(
    ("condition", "facts", "expected"),
    [
        ("if.abi = '*t'", {"abi": "cp313t"}, True),
        ("if.abi = 'abi3'", {"abi": "abi3"}, True),
        ("if.os = 'macos'", {"os": "macos", "libc": "none"}, True),
        ("if.libc = '!gnu'", {"os": "macos", "libc": "none"}, True),
        ("if.python = '<3.10'", {"python": (3, 9)}, True),
        ("if.python = '>=3.9'", {"python": (3, 15)}, True),
    ],
)
def test_conditions_of_other_targets(
    load: Load, linux: Conditions, condition: str, facts: dict[str, Any], expected: bool
) -> None:
    assert applies(load, replace(linux, **facts), condition) is expected


def test_the_known_names_are_those_of_the_target() -> None:
    assert KNOWN["os"] == get_args(Os)
    assert KNOWN["libc"] == get_args(Libc)


def test_without_a_target_nothing_applies(load: Load) -> None:
    assert load("[[overrides]]\nif.os = '*'\nlto = true", conditions=None) == Config()


A, B = "p._a", "p._b"


@pytest.mark.parametrize(
    ("override", "field", "expected"),
    [
        # Scalars and lists replace; tables merge.
        ("extension.lto = true", "lto", {A: True, B: True}),
        ("extension.sources = ['c.c']", "sources", {A: ("c.c",), B: ("c.c",)}),
        (
            "extension.define-macros = { X = false, Z = 3 }",
            "define_macros",
            {A: {"X": False, "Y": "y", "Z": 3}, B: {"X": False, "Z": 3}},
        ),
        # inherit
        (
            "extension.sources = ['c.c']\ninherit.extension.sources = 'append'",
            "sources",
            {A: ("a.c", "c.c"), B: ("b.c", "c.c")},
        ),
        (
            "extension.sources = ['c.c']\ninherit.extension.sources = 'prepend'",
            "sources",
            {A: ("c.c", "a.c"), B: ("c.c", "b.c")},
        ),
        (
            "extension.sources = ['c.c']\ninherit.extension.sources = 'none'",
            "sources",
            {A: ("c.c",), B: ("c.c",)},
        ),
        (
            "extension.extra-compile-args = ['-c']\n"
            "inherit.extension.extra-compile-args = 'append'",
            "extra_compile_args",
            {A: ("-a", "-c"), B: ("-c",)},
        ),
        (
            "extension.define-macros = { X = 2, Z = 3 }\n"
            "inherit.extension.define-macros = 'prepend'",
            "define_macros",
            {A: {"X": 1, "Y": "y", "Z": 3}, B: {"X": 2, "Z": 3}},
        ),
        (
            "extension.define-macros = { X = 2 }\ninherit.extension.define-macros = 'none'",
            "define_macros",
            {A: {"X": 2}, B: {"X": 2}},
        ),
        # By name.
        ("[[overrides.extension]]\nname = 'p._a'\nlto = true", "lto", {A: True, B: None}),
        ("[[overrides.extension]]\nname = 'p.*'\nlto = true", "lto", {A: True, B: True}),
        ("[[overrides.extension]]\nname = 'p._{b,c}'\nlto = true", "lto", {A: None, B: True}),
        (
            "[[overrides.extension]]\nname = 'p.*'\nlto = true\n"
            "[[overrides.extension]]\nname = 'p._b'\nlto = false",
            "lto",
            {A: True, B: False},
        ),
        (
            "inherit.extension.sources = 'append'\n"
            "[[overrides.extension]]\nname = 'p._b'\nsources = ['c.c']",
            "sources",
            {A: ("a.c",), B: ("b.c", "c.c")},
        ),
        # New ones.
        (
            "[[overrides.extension]]\nname = 'p._c'\nsources = ['c.c']\nlink = ['z']",
            "link",
            {A: (), B: (), "p._c": ("z",)},
        ),
        # Later overrides win, and see what earlier ones added.
        (
            "extension.cpu = 'x'\n[[overrides]]\nif.os = 'linux'\nextension.cpu = 'y'\n"
            "[[overrides]]\nif.os = 'macos'\nextension.cpu = 'z'",
            "cpu",
            {A: "y", B: "y"},
        ),
        (
            "[[overrides.extension]]\nname = 'p._c'\nsources = ['c.c']\n"
            "[[overrides]]\nif.os = 'linux'\nextension.cpu = 'y'\n"
            "[[overrides]]\nif.os = 'linux'\n[[overrides.extension]]\nname = '*_c'\nlto = true",
            "cpu",
            {A: "y", B: "y", "p._c": "y"},
        ),
    ],
)
def test_changes_of_extensions(
    load: Load, override: str, field: str, expected: dict[str, object]
) -> None:
    config = load(f"{BASE}[[overrides]]\nif.os = 'linux'\n{override}")
    assert {e.name: getattr(e, field) for e in config.extension} == expected


@pytest.mark.parametrize(
    ("base", "override", "expected"),
    [
        ("lto = false", "lto = true", {"lto": True}),
        ("py-api = 'cp310'", "py-api = ''", {"py_api": ""}),
        ("manylinux = '2_28'", "manylinux = '2014'", {"manylinux": "2_17"}),
        ("wheel.exclude = ['a']", "wheel.exclude = ['b']", {"exclude": ("b",)}),
        (
            "wheel.exclude = ['a']",
            "wheel.exclude = ['b']\ninherit.wheel.exclude = 'append'",
            {"exclude": ("a", "b")},
        ),
        (
            "wheel = { exclude = ['a'], include = ['i'] }",
            "wheel.exclude = []",
            {"exclude": (), "include": ("i",)},
        ),
        (
            "wheel.data = { a = 'x', b = 'y' }",
            "wheel.data = { b = 'z' }",
            {"data": {"a": "x", "b": "z"}},
        ),
        # Packages merge as a table and are replaced as a list.
        (
            "wheel.packages = { a = 'x' }",
            "wheel.packages = { b = 'y' }",
            {"packages": {"a": "x", "b": "y"}},
        ),
        ("wheel.packages = { a = 'x' }", "wheel.packages = ['b']", {"packages": {"b": "b"}}),
        (
            "wheel.packages = ['a']",
            "wheel.packages = ['b']\ninherit.wheel.packages = 'append'",
            {"packages": {"a": "a", "b": "b"}},
        ),
        (
            "wheel.packages = ['a']",
            "wheel.packages = { b = 'c' }\ninherit.wheel.packages = 'none'",
            {"packages": {"b": "c"}},
        ),
        ("", "wheel.packages = ['b']", {"packages": {"b": "b"}}),
    ],
)
def test_changes_of_the_rest(
    load: Load, base: str, override: str, expected: dict[str, object]
) -> None:
    config = load(f"{base}\n[[overrides]]\nif.os = 'linux'\n{override}")
    for name, value in expected.items():
        holder = config if hasattr(config, name) else config.wheel
        assert getattr(holder, name) == value


def test_sources_that_depend_on_the_target(load: Load, linux: Conditions) -> None:
    text = (
        "[[extension]]\nname = 'a'\nsources = []\n"
        "[[overrides]]\nif.os = 'linux'\nextension.sources = ['l.c']"
    )
    assert load(text).extension[0].sources == ("l.c",)
    assert load(text, conditions=None).extension[0].sources == ()
    with pytest.raises(ConfigError, match=r"`tool.zigwheel.extension\[0\].sources` of \"a\""):
        load(text, conditions=replace(linux, os="macos"))


def test_a_library_that_only_some_targets_have(load: Load, linux: Conditions) -> None:
    text = (
        "[[extension]]\nname = 'a'\nsources = ['a.c']\nlink = ['w']\n"
        "[[overrides]]\nif.os = 'windows'\n"
        "[[overrides.library]]\nname = 'w'\nsources = ['w.c']"
    )
    assert load(text, conditions=None).extension[0].link == ("w",)
    assert load(text, conditions=replace(linux, os="windows")).library[0].name == "w"
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert str(caught.value) == (
        '`tool.zigwheel.extension[0].link[0]` is "w", a library that only '
        "`tool.zigwheel.overrides[0].library[0]` adds, "
        "and this override does not apply to the target\n"
        "  hint: put `link` into the same override"
    )


WHERE = "`tool.zigwheel.overrides[0]"
EMPTY_IF = "hint: what holds for every target belongs in `[tool.zigwheel]`"

WRONG = [
    # The condition.
    (
        "lto = true",
        "missing key `tool.zigwheel.overrides[0].if`\n  hint: say when it applies: `if.os`, "
        "`if.arch`, `if.libc`, `if.python`, `if.abi`, `if.env`, `if.any` or `if.all`",
    ),
    ("if = {}", f"{WHERE}.if` is empty; an override needs a condition\n  {EMPTY_IF}"),
    ("if.any = [{}]", f"{WHERE}.if.any[0]` is empty; an override needs a condition\n  {EMPTY_IF}"),
    ("if = 'linux'", f'{WHERE}.if` is "linux", a string; it must be a table'),
    ("if.any = []", f"{WHERE}.if.any` is empty; it needs a condition"),
    (
        "if.all = { os = 'linux' }",
        f'{WHERE}.if.all` is {{ os = "linux" }}, a table; it must be an array of tables\n'
        "  hint: write `[[tool.zigwheel.overrides[0].if.all]]`",
    ),
    ("if.os = []", f"{WHERE}.if.os` is empty; leave it out where it does not matter"),
    ("if.env = {}", f"{WHERE}.if.env` is empty; leave it out where it does not matter"),
    ("if.os = ''", f'{WHERE}.if.os` is ""; it must be a string that is not empty'),
    ("if.os = 3", f"{WHERE}.if.os` is 3, an integer; it must be a string or a list of strings"),
    ("if.system = 'linux'", f"unknown key {WHERE}.if.system`\n  hint: the keys of {WHERE}.if` are "
     "`os`, `arch`, `libc`, `python`, `abi`, `env`, `any`, `all`"),
    ("if.achr = 'x86_64'", f"unknown key {WHERE}.if.achr`; did you mean `arch`?"),
    ("if.os = 'darwin'", f'{WHERE}.if.os` has "darwin", which is no os; did you mean `macos`?'),
    ("if.os = '!lnx'", f'{WHERE}.if.os` has "!lnx", which is no os; did you mean `linux`?'),
    ("if.os = 'bsd*'", f'{WHERE}.if.os` has "bsd*", which is no os\n'
     "  hint: there is `linux`, `macos` or `windows`"),
    ("if.arch = ['x86_64', 'AMD64']", f'{WHERE}.if.arch` has "AMD64", which is no arch; '
     "did you mean `x86_64`?"),
    ("if.libc = 'glibc'", f'{WHERE}.if.libc` has "glibc", which is no libc; did you mean `gnu`?'),
    (
        "if.python = '3.13'",
        f'{WHERE}.if.python` is "3.13"; it must be version specifiers (PEP 440)\n'
        "  hint: such as `>=3.13`, `==3.12` or `>=3.10,<3.13`",
    ),
    (
        "if.python = ''",
        f"{WHERE}.if.python` is \"\"; it must be version specifiers (PEP 440)\n"
        "  hint: such as `>=3.13`, `==3.12` or `>=3.10,<3.13`",
    ),
    (
        "if.python = '>=3.13.1'",
        f'{WHERE}.if.python` is ">=3.13.1"; a target has a minor version of Python and no more\n'
        "  hint: write two numbers, such as `>=3.13`",
    ),
    (
        "if.env.A = '('",
        f'{WHERE}.if.env.A` is "(", no regular expression: '
        "missing ), unterminated subpattern at position 0\n"
        "  hint: put a backslash before a character that is meant literally",
    ),
    ("if.env.A = 1", f"{WHERE}.if.env.A` is 1, an integer; it must be a string or a boolean\n"
     '  hint: write "1"'),
    # The body, whether it applies or not.
    (
        "if.os = 'windows'\ntarget = 'x'",
        f"{WHERE}.target` is not allowed\n"
        "  hint: an override applies to a target, so it cannot choose one",
    ),
    (
        "if.os = 'windows'\npython = 'cp313'",
        f"{WHERE}.python` is not allowed\n"
        "  hint: an override applies to a target, so it cannot choose its Python",
    ),
    (
        "if.os = 'windows'\nminimum-version = '0.0'",
        f"{WHERE}.minimum-version` is not allowed\n"
        "  hint: it is read before all else; write it into `[tool.zigwheel]`",
    ),
    (
        "if.os = 'windows'\nextension.sorces = ['a']",
        f"unknown key {WHERE}.extension.sorces`; did you mean `sources`?",
    ),
    ("if.os = 'windows'\nltoo = true", f"unknown key {WHERE}.ltoo`; did you mean `lto`?"),
    ("if.os = 'windows'\nlto = 1", f"{WHERE}.lto` is 1, an integer; it must be true or false"),
    (
        "if.os = 'windows'\nextension.link = ['zz']",
        f'{WHERE}.extension.link[0]` is "zz", which names no library; did you mean `z`?',
    ),
    (
        "if.os = 'windows'\nexecutable.lto = true",
        f"{WHERE}.executable` changes nothing: there is no `[[tool.zigwheel.executable]]`",
    ),
    (
        "if.os = 'windows'\nextension.name = 'q'",
        f"{WHERE}.extension.name` is not allowed\n  hint: a table applies to every entry; for "
        "some write `[[tool.zigwheel.overrides.extension]]` with a glob as `name`",
    ),
    (
        "if.os = 'windows'\n[[overrides.extension]]\nlto = true",
        f"missing key {WHERE}.extension[0].name`\n  hint: it is a glob, such as `*`",
    ),
    (
        "if.os = 'windows'\n[[overrides.extension]]\nname = ['a']",
        f'{WHERE}.extension[0].name` is ["a"], an array; it must be a string',
    ),
    (
        "if.os = 'windows'\n[[overrides.extension]]\nname = 'q.*'\nsources = ['a.c']",
        f'{WHERE}.extension[0].name` is "q.*", which matches no name\n'
        "  hint: there is `p._a` or `p._b`",
    ),
    (
        "if.os = 'windows'\n[[overrides.extension]]\nname = 'p._c'\nlto = true",
        f'{WHERE}.extension[0].name` is "p._c", which matches no name; did you mean `p._b`?\n'
        "  hint: to add a new entry, give its `sources`",
    ),
    (
        "if.os = 'windows'\n[[overrides.library]]\nname = 'openssl'\nlto = true",
        f'{WHERE}.library[0].name` is "openssl", which matches no name\n'
        "  hint: there is `z`; to add a new entry, give its `sources`",
    ),
    (
        "if.os = 'windows'\n[[overrides.extension]]\nname = 'a-b'\nsources = ['a.c']",
        f'{WHERE}.extension[0].name` is "a-b"; it must be a dotted module name '
        "of ASCII letters, digits and underscores, such as `fastsum._core`",
    ),
    # inherit
    (
        "if.os = 'windows'\nwheel.exclude = []\ninherit.wheel.exclude = 'apend'",
        f'{WHERE}.inherit.wheel.exclude` is "apend"; it must be "none", "append" or "prepend"',
    ),
    (
        "if.os = 'windows'\ninherit.wheel.exclude = 'append'",
        f"{WHERE}.inherit.wheel` has nothing to act on: the override has no {WHERE}.wheel`",
    ),
    (
        "if.os = 'windows'\nextension.sources = []\ninherit.extension.sorces = 'append'",
        f"unknown key {WHERE}.inherit.extension.sorces`; did you mean `sources`?",
    ),
    (
        "if.os = 'windows'\nlto = true\ninherit.lto = 'append'",
        f"{WHERE}.inherit.lto` is not allowed: `lto` is not a list or a table",
    ),
    (
        "if.os = 'windows'\nlto = true\ninherit = 'append'",
        f'{WHERE}.inherit` is "append", a string; it must be a table',
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[text[-40:] for text, _ in WRONG])
def test_wrong_overrides(load: Load, text: str, message: str) -> None:
    for conditions in ("none", "linux"):
        given = {"conditions": None} if conditions == "none" else {}
        with pytest.raises((ConfigError, ErrorCollection)) as caught:
            load(f"{BASE}[[overrides]]\n{text}", **given)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "overrides = {}",
            "`tool.zigwheel.overrides` is {}, a table; it must be an array of tables\n"
            "  hint: write `[[tool.zigwheel.overrides]]`",
        ),
        ("overrides = [1]", "`tool.zigwheel.overrides[0]` is 1, an integer; it must be a table"),
    ],
)
def test_overrides_of_the_wrong_type(load: Load, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert str(caught.value) == message


def test_a_name_that_only_another_override_adds_may_be_changed(
    load: Load, linux: Conditions
) -> None:
    text = (
        f"{BASE}[[overrides]]\nif.os = 'windows'\n"
        "[[overrides.extension]]\nname = 'p._win'\nsources = ['w.c']\n"
        "[[overrides]]\nif.arch = 'x86_64'\n"
        "[[overrides.extension]]\nname = 'p._win'\nlto = true"
    )
    assert [e.name for e in load(text).extension] == [A, B]
    windows = load(text, conditions=replace(linux, os="windows"))
    assert [(e.name, e.lto) for e in windows.extension] == [(A, None), (B, None), ("p._win", True)]
