"""Zig Object Notation, read and written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.config.zon import Name, ZonError, identifier, parse_zon, render_zon

MANIFEST = """\
// a comment
.{
    .name = .zlib, // another
    .version = "1.3.1",
    .fingerprint = 0x73887d3a_953b9465,
    .minimum_zig_version = "0.15.2",
    .dependencies = .{
        .zlib = .{ .url = "https://example.org/\\u{e9}?a=\\x41\\"", .hash = "N-V-x", .lazy = true },
        .@"a-b" = .{ .path = "../b" },
    },
    .paths = .{ "", "src", },
    .text =
    \\\\one
    \\\\two
    ,
    .empty = .{},
    .odd = .{ -1, 2.5, 'a', null, false, .@"x y" },
}
"""


def test_a_manifest() -> None:
    assert parse_zon(MANIFEST) == {
        "name": "zlib",
        "version": "1.3.1",
        "fingerprint": 0x73887D3A953B9465,
        "minimum_zig_version": "0.15.2",
        "dependencies": {
            "zlib": {"url": 'https://example.org/\u00e9?a=A"', "hash": "N-V-x", "lazy": True},
            "a-b": {"path": "../b"},
        },
        "paths": ["", "src"],
        "text": "one\ntwo",
        "empty": [],
        "odd": [-1, 2.5, 97, None, False, "x y"],
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        (".{", 1),
        (".{\n.a = }", 2),
        (".{ 1 2 }", 1),
        (".{ .a = 1, 2 }", 1),
        (".{}\n.{}", 2),
        ("const a = 1;", 1),
        ('.{ "open }', 1),
        ('"\\q"', 1),
        ('"\\u{ffffff}"', 1),
        (".{" * 40 + "}" * 40, 1),
        ("007", 1),
    ],
)
def test_what_is_no_zon_is_refused(text: str, line: int) -> None:
    with pytest.raises(ZonError) as caught:
        parse_zon(text)
    assert caught.value.line == line


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    line = 1
    try:
        parse_zon(text)
    except ZonError as error:
        line = error.line
    assert 1 <= line <= text.count("\n") + 1


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x7f\x85"), min_size=1)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, min_size=1, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: object) -> None:
    assert parse_zon(render_zon(value)) == value


def test_names_are_quoted_where_zig_wants_it() -> None:
    assert [identifier(n) for n in ("zlib", "for", "zlib-ng", "_", "1a")] == [
        "zlib",
        '@"for"',
        '@"zlib-ng"',
        '@"_"',
        '@"1a"',
    ]
    assert render_zon(Name("for")) == '.@"for"'
