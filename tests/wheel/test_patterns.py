from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.errors import ConfigError
from zigwheel.wheel.patterns import (
    DATA_DEFAULTS,
    PACKAGE_DEFAULTS,
    TRANSIENT,
    Selection,
    Simple,
    Spec,
    enter,
)

PLACE = "tool.zigwheel.wheel"
NAMES = [
    *(line.rstrip("/").replace("*", "x") for line in PACKAGE_DEFAULTS),
    *("a.py", "a.pyi", "py.typed", "a.h", "a.hpp", "a.pxd", "a.pxi", "c", "so", "git", "x", ".c"),
]
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize("defaults", [PACKAGE_DEFAULTS, DATA_DEFAULTS, TRANSIENT])
def test_the_simple_matcher_has_a_line_for_each_shape(defaults: tuple[str, ...]) -> None:
    for line in defaults:
        body = line.rstrip("/")
        assert "/" not in body
        assert body.count("*") <= 1
        assert "*" not in body[1:-1]
        assert not set(body) & set("?[]!\\ ")
        assert not body.startswith("#")


@given(PATHS)
def test_the_simple_matcher_agrees_with_gitignore(path: str) -> None:
    for defaults in (PACKAGE_DEFAULTS, DATA_DEFAULTS):
        decided, _ = Spec(defaults, place=PLACE).decide(path)
        assert Simple(defaults)(path) == bool(decided), path


SHIPS = [
    *("p/a.py", "p/a.pyi", "p/py.typed", "p/a.h", "p/a.hpp", "p/a.pxd", "p/a.pxi", "p/data.csv"),
    *("p/c/x.txt", "p/git/x.py", "p/größe x.txt", "p/LICENSE", "p/build/x.py", "p/dist/x.py"),
]
STAYS = [
    *("p/a.c", "p/a.cc", "p/a.cpp", "p/a.cxx", "p/a.m", "p/a.mm", "p/a.pyx", "p/a.zig", "p/a.s"),
    *("p/a.S", "p/a.o", "p/a.a", "p/a.pyd", "p/a.dylib", "p/_c.cpython-39-x86_64-linux-gnu.so"),
    *("p/__pycache__/a.pyc", "p/a.pyc", "p/a.py~", "p/.a.py.swp", "p/.gitignore", "p/.git/config"),
    *(
        "p/.mypy_cache/x.py",
        "p/zig-out/x.txt",
        "p/.zig-cache/x",
        "p/x.egg-info/PKG-INFO",
        "p/.#a.py",
    ),
]


@pytest.mark.parametrize("path", SHIPS)
def test_ships_by_default(path: str) -> None:
    assert Selection(PACKAGE_DEFAULTS, (), (), PLACE).verdict(path).ships


@pytest.mark.parametrize("path", STAYS)
def test_stays_by_default(path: str) -> None:
    assert not Selection(PACKAGE_DEFAULTS, (), (), PLACE).verdict(path).ships


def test_exclude_takes_away_and_can_bring_back_a_default() -> None:
    selection = Selection(
        PACKAGE_DEFAULTS, ("tests/", "!keep.c", "*.txt", "!/src/p/a.txt"), (), PLACE
    )
    verdict = selection.verdict("src/p/tests/x.py", "p/tests/x.py")
    assert (verdict.ships, verdict.pattern) == (False, "tests/")
    assert selection.verdict("src/p/keep.c").ships
    assert not selection.verdict("src/p/other.c").ships
    # the last line that matches one of the two paths decides
    assert selection.verdict("src/p/a.txt", "p/a.txt").ships
    assert not selection.verdict("src/p/b.txt", "p/b.txt").ships


def test_both_paths_of_a_file_count() -> None:
    for pattern in ("/src/p/x.py", "/p/x.py", "p/x.py", "x.py"):
        selection = Selection(PACKAGE_DEFAULTS, (pattern,), (), PLACE)
        assert not selection.verdict("src/p/x.py", "p/x.py").ships, pattern


def test_include_has_the_last_word() -> None:
    selection = Selection(PACKAGE_DEFAULTS, ("*.py",), ("*.c", "p/x.py"), PLACE)
    assert selection.verdict("p/a.c").ships
    assert selection.verdict("p/x.py").ships
    assert not selection.verdict("p/y.py").ships
    assert not selection.verdict("p/a.cpp").ships
    assert Selection(PACKAGE_DEFAULTS, (), ("*.c",), PLACE).verdict("p/a.c").ships


@pytest.mark.parametrize("pattern", ["!", "a\\"])
def test_a_bad_pattern_is_named(pattern: str) -> None:
    with pytest.raises(ConfigError, match=r"`tool\.zigwheel\.wheel\.exclude`"):
        Selection(PACKAGE_DEFAULTS, (pattern,), (), PLACE)
    with pytest.raises(ConfigError, match=r"`tool\.zigwheel\.wheel\.include`"):
        Selection(PACKAGE_DEFAULTS, (), (pattern,), PLACE)


def test_pathspec_is_only_imported_for_patterns_of_the_project() -> None:
    code = (
        "import sys; from zigwheel.wheel import layout, patterns as p\n"
        "p.Selection(p.PACKAGE_DEFAULTS, (), (), 'x').verdict('a.py')\n"
        "assert 'pathspec' not in sys.modules\n"
        "p.Selection(p.PACKAGE_DEFAULTS, ('x',), (), 'x').verdict('a.py')\n"
        "assert 'pathspec' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_walks_do_not_look_into_caches() -> None:
    assert [enter(path) for path in ("a", "a/__pycache__", ".git", "x/.git", "git", "zig-out")] == [
        *(True, False, False, False, True, False)
    ]
