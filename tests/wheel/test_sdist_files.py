from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from zigwheel.config.model import SdistSettings
from zigwheel.errors import ConfigError, ErrorCollection, SdistError
from zigwheel.wheel.entries import Entry, content
from zigwheel.wheel.sdist import sdist_entries

Tree = Callable[..., Path]
Git = Callable[..., str]
Repository = Callable[[Path], Path]
Collect = Callable[..., dict[str, Entry]]
ENVIRON = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
PROJECT = {
    "pyproject.toml": "[project]\n",
    "README.md": "",
    ".gitignore": "*.log\n/generated/\nsecret\n",
    "src/fastsum/__init__.py": "",
    "src/fastsum/größe.c": "int x;\n",
    "build/helper.py": "",
    "dist/notes.txt": "",
    "vendor/libz.a": "!<arch>\n",
    "tests/backup.orig": "",
    "tests/a b.txt": "",
}


def test_a_checkout_gives_its_tracked_files(
    tree: Tree, repository: Repository, collect: Collect
) -> None:
    root = repository(tree(PROJECT))
    for path in ("untracked.py", "x.log", "generated"):
        (root / path).write_text("")
    (root / "README.md").unlink()
    assert set(collect(root)) == set(PROJECT) - {"README.md"}


def test_a_forced_file_that_gitignore_names_is_tracked(
    tree: Tree, repository: Repository, git: Git, collect: Collect
) -> None:
    root = repository(tree(PROJECT))
    (root / "forced.log").write_text("")
    git(root, "add", "-f", "forced.log")
    assert "forced.log" in collect(root)


def test_exclude_and_include(tree: Tree, repository: Repository, collect: Collect) -> None:
    root = repository(tree(PROJECT))
    for path in ("generated/table.c", "generated/table.o", "src/fastsum/x.log"):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text("")
    files = collect(
        root, exclude=("tests/", "/build", "*.md", "*.toml"), include=("*.log", "/generated/*.c")
    )
    assert set(files) == {
        *(".gitignore", "pyproject.toml", "src/fastsum/__init__.py", "src/fastsum/größe.c"),
        *("dist/notes.txt", "vendor/libz.a", "generated/table.c", "src/fastsum/x.log"),
    }


def test_outside_a_checkout_ignored_files_and_outputs_stay(tree: Tree, collect: Collect) -> None:
    junk = {
        "x.log": "",
        "generated/table.c": "",
        "src/fastsum/secret": "",
        "src/fastsum/_core.so": "",
        "src/fastsum/__pycache__/x.pyc": "",
        "src/fastsum.egg-info/PKG-INFO": "",
        ".venv/pyvenv.cfg": "",
        ".venv/lib/x.py": "",
        "env/pyvenv.cfg": "",
        "env/x.py": "",
        ".zig-cache/x": "",
        "zig-out/x": "",
        ".git/config": "",
        "compile_commands.json": "",
        "dist/fastsum-1.0.tar.gz": "",
        "docs/.gitignore": "*.html\n!keep.html\n",
        "docs/a.html": "",
        "docs/keep.html": "",
        "docs/deep/b.html": "",
        "docs/deep/.gitignore": "!b.html\n",
        "generated/.gitignore": "!table.c\n",
        "wheelhouse/x.txt": "",
    }
    root = tree({**PROJECT, **junk})
    assert set(collect(root, outputs=["wheelhouse"])) == {
        *(".gitignore", "README.md", "pyproject.toml", "src/fastsum/__init__.py"),
        *("src/fastsum/größe.c", "tests/a b.txt", "docs/.gitignore", "docs/keep.html"),
        *("docs/deep/.gitignore", "docs/deep/b.html"),
    }
    brought = collect(root, outputs=["wheelhouse"], include=("*.so", "/generated/", "/build/"))
    assert {"src/fastsum/_core.so", "generated/table.c", "build/helper.py"} <= set(brought)


