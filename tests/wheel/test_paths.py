from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.errors import SdistError, WheelError
from zigwheel.wheel.paths import check_paths, folded, parents, path_problem

BAD = {
    "": "is empty",
    "/etc/passwd": "is absolute",
    "C:/x": "is absolute",
    "c:x": "is absolute",
    "a\\b": "has a backslash; archives separate folders with `/`",
    "..\\b": "has a backslash; archives separate folders with `/`",
    "a//b": "has an empty component",
    "a/": "has an empty component",
    "../a": "has a `.` or `..` component",
    "a/../b": "has a `.` or `..` component",
    "a/..": "has a `.` or `..` component",
    "./a": "has a `.` or `..` component",
    "a\0b": "has a control character",
    "a\nb": "has a control character",
    "a\x7f": "has a control character",
    "a\udcff": "cannot be encoded as UTF-8",
}


@pytest.mark.parametrize("path", BAD)
def test_bad_paths(path: str) -> None:
    assert path_problem(path) == BAD[path]


@pytest.mark.parametrize(
    "path", ["a", "a/b.py", "...", "a..b/..c", "ü/x y.py", "ab:c", ".hidden", "-x"]
)
def test_good_paths(path: str) -> None:
    assert path_problem(path) == ""


@given(st.text(st.sampled_from("ab./\\:C\0\n ü\udc80"), max_size=8))
def test_accepted_paths_stay_below_the_folder_they_are_unpacked_in(path: str) -> None:
    if path_problem(path) == "":
        pure = PurePosixPath(path)
        assert str(pure) == path
        assert ".." not in pure.parts
        assert not pure.is_absolute()
        # zipfile keeps the name as it is, on every system
        assert zipfile.ZipInfo(path).filename == path


@given(
    st.lists(st.sampled_from(["a", "A", "a/b", "a/B", "c", "ß", "SS", "é", "e\u0301"]), max_size=4)
)
def test_collisions_are_those_of_folded_names(paths: list[str]) -> None:
    keys = [folded(path) for path in paths]
    nested = any(parent in keys for key in keys for parent in parents(key))
    errors = check_paths(paths, error=WheelError, fold=True)
    assert bool(errors) == (len(set(keys)) < len(keys) or nested)


def test_everything_is_reported_at_once() -> None:
    paths = ["a", "a", "A", "b", "b/c", "../x", "ok/x"]
    messages = [str(e) for e in check_paths(paths, error=WheelError, fold=True)]
    assert len(messages) == 4
    assert "two files want the path 'a'" in messages[0]
    assert "'a' and 'A' are one file" in messages[1]
    assert "'../x'" in messages[2]
    assert "'b' in the archive is a file, and the folder of 'b/c'" in messages[3]


def test_the_case_of_letters_counts_in_sdists() -> None:
    assert check_paths(["a", "A"], error=SdistError, fold=False) == []
    assert isinstance(check_paths(["a", "a"], error=SdistError, fold=False)[0], SdistError)


def test_parents() -> None:
    assert list(parents("a/b/c")) == ["a", "a/b"]
    assert list(parents("a")) == []
    assert Path("a/b/c").parents[0].as_posix() == list(parents("a/b/c"))[-1]
