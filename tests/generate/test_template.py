"""Config headers are filled in as the tools that own the templates would do it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.generate.template import Filling, filled, listed, style_of

FACTS: Mapping[str, str | None] = {
    "HAVE_X_H": "1",
    "HAVE_NO": None,
    "SIZEOF_LONG": "8",
    "ZERO": "0",
}
VALUES: Mapping[str, str | int | bool] = {
    "VERSION": '"1.2"',
    "COUNT": 3,
    "NONE": 0,
    "YES": True,
    "NO": False,
    "EMPTY": "",
}

LINES = [
    ("autoconf", "#undef HAVE_X_H", "#define HAVE_X_H 1"),
    ("autoconf", "#undef HAVE_NO", "/* #undef HAVE_NO */"),
    ("autoconf", "#  undef SIZEOF_LONG", "#  define SIZEOF_LONG 8"),
    ("autoconf", " # undef  HAVE_NO  ", "/*  # undef HAVE_NO */"),
    ("autoconf", "#undef VERSION", '#define VERSION "1.2"'),
    ("autoconf", "#undef COUNT", "#define COUNT 3"),
    ("autoconf", "#undef NONE", "#define NONE 0"),
    ("autoconf", "#undef YES", "#define YES 1"),
    ("autoconf", "#undef NO", "/* #undef NO */"),
    ("autoconf", "#undef EMPTY", "#define EMPTY"),
    ("autoconf", "#  define COUNT 1", "#  define COUNT 3"),
    ("autoconf", "#define HAVE_NO 1", "#define HAVE_NO 1"),
    ("autoconf", "#define YES(x) x", "#define YES(x) x"),
    ("autoconf", "/* #undef */ @VERSION@", "/* #undef */ @VERSION@"),
    ("autoconf-at", "#define V @VERSION@ @COUNT@", '#define V "1.2" 3'),
    ("autoconf-at", "@YES@@NO@@HAVE_NO@", "100"),
    ("autoconf-at", "a@b.example @ @@ @1@ #undef COUNT", "a@b.example @ @@ @1@ #undef COUNT"),
    ("cmake", "#cmakedefine HAVE_X_H", "#define HAVE_X_H"),
    ("cmake", "#cmakedefine HAVE_X_H 1", "#define HAVE_X_H 1"),
    ("cmake", "# cmakedefine HAVE_X_H 1", "# define HAVE_X_H 1"),
    ("cmake", "#cmakedefine HAVE_NO 1", "/* #undef HAVE_NO */"),
    ("cmake", "#cmakedefine NONE @NONE@", "/* #undef NONE */"),
    ("cmake", "#cmakedefine ZERO", "/* #undef ZERO */"),
    ("cmake", "#cmakedefine EMPTY", "/* #undef EMPTY */"),
    ("cmake", "#cmakedefine VERSION @VERSION@", '#define VERSION "1.2"'),
    ("cmake", "#cmakedefine SIZEOF_LONG ${SIZEOF_LONG}", "#define SIZEOF_LONG 8"),
    ("cmake", "#cmakedefine01 HAVE_X_H", "#define HAVE_X_H 1"),
    ("cmake", "#cmakedefine01 HAVE_NO", "#define HAVE_NO 0"),
    ("cmake", "#define C ${COUNT} $COUNT {COUNT}", "#define C 3 $COUNT {COUNT}"),
    ("meson", "#mesondefine HAVE_X_H", "#define HAVE_X_H 1"),
    ("meson", "#mesondefine HAVE_NO", "/* #undef HAVE_NO */"),
    ("meson", "#mesondefine YES", "#define YES"),
    ("meson", "#mesondefine NO", "#undef NO"),
    ("meson", "#mesondefine VERSION", '#define VERSION "1.2"'),
    ("meson", "#define C @COUNT@ ${COUNT}", "#define C 3 ${COUNT}"),
]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize(("style", "line", "expected"), LINES)
def test_each_line(style: str, line: str, expected: str, end: str) -> None:
    filling = Filling(values=VALUES, facts=FACTS)
    assert filled(line + end, style, filling) == expected + end
    assert not filling.unknown


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("/* x */\n#undef HAVE_X\n", "autoconf"),
        ("# undef HAVE_X\r\n", "autoconf"),
        ("#cmakedefine HAVE_X 1\n@VERSION@\n", "cmake"),
        ("#undef FOO\n#cmakedefine01 HAVE_X\n", "cmake"),
        ("#mesondefine HAVE_X\n", "meson"),
        ("#define V @VERSION@\n", "autoconf-at"),
        ("#define V ${VERSION}\n", "cmake"),
        ("#define V 1\n", "autoconf-at"),
    ],
)
def test_the_style_shows(text: str, style: str) -> None:
    assert style_of(text) == style


def test_all_names_without_an_answer_are_told() -> None:
    filling = Filling(values={}, facts={})
    filled("#undef A\n\n#undef B\n#undef A\n", "autoconf", filling)
    assert filling.unknown == {"A": 1, "B": 3}


def test_a_header_without_a_template() -> None:
    assert listed(VALUES, "src/lib/1-config.h") == (
        "#ifndef SRC_LIB_1_CONFIG_H\n#define SRC_LIB_1_CONFIG_H\n\n"
        '#define VERSION "1.2"\n#define COUNT 3\n#define NONE 0\n#define YES 1\n'
        "/* #undef NO */\n#define EMPTY\n\n#endif /* SRC_LIB_1_CONFIG_H */\n"
    )


@given(st.text(alphabet="#@${} \tundefcmakso01\r\nXY_", max_size=200))
def test_any_text_is_filled_in_line_by_line(text: str) -> None:
    for style in ("autoconf", "autoconf-at", "cmake", "meson"):
        filling = Filling(values={"X": "1"}, facts={"Y": None})
        assert filled(text, style, filling).count("\n") == text.count("\n")