def test_git_agrees_with_the_walk(tree: Tree, git: Git, collect: Collect) -> None:
    ignored = {
        ".gitignore": "*.log\n!important.log\n/top\ndoc/**/*.tmp\nfoo/\n# comment\n\\#x\nsp\\ ace\n",
        "a.log": "",
        "important.log": "",
        "top": "",
        "sub/top": "",
        "doc/a/b/c.tmp": "",
        "doc/c.tmp": "",
        "foo/important.log": "",
        "sub/foo": "",
        "#x": "",
        "sp ace": "",
        "sub/.gitignore": "important.log\n!a.log\n*.dat\n",
        "sub/a.log": "",
        "sub/important.log": "",
        "sub/deep/x.dat": "",
        "pyproject.toml": "",
    }
    walked = set(collect(tree(ignored)))
    checkout = tree(ignored, "checkout")
    git(checkout, "init", "-q")
    git(checkout, "add", "-A")
    assert walked == set(collect(checkout))
    assert "sub/a.log" in walked
    assert "foo/important.log" not in walked


def test_pyproject_is_always_there(tree: Tree, git: Git, collect: Collect) -> None:
    root = tree({"pyproject.toml": "", "a.py": ""})
    git(root, "init", "-q")
    git(root, "add", "a.py")
    assert set(collect(root)) == {"pyproject.toml", "a.py"}
    assert set(collect(root, exclude=("*",))) == {"pyproject.toml"}


def test_a_git_that_refuses_leads_to_the_walk(tree: Tree, repository: Repository) -> None:
    root = repository(tree({**PROJECT, "x.log": ""}))
    warnings: list[str] = []
    entries = sdist_entries(
        root, SdistSettings(), needed=(), environ=ENVIRON, warn=warnings.append, git="no-such-git"
    )
    assert len(warnings) == 1
    paths = {entry.path for entry in entries}
    assert "src/fastsum/__init__.py" in paths
    assert not any(path.startswith(".git/") or path.endswith(".log") for path in paths)


def test_submodules_ship(tree: Tree, repository: Repository, git: Git, collect: Collect) -> None:
    inner = repository(tree({"z.c": "int z;", ".gitignore": ""}, "inner"))
    git(inner, "commit", "-q", "-m", "x")
    root = repository(tree({"pyproject.toml": ""}))
    git(root, "submodule", "--quiet", "add", str(inner), "vendor/z")
    files = collect(root)
    assert set(files) == {".gitmodules", "pyproject.toml", "vendor/z/.gitignore", "vendor/z/z.c"}
    assert content(files["vendor/z/z.c"]) == b"int z;"


# What the build needs


def test_missing_files_are_listed_with_reasons(
    tree: Tree, repository: Repository, tmp_path: Path, collect: Collect
) -> None:
    root = repository(tree(PROJECT))
    (root / "src/new.c").write_text("")
    (root / "x.log").write_text("")
    (root / "empty").mkdir()
    needed = ["src/new.c", "x.log", "tests/a b.txt", "../up.c", str(tmp_path / "abs.c"), "gone.c"]
    needed += ["src/fastsum", "README.md", "empty", "./pyproject.toml"]
    with pytest.raises(SdistError) as caught:
        collect(root, needed=needed, exclude=("tests/",))
    assert caught.value.message.splitlines() == [
        "the sdist would not hold files that the build needs:",
        "  '../up.c': lies outside the project",
        f"  {str(tmp_path / 'abs.c')!r}: lies outside the project",
        "  'empty': is not tracked by git",
        "  'gone.c': is not there",
        "  'src/new.c': is not tracked by git",
        "  'tests/a b.txt': excluded by the pattern 'tests/' of `tool.zigwheel.sdist.exclude`",
        "  'x.log': is not tracked by git",
    ]
    assert "`git add` the files" in caught.value.hint
    assert "take the pattern out of `tool.zigwheel.sdist.exclude`" in caught.value.hint
    assert collect(root, needed=["src/new.c", "x.log"], include=("new.c", "*.log"))


