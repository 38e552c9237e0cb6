from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zigwheel.plan.files import escapes, expand, matching
from zigwheel.plan.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "a project with ü"
    for name in ("src/a.c", "src/b.c", "src/B.c", "src/deep/c.c", "src/d.h", "vendor/z.c"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


@pytest.mark.parametrize(
    ("patterns", "files"),
    [
        (("src/*.c",), ["src/B.c", "src/a.c", "src/b.c"]),
        (("src/**/*.c",), ["src/B.c", "src/a.c", "src/b.c", "src/deep/c.c"]),
        (("src/b.c", "src/*.c"), ["src/b.c", "src/B.c", "src/a.c"]),
        (("{src,vendor}/[az].c",), ["src/a.c", "vendor/z.c"]),
        (("./src/a.c",), ["src/a.c"]),
        (("src/deep/../a.c",), ["src/a.c"]),
    ],
)
def test_globs(tree: Path, patterns: tuple[str, ...], files: list[str]) -> None:
    assert expand(Tree(root=tree), patterns, place="p") == (files, [])


@pytest.mark.parametrize(
    ("pattern", "message", "hint"),
    [
        ("src/aa.c", "`p`: no file matches 'src/aa.c'", "did you mean 'src/a.c'?"),
        ("scr/a.c", "`p`: no file matches 'scr/a.c'", "there is no folder 'scr'"),
        ("../x.c", "`p` names '../x.c', which lies outside the project", "copy it"),
        ("/etc/passwd", "`p` names '/etc/passwd', which lies outside the project", "copy it"),
        ("src/../../x.c", "`p` names 'src/../../x.c', which lies outside the project", "copy it"),
    ],
)
def test_what_does_not_match(tree: Path, pattern: str, message: str, hint: str) -> None:
    _, (error,) = expand(Tree(root=tree), (pattern,), place="p")
    assert error.message == message
    assert error.hint.startswith(hint)


def test_a_link_out_of_the_project_is_refused(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.c").write_text("")
    (tree / "src" / "link.c").symlink_to(tmp_path / "secret.c")
    _, (error,) = expand(Tree(root=tree), ("src/link.c",), place="p")
    assert "a symbolic link out of the project" in error.message
    assert str(tmp_path / "secret.c") in error.message


def test_a_link_within_the_project_is_a_file(tree: Path) -> None:
    (tree / "src" / "link.c").symlink_to("a.c")
    assert expand(Tree(root=tree), ("src/link.c",), place="p") == (["src/link.c"], [])


@given(st.lists(st.sampled_from(["a", "..", ".", "b"]), min_size=1, max_size=8))
def test_escapes_agrees_with_the_disk(parts: list[str]) -> None:
    depth, out = 0, False
    for word in parts:
        depth += {"..": -1, ".": 0}.get(word, 1)
        out = out or depth < 0
    # a path may leave and come back: what counts is where it ends
    assert escapes("/".join(parts)) == (depth < 0 or (out and leaves(parts)))


def leaves(parts: list[str]) -> bool:
    """Whether the normal form of a path starts with `..`."""
    stack: list[str] = []
    for word in parts:
        if word == ".." and stack and stack[-1] != "..":
            stack.pop()
        elif word != ".":
            stack.append(word)
    return bool(stack) and stack[0] == ".."


# without `..`: behind `**` it leads out of the folder, to whatever else is at work there
PARTS = st.sampled_from(["a", "b.c", "B.C", ".h", "*", "**", "*.c", "[ab]*", ".*", "?", "."])


@given(st.lists(PARTS, min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_globs_are_those_of_python_on_linux(deep: Path, parts: list[str]) -> None:
    pattern = "/".join(parts)
    theirs = glob.glob(pattern, root_dir=deep, recursive=True)
    ours = matching(deep, parts)
    assert files_of(deep, ours) == files_of(deep, theirs)


def files_of(root: Path, paths: Iterable[str]) -> set[str]:
    """Those of the paths that are files below a folder, in their normal form.

    Of a file and `**` behind it `glob` makes that file with a slash.
    """
    return {os.path.normpath(p) for p in paths if (root / p).is_file() and not p.endswith("/")}


@pytest.fixture
def deep(tmp_path: Path) -> Path:
    root = tmp_path / "deep"
    for name in ("b.c", "B.C", ".h", "a/b.c", "a/a/b.c", "a/a/.h", ".x/b.c", "a/.x/b.c", "b/c/B.C"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root
