from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from zigwheel.config.model import SdistSettings
from zigwheel.errors import ConfigError, ErrorCollection, SdistError
from zigwheel.wheel.entries import Entry, content
from zigwheel.wheel.sdist import sdist_entries, write_sdist

Tree = Callable[..., Path]
Git = Callable[..., str]
Repository = Callable[[Path], Path]
ENVIRON = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
PKG_INFO = b"Metadata-Version: 2.1\nName: fastsum\nVersion: 1.0\n"
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


def collect(
    root: Path,
    *,
    needed: Iterable[str] = (),
    outputs: Iterable[str] = (),
    warnings: list[str] | None = None,
    **settings: Any,
) -> dict[str, Entry]:
    told: list[str] = [] if warnings is None else warnings
    entries = sdist_entries(
        root,
        SdistSettings(**settings),
        needed=needed,
        outputs=outputs,
        environ=ENVIRON,
        warn=told.append,
    )
    if warnings is None:
        assert told == []
    assert [entry.path for entry in entries] == sorted(entry.path for entry in entries)
    return {entry.path: entry for entry in entries}


def write(folder: Path, entries: Iterable[Entry], epoch: int | None = None) -> Path:
    return write_sdist(
        folder,
        dist_name="fastsum",
        version="1.0",
        entries=entries,
        pkg_info=PKG_INFO,
        source_date_epoch=epoch,
    )


def unpack(file: Path, folder: Path) -> Path:
    with tarfile.open(file) as archive:
        archive.extractall(
            folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {})
        )
    return folder / "fastsum-1.0"


# Which files


def test_a_checkout_gives_its_tracked_files(tree: Tree, repository: Repository) -> None:
    root = repository(tree(PROJECT))
    for path in ("untracked.py", "x.log", "generated"):
        (root / path).write_text("")
    (root / "README.md").unlink()
    assert set(collect(root)) == set(PROJECT) - {"README.md"}


def test_a_forced_file_that_gitignore_names_is_tracked(
    tree: Tree, repository: Repository, git: Git
) -> None:
    root = repository(tree(PROJECT))
    (root / "forced.log").write_text("")
    git(root, "add", "-f", "forced.log")
    assert "forced.log" in collect(root)


def test_exclude_and_include(tree: Tree, repository: Repository) -> None:
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


def test_outside_a_checkout_ignored_files_and_outputs_stay(tree: Tree) -> None:
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


def test_git_agrees_with_the_walk(tree: Tree, git: Git) -> None:
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


def test_pyproject_is_always_there(tree: Tree, git: Git) -> None:
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


def test_submodules_ship(tree: Tree, repository: Repository, git: Git) -> None:
    inner = repository(tree({"z.c": "int z;", ".gitignore": ""}, "inner"))
    git(inner, "commit", "-q", "-m", "x")
    root = repository(tree({"pyproject.toml": ""}))
    git(root, "submodule", "--quiet", "add", str(inner), "vendor/z")
    files = collect(root)
    assert set(files) == {".gitmodules", "pyproject.toml", "vendor/z/.gitignore", "vendor/z/z.c"}
    assert content(files["vendor/z/z.c"]) == b"int z;"


# What the build needs


