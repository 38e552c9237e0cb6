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

from zigwheel.errors import SdistError
from zigwheel.wheel.entries import Entry
from zigwheel.wheel.sdist import write_sdist

Tree = Callable[..., Path]
Git = Callable[..., str]
Repository = Callable[[Path], Path]
Collect = Callable[..., dict[str, Entry]]
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


def test_the_archive(tree: Tree, tmp_path: Path, collect: Collect) -> None:
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
    [
        {},
        {"exclude": ("tests/", "!tests/a b.txt", "build/")},
        {"include": ("*.log", "/generated/", "*.pyc")},
    ],
)
def test_the_sdist_of_an_unpacked_sdist_is_the_same(
    tree: Tree,
    repository: Repository,
    git: Git,
    tmp_path: Path,
    settings: dict[str, Any],
    collect: Collect,
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
    tree: Tree, repository: Repository, tmp_path: Path, collect: Collect
) -> None:
    root = repository(tree(PROJECT))
    first = write(tmp_path / "one", collect(root).values())
    unpacked = unpack(first, root / "work")
    assert write(tmp_path / "two", collect(unpacked).values()).read_bytes() == first.read_bytes()
