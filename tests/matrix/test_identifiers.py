"""Identifiers and selectors, held against cibuildwheel's own."""

from __future__ import annotations

import os
import re
import sys
from fnmatch import fnmatchcase
from importlib import import_module, resources
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matrix.selecting import LINUX
from zigwheel.errors import MatrixError
from zigwheel.matrix.identifiers import (
    alternatives,
    group_of,
    identifiers,
    platforms,
    pythons,
    selects,
)
from zigwheel.target.parse import resolve_target
from zigwheel.target.python import parse_python
from zigwheel.target.tags import identifier


def judge(name: str) -> ModuleType:
    """A module of cibuildwheel's, which needs a newer Python than zigwheel."""
    if sys.version_info < (3, 11):
        pytest.skip("cibuildwheel needs Python 3.11")
    try:
        return import_module(f"cibuildwheel.{name}")
    except ModuleNotFoundError:
        assert not os.environ.get("CI"), "cibuildwheel is among what the tests need"
        pytest.skip("cibuildwheel is not installed")


def test_names_are_in_order() -> None:
    names = list(identifiers())
    assert names[:3] == [
        "cp39-manylinux_x86_64",
        "cp310-manylinux_x86_64",
        "cp311-manylinux_x86_64",
    ]
    for name in (
        "cp313-manylinux_x86_64",
        "cp313t-musllinux_aarch64",
        "cp39-macosx_arm64",
        "cp314-win_amd64",
        "cp315t-win32",
        "pp311-manylinux_x86_64",
        "cp312-macosx_universal2",
        "cp310-musllinux_loongarch64",
    ):
        assert name in names
    assert "cp312t-win32" not in names
    assert "pp311-musllinux_x86_64" not in names
    order = [one.platform.name for one in identifiers().values()]
    assert list(dict.fromkeys(order)) == list(platforms())


def test_each_is_what_the_option_target_takes() -> None:
    for name, one in identifiers().items():
        if one.python.is_pypy and one.platform.family != "manylinux":
            continue
        target = resolve_target(
            name,
            "",
            host=LINUX,
            manylinux="2_17",
            musllinux="1_2",
            environ={},
        )
        assert identifier(target) == name
        assert target.triple.arch == one.platform.arch
        assert target.triple.os == one.platform.os


def test_groups_that_are_not_built_by_default() -> None:
    groups = {python.name: group_of(python) for python in pythons() if group_of(python)}
    assert groups == {
        "cp313t": "cpython-freethreading",
        "pp39": "pypy-eol",
        "pp310": "pypy-eol",
        "pp311": "pypy",
    }


@pytest.mark.parametrize(
    ("patterns", "name", "expected"),
    [
        (["*"], "cp313-win32", True),
        (["cp313-*"], "cp313t-win32", False),
        (["cp313*"], "cp313t-win32", True),
        (["cp3?-*"], "cp39-win32", True),
        (["cp3?-*"], "cp313-win32", False),
        (["{cp311,cp312}-*"], "cp312-win32", True),
        (["cp31{1,2}-{win*,macosx_arm64}"], "cp311-macosx_arm64", True),
        (["cp31{1,2}-{win*,macosx_arm64}"], "cp311-macosx_x86_64", False),
        (["cp3{9..11}-*"], "cp310-win32", True),
        (["cp3{9..11}-*"], "cp312-win32", False),
        (["cp39-* pp*"], "pp311-manylinux_x86_64", True),
        (["cp39-*", "pp*"], "cp310-manylinux_x86_64", False),
        (["cp31[!3]-*"], "cp313-win32", False),
        (["CP313-*"], "cp313-win32", False),
        ([], "cp313-win32", False),
        ([""], "cp313-win32", False),
        (["cp313-win"], "cp313-win32", False),
    ],
)
def test_selectors(patterns: list[str], name: str, expected: bool) -> None:
    assert selects(patterns, name) is expected
    assert judge("selector").selector_matches(" ".join(patterns), name) is expected


PIECES = (
    "cp3",
    "cp313",
    "13",
    "t",
    "pp",
    "-",
    "*",
    "?",
    "[13]",
    "win",
    "32",
    "_",
    "manylinux",
    "x86_64",
)
PLAIN = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
GLOBS = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "{" + ",".join(parts) + "}"),
        st.tuples(inner, inner).map("".join),
    ),
    max_leaves=6,
)


@given(st.lists(GLOBS, max_size=3))
def test_all_selectors_choose_what_cibuildwheels_do(globs: list[str]) -> None:
    matches = judge("selector").selector_matches
    text = " ".join(globs)
    for name in list(identifiers())[::17]:
        assert selects([text], name) == matches(text, name), name


@given(st.text("{},.a1-*", max_size=12))
def test_braces_that_are_not_whole_are_literal(pattern: str) -> None:
    found = list(alternatives(pattern))
    assert found
    if not re.search(r"\{.*(,|\.\.).*\}", pattern):
        assert found == [pattern]


@given(st.lists(st.sampled_from(sorted(identifiers())), min_size=2, max_size=4))
def test_braces_are_a_choice(names: list[str]) -> None:
    pattern = "{" + ",".join(names) + "}"
    chosen = {name for name in identifiers() if selects([pattern], name)}
    assert chosen == set(names)
    assert all(any(fnmatchcase(name, glob) for glob in alternatives(pattern)) for name in names)


def test_a_selector_is_bounded() -> None:
    with pytest.raises(MatrixError, match="more than 1000 globs"):
        selects(["{a,b}" * 40], "cp313-win32")


def test_every_identifier_of_cibuildwheels_is_known_or_its_python_is_not() -> None:
    judge("selector")
    text = (resources.files("cibuildwheel") / "resources" / "build-platforms.toml").read_text()
    theirs = re.findall(r'identifier = "([^"]+)"', text)
    assert len(theirs) > 100
    for name in theirs:
        python, _, platform = name.partition("-")
        if platform not in platforms():
            assert re.match("android|ios|pyodide", platform), name
        elif re.match(r"cp3(9|1[0-5])t?$|pp3(9|10|11)$", python):
            assert name in identifiers()
            assert parse_python(python).name == python