def test_missing_files_are_listed_with_reasons(
    tree: Tree, repository: Repository, tmp_path: Path
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


def test_missing_files_outside_a_checkout(tree: Tree) -> None:
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


def test_bad_patterns_are_named(tree: Tree) -> None:
    with pytest.raises(ConfigError, match=r"`tool\.zigwheel\.sdist\.include`"):
        collect(tree(PROJECT), include=("!",))


# Links


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights on Windows")
def test_tracked_links_ship_what_they_lead_to(tree: Tree, repository: Repository) -> None:
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
    tree: Tree, repository: Repository, tmp_path: Path, checkout: bool
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
def test_a_link_that_git_could_not_make(tree: Tree, repository: Repository) -> None:
    root = tree({"pyproject.toml": "", "a": ""})
    (root / "link").symlink_to("a")
    repository(root)
    (root / "link").unlink()
    (root / "link").write_text("a")
    with pytest.raises(SdistError, match=r"'link' is a symbolic link in git, but a plain file"):
        collect(root)


@pytest.mark.skipif(os.name != "posix", reason="permission bits of POSIX systems")
def test_modes(tree: Tree, repository: Repository, git: Git) -> None:
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


# The archive


def test_the_archive(tree: Tree, tmp_path: Path) -> None:
    deep, deeper = "deep/" * 30 + "x.txt", "deep/" * 60 + "x.txt"
    root = tree({"pyproject.toml": "", "größe.c": "int x;", deep: "d", deeper: "e", "run": "#!"})
    (root / "run").chmod(0o700)
    file = write(tmp_path / "dist", collect(root).values())
    assert file == tmp_path / "dist" / "fastsum-1.0.tar.gz"
    assert os.listdir(file.parent) == [file.name]
    with tarfile.open(file) as archive:
        members = archive.getmembers()
        paths = ("PKG-INFO", deeper, deep, "größe.c", "pyproject.toml", "run")
        assert [member.name for member in members] == [f"fastsum-1.0/{path}" for path in paths]
        for member in members:
            assert member.isreg()
            assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
            assert member.mtime == 1_451_606_400
            expected = 0o755 if member.name.endswith("/run") and os.name == "posix" else 0o644
            assert member.mode == expected
        records = {member.name: sorted(member.pax_headers) for member in members}
        assert records == {
            name: ["path"] if len(name) > 255 or not name.isascii() else [] for name in records
        }
        reader = archive.extractfile("fastsum-1.0/PKG-INFO")
        assert reader is not None
        assert reader.read() == PKG_INFO


def test_the_padding_is_that_of_tar(tmp_path: Path) -> None:
    for size in (0, 1, 511, 512, 513, 10240 - 3 * 512, 10240 - 3 * 512 - 1024, 10240):
        file = write(tmp_path, [Entry(path="x", data=b"x" * size)])
        data = gzip.decompress(file.read_bytes())
        assert len(data) % tarfile.RECORDSIZE == 0
        ours = io.BytesIO()
        with tarfile.open(fileobj=ours, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for name, text in (("PKG-INFO", PKG_INFO), ("x", b"x" * size)):
                info = tarfile.TarInfo(f"fastsum-1.0/{name}")
                info.size, info.mtime = len(text), 1_451_606_400
                archive.addfile(info, io.BytesIO(text))
        assert data == ours.getvalue()


def test_source_date_epoch(tmp_path: Path) -> None:
    with tarfile.open(write(tmp_path, [], 1_700_000_000)) as archive:
        assert {member.mtime for member in archive.getmembers()} == {1_700_000_000}


def test_the_gzip_header_names_neither_time_nor_file(tmp_path: Path) -> None:
    header = write(tmp_path, []).read_bytes()[:10]
    assert header[:4] == b"\x1f\x8b\x08\0"
    assert header[4:8] == bytes(4)
    assert zlib.decompress(write(tmp_path, []).read_bytes(), 31)[:20] == b"fastsum-1.0/PKG-INFO"


@pytest.mark.parametrize("path", ["../x", "/x", "a\\b", "a\udcff", "a\nb", "PKG-INFO"])
def test_paths_that_no_archive_holds(tmp_path: Path, path: str) -> None:
    with pytest.raises(SdistError):
        write(tmp_path, [Entry(path=path, data=b"")])
    assert os.listdir(tmp_path) == []


def test_names(tmp_path: Path) -> None:
    with pytest.raises(SdistError, match="cannot be the name of an sdist"):
        write_sdist(
            tmp_path,
            dist_name="../x",
            version="1",
            entries=[],
            pkg_info=b"",
            source_date_epoch=None,
        )


# An sdist of an sdist


@pytest.mark.parametrize(
    "settings",
    [{}, {"exclude": ("tests/", "build/")}, {"include": ("*.log", "/generated/", "*.pyc")}],
)
def test_the_sdist_of_an_unpacked_sdist_is_the_same(
    tree: Tree, repository: Repository, git: Git, tmp_path: Path, settings: dict[str, Any]
) -> None:
    root = tree(PROJECT)
    (root / "build/helper.py").chmod(0o755)
    if os.name == "posix":
        (root / "link.md").symlink_to("README.md")
        (root / "docs").symlink_to("tests")
    repository(root)
    more = {"x.log": "", "generated/table.c": "", "generated/.gitignore": "*", "untracked": ""}
    tree(more)
    (root / "forced.log").write_text("")
    git(root, "add", "-f", "forced.log")
    first = write(tmp_path / "one", collect(root, **settings).values())
    unpacked = unpack(first, tmp_path / "unpacked")
    # a build in the unpacked sdist leaves things behind
    for path in ("src/fastsum/__pycache__/x.pyc", ".zig-cache/x", "dist/fastsum-1.0.tar.gz"):
        (unpacked / path).parent.mkdir(exist_ok=True, parents=True)
        (unpacked / path).write_text("")
    second = write(tmp_path / "two", collect(unpacked, **settings).values())
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        names = archive.getnames()
        assert ("fastsum-1.0/generated/table.c" in names) == ("include" in settings)
        assert "fastsum-1.0/forced.log" in names


def test_an_unpacked_sdist_below_a_checkout(
    tree: Tree, repository: Repository, tmp_path: Path
) -> None:
    root = repository(tree(PROJECT))
    first = write(tmp_path / "one", collect(root).values())
    unpacked = unpack(first, root / "work")
    assert write(tmp_path / "two", collect(unpacked).values()).read_bytes() == first.read_bytes()
