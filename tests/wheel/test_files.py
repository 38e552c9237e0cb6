from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zigwheel.wheel.files import in_archive, on_disk, walk

pytestmark = pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights on Windows")

Tree = Callable[..., Path]


def found(root: Path, folder: str = "pkg") -> dict[str, str]:
    """Path → problem, of everything below a folder; a plain loop would not come back."""
    return {file.path: file.problem for file in walk(root, root / folder, lambda path: True)}


def test_files_come_sorted_and_folders_do_not_come(tree: Tree) -> None:
    root = tree({"pkg/b.py": "", "pkg/a/z.py": "", "pkg/a/b/c": "", "pkg/a.py": "", "x": ""})
    (root / "pkg/empty").mkdir()
    assert list(found(root)) == ["a/b/c", "a/z.py", "a.py", "b.py"]
    assert list(found(root, ".")) == ["pkg/a/b/c", "pkg/a/z.py", "pkg/a.py", "pkg/b.py", "x"]


def test_folders_are_entered_on_demand(tree: Tree) -> None:
    root = tree({"pkg/a/x": "", "pkg/a/b/x": "", "pkg/c/x": ""})
    asked: list[str] = []

    def look_into(path: str) -> bool:
        asked.append(path)
        return path != "a/b"

    assert [file.path for file in walk(root, root / "pkg", look_into)] == ["a/x", "c/x"]
    assert asked == ["a", "a/b", "c"]


def test_links_inside_the_project_are_followed(tree: Tree) -> None:
    root = tree({"pkg/a.py": "a", "shared/s.h": "s", "shared/deep/t.h": "t"})
    (root / "pkg/link.py").symlink_to("a.py")
    (root / "pkg/headers").symlink_to("../shared")
    (root / "pkg/absolute.h").symlink_to(root / "shared" / "s.h")
    files = {file.path: file for file in walk(root, root / "pkg", lambda path: True)}
    assert {path: file.source.read_text() for path, file in files.items()} == {
        "a.py": "a",
        "absolute.h": "s",
        "headers/deep/t.h": "t",
        "headers/s.h": "s",
        "link.py": "a",
    }
    assert not any(file.problem for file in files.values())


def test_links_that_lead_out(tree: Tree, tmp_path: Path) -> None:
    root = tree({"pkg/a.py": ""})
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/key").write_text("")
    # a folder whose name starts with the project's is outside all the same
    (tmp_path / "project-2").mkdir()
    (root / "pkg/file").symlink_to("../../secret/key")
    (root / "pkg/folder").symlink_to("../../secret")
    (root / "pkg/near").symlink_to("../../project-2")
    (root / "pkg/two-steps").symlink_to("file")
    real = os.path.realpath(tmp_path)
    assert found(root) == {
        "a.py": "",
        "file": f"is a symbolic link that leads out of the project, to {real + '/secret/key'!r}",
        "folder": f"is a symbolic link that leads out of the project, to {real + '/secret'!r}",
        "near": f"is a symbolic link that leads out of the project, to {real + '/project-2'!r}",
        "two-steps": f"is a symbolic link that leads out of the project, to {real + '/secret/key'!r}",
    }


def test_broken_links_and_loops(tree: Tree) -> None:
    root = tree({"pkg/a/x.py": ""})
    (root / "pkg/broken").symlink_to("nothing")
    (root / "pkg/self").symlink_to("self")
    (root / "pkg/up").symlink_to(".")
    (root / "pkg/a/back").symlink_to("..")
    (root / "pkg/ping").symlink_to("pong")
    (root / "pkg/pong").symlink_to("ping")
    real = os.path.realpath(root / "pkg")
    assert found(root) == {
        "a/back": f"is a symbolic link to a folder that holds it, {real!r}",
        "a/x.py": "",
        "broken": "is a broken symbolic link, to 'nothing'",
        "ping": "is a broken symbolic link, to 'pong'",
        "pong": "is a broken symbolic link, to 'ping'",
        "self": "is a broken symbolic link, to 'self'",
        "up": f"is a symbolic link to a folder that holds it, {real!r}",
    }


def test_a_loop_over_two_folders_ends(tree: Tree) -> None:
    root = tree({"pkg/a/x": "", "pkg/b/y": ""})
    (root / "pkg/a/b").symlink_to("../b")
    (root / "pkg/b/a").symlink_to("../a")
    files = found(root)
    assert {path for path, problem in files.items() if not problem} == {
        *("a/x", "a/b/y", "b/y", "b/a/x"),
    }
    assert len(files) == 6


def test_a_project_that_is_reached_by_a_link(tree: Tree, tmp_path: Path) -> None:
    root = tree({"pkg/a.py": ""})
    (root / "pkg/link.py").symlink_to("a.py")
    (tmp_path / "other").symlink_to(root)
    assert found(tmp_path / "other") == {"a.py": "", "link.py": ""}


def test_what_is_no_file(tree: Tree, tmp_path: Path) -> None:
    root = tree({"pkg/a.py": ""})
    os.mkfifo(root / "pkg/pipe")
    with socket.socket(socket.AF_UNIX) as end:
        before = os.getcwd()
        os.chdir(root / "pkg")
        try:
            end.bind("socket")
        finally:
            os.chdir(before)
    assert found(root) == {
        "a.py": "",
        "pipe": "is neither a file nor a folder",
        "socket": "is neither a file nor a folder",
    }


UNREADABLE = """
import os, sys
from pathlib import Path
from zigwheel.errors import StorageError
from zigwheel.wheel.entries import Entry, content
from zigwheel.wheel.files import walk

os.chdir(sys.argv[1])
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    list(walk(Path("."), Path("pkg"), lambda path: True))
except StorageError as error:
    print(error)
try:
    content(Entry(path="a.py", source=Path("secret")))
except StorageError as error:
    print(error)
"""


def test_unreadable_files_and_folders_are_named(tree: Tree) -> None:
    root = tree({"pkg/closed/a.py": "", "secret": ""})
    (root / "pkg/closed").chmod(0)
    (root / "secret").chmod(0)
    try:
        done = subprocess.run(
            [sys.executable, "-c", UNREADABLE, str(root)], capture_output=True, text=True
        )
    finally:
        (root / "pkg/closed").chmod(0o755)
    assert done.stderr == ""
    first, hint, second, _ = done.stdout.splitlines()
    assert first == "'pkg/closed' cannot be read: Permission denied"
    assert "permissions" in hint
    assert second == "'secret' cannot be read: Permission denied"


def test_names_are_utf_8_whatever_the_locale_says(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from zigwheel.wheel.files import *\n"
        "root = Path(sys.argv[1])\n"
        "names = [f.path for f in walk(root, root, lambda path: True)]\n"
        "assert names == ['gr\\xf6\\xdfe.py'], ascii(names)\n"
        "assert on_disk(root, names[0]).is_file()\n"
        "print(sys.getfilesystemencoding())\n"
    )
    (tmp_path / "größe.py").write_text("")
    seen = set()
    for locale, utf8 in (("C", "0"), ("C", "1"), ("C.UTF-8", "0")):
        environ = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": utf8}
        command = [sys.executable, "-c", code, str(tmp_path)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True)
        assert done.stderr == ""
        seen.add(done.stdout.strip())
    assert len(seen) > 1, "no locale with another encoding was tried"


def test_bytes_that_are_not_utf_8_survive(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"x\xff")).write_text("")
    (path,) = found(tmp_path, ".")
    assert path == "x\udcff"
    assert on_disk(tmp_path, path).is_file()
    assert in_archive(os.path.join("a", "b")) == "a/b"
