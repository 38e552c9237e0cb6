from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zigwheel.wheel.git import LINK, clean, staged, tracked

Tree = Callable[..., Path]
Git = Callable[..., str]
Repository = Callable[[Path], Path]
ENVIRON = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def ask(
    root: Path, environ: dict[str, str] | None = None, **more: str
) -> tuple[dict[str, int], list[str]]:
    """Modes by path, and warnings."""
    warnings: list[str] = []
    index = tracked(root, environ={**ENVIRON, **(environ or {})}, warn=warnings.append, **more)  # type: ignore[arg-type]
    return dict(index.modes) if index else {}, warnings


def test_tracked_files(tree: Tree, repository: Repository) -> None:
    root = repository(tree({"a.py": "", "sub/größe x.py": "", 'quote".py': "", "new\nline": ""}))
    (root / "untracked").write_text("")
    modes, warnings = ask(root)
    assert modes == dict.fromkeys(["a.py", "sub/größe x.py", 'quote".py', "new\nline"], 0o100644)
    assert warnings == []


@pytest.mark.skipif(os.name != "posix", reason="permission bits and links of POSIX systems")
def test_modes(tree: Tree, repository: Repository) -> None:
    root = tree({"a": "", "b": ""})
    (root / "b").chmod(0o755)
    (root / "c").symlink_to("a")
    assert ask(repository(root)) == ({"a": 0o100644, "b": 0o100755, "c": LINK}, [])


def test_a_project_in_a_folder_of_the_repository(tree: Tree, repository: Repository) -> None:
    root = repository(tree({"python/pkg/a.py": "", "rust/b": "", "new": ""}))
    assert ask(root / "python")[0] == {"pkg/a.py": 0o100644}
    (root / "fresh").mkdir()
    (root / "fresh/x").write_text("")
    assert ask(root / "fresh") == ({}, [])


def test_neither_checkout_nor_repository(tree: Tree, git: Git) -> None:
    root = tree({"a": ""})
    assert ask(root) == ({}, [])
    git(root, "init", "-q")
    assert ask(root) == ({}, [])


def test_the_environment_of_a_hook_does_not_mislead(
    tree: Tree, repository: Repository, tmp_path: Path
) -> None:
    root = repository(tree({"a": ""}))
    other = repository(tree({"b": ""}, "other"))
    environ = {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(other / ".git/index"),
        "GIT_PREFIX": "x/",
    }
    assert list(ask(root, environ)[0]) == ["a"]


def test_the_environment_may_name_settings() -> None:
    environ = {
        "PATH": "/bin",
        "GIT_DIR": "x",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
        "LC_ALL": "de_DE.UTF-8",
    }
    cleaned = clean(environ)
    assert {"GIT_DIR"} == set(environ) - set(cleaned)
    assert cleaned["LC_ALL"] == "C"


def test_git_is_not_installed(tree: Tree, repository: Repository) -> None:
    plain = tree({"a": ""}, "plain")
    assert ask(plain, program="no-such-git") == ({}, [])
    root = repository(tree({"a": ""}))
    modes, (warning,) = ask(root, program="no-such-git")
    assert modes == {}
    assert "git is not installed" in warning


def test_git_hangs(tree: Tree, tmp_path: Path) -> None:
    slow = tmp_path / "slow-git"
    slow.write_text(f"#!{sys.executable}\nimport time; time.sleep(60)\n")
    slow.chmod(0o755)
    warnings: list[str] = []
    root = tree({"a": ""})
    assert (
        tracked(root, environ=ENVIRON, warn=warnings.append, program=str(slow), timeout=0.3) is None
    )
    assert "timed out" in warnings[0]


@pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away"
)
def test_a_repository_of_another_user_is_refused(tree: Tree, repository: Repository) -> None:
    root = repository(tree({"a": ""}))
    for path in (root, root / ".git"):
        os.chown(path, 12345, 12345)
    environ = {name: value for name, value in ENVIRON.items() if name != "SUDO_UID"}
    warnings: list[str] = []
    assert tracked(root, environ=environ, warn=warnings.append) is None
    assert "dubious ownership" in warnings[0]


def test_submodules(tree: Tree, repository: Repository, git: Git) -> None:
    inner = repository(tree({"z.c": "", "deep/z.h": ""}, "inner"))
    git(inner, "commit", "-q", "-m", "x")
    root = repository(tree({"a": ""}))
    git(root, "submodule", "--quiet", "add", str(inner), "vendor/z")
    modes, warnings = ask(root)
    assert sorted(modes) == [".gitmodules", "a", "vendor/z/deep/z.h", "vendor/z/z.c"]
    assert warnings == []
    git(root, "submodule", "--quiet", "deinit", "-f", "vendor/z")
    modes, (warning,) = ask(root)
    assert "vendor/z/z.c" not in modes
    assert "submodule 'vendor/z' is not checked out" in warning


OLD = """#!{python}
import subprocess, sys
if "--stage" in sys.argv and "--recurse-submodules" in sys.argv:
    sys.exit("fatal: ls-files --recurse-submodules unsupported mode")
sys.exit(subprocess.run(["git", *sys.argv[1:]]).returncode)
"""


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for an old git is a script")
def test_an_old_git(tree: Tree, repository: Repository, git: Git, tmp_path: Path) -> None:
    old = tmp_path / "old-git"
    old.write_text(OLD.format(python=sys.executable))
    old.chmod(0o755)
    inner = repository(tree({"z.c": ""}, "inner"))
    git(inner, "commit", "-q", "-m", "x")
    root = repository(tree({"a": "", "größe": ""}))
    git(root, "submodule", "--quiet", "add", str(inner), "vendor/z")
    modes, warnings = ask(root, program=str(old))
    assert modes == {".gitmodules": 0o100644, "a": 0o100644, "größe": 0o100644, "vendor/z/z.c": 0}
    assert warnings == []


def test_staged() -> None:
    listing = b"100644 abc 0\ta\tb\x00120000 abc 0\tgr\xc3\xb6\x00100755 abc 2\t\xff\0"
    assert staged(listing) == {"a\tb": 0o100644, "grö": LINK, "\udcff": 0o100755}


def test_no_program_of_the_repository_runs(
    tree: Tree, repository: Repository, git: Git, tmp_path: Path
) -> None:
    root = repository(tree({"a": ""}))
    witness = tmp_path / "ran"
    git(root, "config", "core.fsmonitor", f"touch '{witness}'; false")
    subprocess.run(["git", "status"], cwd=root, env=ENVIRON, capture_output=True)
    assert witness.exists(), "git status runs it"
    witness.unlink()
    assert list(ask(root)[0]) == ["a"]
    assert not witness.exists()
