"""Globs over names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.config.globs import chosen, expand_braces, has_wildcard, matches


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", [""]),
        ("a", ["a"]),
        ("{a,b}", ["a", "b"]),
        ("x{a,b}y", ["xay", "xby"]),
        ("{a,b}{c,d}", ["ac", "ad", "bc", "bd"]),
        ("{a,b{c,d}}e", ["ae", "bce", "bde"]),
        ("{a,}", ["a", ""]),
        ("{a}", ["a"]),
        ("{a", ["{a"]),
        ("a}", ["a}"]),
        ("{a,{b}", ["{a,{b}"]),
    ],
)
def test_expand_braces(pattern: str, expected: list[str]) -> None:
    assert expand_braces(pattern) == expected


@given(st.lists(st.text(alphabet="ab*?", max_size=4), min_size=1, max_size=4))
def test_braces_around_a_list_are_the_list(choices: list[str]) -> None:
    assert expand_braces("x{" + ",".join(choices) + "}y") == [f"x{choice}y" for choice in choices]


@pytest.mark.parametrize(
    ("patterns", "name", "expected"),
    [
        (["linux"], "linux", True),
        (["linux"], "Linux", False),
        (["lin"], "linux", False),
        (["lin*"], "linux", True),
        (["{macos,windows}"], "macos", True),
        (["macos", "linux"], "linux", True),
        (["!linux"], "linux", False),
        (["!linux"], "macos", True),
        (["cp3*", "!*t"], "cp313", True),
        (["cp3*", "!*t"], "cp313t", False),
        (["!*t", "cp3*"], "cp313t", False),
        (["!{a,b}"], "b", False),
        ([], "a", True),
    ],
)
def test_chosen(patterns: list[str], name: str, expected: bool) -> None:
    assert chosen(patterns, name) is expected


@given(st.text(alphabet="abc._0"))
def test_a_name_without_wildcards_matches_itself_only(name: str) -> None:
    assert not has_wildcard(name)
    assert matches(name, name)
    assert not matches(name, name + "x")