def test_missing_files_outside_a_checkout(tree: Tree, collect: Collect) -> None:
    root = tree({**PROJECT, "x.log": "", "generated/a.c": ""})
    with pytest.raises(SdistError) as caught:
        collect(root, needed=["x.log", "generated/a.c", "vendor/libz.a", "generated"])
    assert caught.value.message.splitlines()[1:] == [
        "  'generated': ignored by '.gitignore'",
        "  'generated/a.c': ignored by '.gitignore'",
        "  'vendor/libz.a': excluded by the built-in pattern '*.a'",
        "  'x.log': ignored by '.gitignore'",
    ]
    assert caught.value.hint == "name the files in `tool.zigwheel.sdist.include`"


def test_bad_patterns_are_named(tree: Tree, collect: Collect) -> None:
    with pytest.raises(ConfigError, match=r"`tool\.zigwheel\.sdist\.include`"):
        collect(tree(PROJECT), include=("!",))


# Links


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights on Windows")
def test_tracked_links_ship_what_they_lead_to(
    tree: Tree, repository: Repository, collect: Collect
) -> None:
    root = tree({"pyproject.toml": "", "real/a.h": "a", "real/deep/b.h": "b", "real/tool": "#!"})
    (root / "real/tool").chmod(0o755)
    (root / "file.h").symlink_to("real/a.h")
    (root / "run").symlink_to("real/tool")
    (root / "folder").symlink_to("real")
    (root / "real/inner").symlink_to("deep")
    repository(root)
    (root / "real/untracked").write_text("")
    files = collect(root)
    assert set(files) == {
        *("pyproject.toml", "real/a.h", "real/deep/b.h", "real/inner/b.h", "file.h", "real/tool"),
        *("folder/a.h", "folder/deep/b.h", "folder/inner/b.h", "folder/tool", "run"),
    }
    assert content(files["folder/inner/b.h"]) == b"b"
    assert files["run"].mode == files["folder/tool"].mode == 0o755
    assert files["file.h"].mode == 0o644


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights on Windows")
@pytest.mark.parametrize("checkout", [True, False])
def test_links_that_cannot_ship(
    tree: Tree, repository: Repository, tmp_path: Path, checkout: bool, collect: Collect
) -> None:
    root = tree({"pyproject.toml": "", "a/x": ""})
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/key").write_text("")
    (root / "a/loop").symlink_to("../a")
    (root / "broken").symlink_to("nothing")
    (root / "out").symlink_to("../secret")
    (root / "key").symlink_to("../secret/key")
    (root / "excluded").symlink_to("../secret")
    if checkout:
        repository(root)
    with pytest.raises(ErrorCollection) as caught:
        collect(root, exclude=("excluded",))
    secret = os.path.realpath(tmp_path / "secret")
    assert [error.message for error in caught.value.errors] == [
        f"'a/loop' is a symbolic link to a folder that holds it, {os.path.realpath(root / 'a')!r}",
        "'broken' is a broken symbolic link, to 'nothing'",
        f"'key' is a symbolic link that leads out of the project, to {secret + '/key'!r}",
        f"'out' is a symbolic link that leads out of the project, to {secret!r}",
    ]
    assert all(isinstance(error, SdistError) for error in caught.value.errors)


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights on Windows")
def test_a_link_that_git_could_not_make(
    tree: Tree, repository: Repository, collect: Collect
) -> None:
    root = tree({"pyproject.toml": "", "a": ""})
    (root / "link").symlink_to("a")
    repository(root)
    (root / "link").unlink()
    (root / "link").write_text("a")
    with pytest.raises(SdistError, match=r"'link' is a symbolic link in git, but a plain file"):
        collect(root)


@pytest.mark.skipif(os.name != "posix", reason="permission bits of POSIX systems")
def test_modes(tree: Tree, repository: Repository, git: Git, collect: Collect) -> None:
    root = tree({"pyproject.toml": "", "a": "", "b": "#!"})
    (root / "b").chmod(0o755)
    repository(root)
    (root / "a").chmod(0o755)
    assert {path for path, entry in collect(root).items() if entry.mode == 0o755} == {"a", "b"}
    # as on Windows: the disk's bits mean nothing, git's index knows
    git(root, "config", "core.fileMode", "false")
    for path in ("a", "b", "pyproject.toml"):
        (root / path).chmod(0o777 if path == "a" else 0o644)
    assert {path for path, entry in collect(root).items() if entry.mode == 0o755} == {"b"}
