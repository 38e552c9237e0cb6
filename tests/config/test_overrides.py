"""Overrides: when they apply, and what they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest

from zigwheel.config.conditions import KNOWN, Conditions
from zigwheel.config.model import Config
from zigwheel.errors import ConfigError
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
        ("if.env.CXX = 'g[x]'", True),
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
    facts = replace(linux, environ={"CI": "yes", "EMPTY": "", "CXX": "g[x]"})
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
            (
                "extension.extra-compile-args = ['-c']\n"
                "inherit.extension.extra-compile-args = 'append'"
            ),
            "extra_compile_args",
            {A: ("-a", "-c"), B: ("-c",)},
        ),
        (
            (
                "extension.define-macros = { X = 2, Z = 3 }\n"
                "inherit.extension.define-macros = 'prepend'"
            ),
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
            (
                "[[overrides.extension]]\nname = 'p.*'\nlto = true\n"
                "[[overrides.extension]]\nname = 'p._b'\nlto = false"
            ),
            "lto",
            {A: True, B: False},
        ),
        (
            (
                "inherit.extension.sources = 'append'\n"
                "[[overrides.extension]]\nname = 'p._b'\nsources = ['c.c']"
            ),
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
            (
                "extension.cpu = 'x'\n[[overrides]]\nif.os = 'linux'\nextension.cpu = 'y'\n"
                "[[overrides]]\nif.os = 'macos'\nextension.cpu = 'z'"
            ),
            "cpu",
            {A: "y", B: "y"},
        ),
        (
            (
                "[[overrides.extension]]\nname = 'p._c'\nsources = ['c.c']\n"
                "[[overrides]]\nif.os = 'linux'\nextension.cpu = 'y'\n"
                "[[overrides]]\nif.os = 'linux'\n[[overrides.extension]]\nname = '*_c'\nlto = true"
            ),
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
