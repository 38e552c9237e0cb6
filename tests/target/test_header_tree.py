"""The target's own header tree."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.target.machines import write_headers
from zigwheel.errors import StorageError
from zigwheel.target.header_tree import header_files, headers_sha256, materialise
from zigwheel.target.installation import HeaderSource, read_headers

PYCONFIG = "#define SIZEOF_VOID_P 4\n"

NAMES = (
    "Python.h",
    "cpython/object.h",
    "internal/mimalloc/mimalloc.h",
    "internal/pycore_object.h",
    "object.h",
    "patchlevel.h",
)


def source_in(folder: Path, release: str = "3.13.1") -> HeaderSource:
    source = read_headers(write_headers(folder, release), "test")
    assert source
    return source


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_only_the_headers_of_cpython(tmp_path: Path) -> None:
    source = source_in(tmp_path)
    write_headers(tmp_path / "numpy", "3.13.1")
    (tmp_path / "pyconfig-64.h").write_text("#define SIZEOF_VOID_P 8\n", encoding="utf-8")
    (tmp_path / "README.txt").write_text("no header\n", encoding="utf-8")
    (tmp_path / "internal" / "notes.txt").write_text("no header\n", encoding="utf-8")
    assert header_files(source.include) == NAMES


def test_materialise(tmp_path: Path) -> None:
    source = source_in(tmp_path / "in")
    folder = tmp_path / "cache" / "headers" / "0123"
    materialise(source, pyconfig=PYCONFIG, folder=folder)
    written = tree(folder)
    assert set(written) == {*NAMES, "pyconfig.h"}
    assert written["pyconfig.h"] == PYCONFIG.encode()
    assert all(written[name] == (source.include / name).read_bytes() for name in NAMES)
    assert os.listdir(folder.parent) == ["0123"]


def test_a_stub_of_a_distribution_is_replaced(tmp_path: Path) -> None:
    source = source_in(tmp_path / "in")
    (tmp_path / "in" / "pyconfig.h").write_text(
        "#include <x86_64-linux-gnu/python3.13/pyconfig.h>\n", encoding="utf-8"
    )
    materialise(source, pyconfig=PYCONFIG, folder=tmp_path / "out")
    assert (tmp_path / "out" / "pyconfig.h").read_text(encoding="utf-8") == PYCONFIG


def test_what_is_there_stays(tmp_path: Path) -> None:
    source = source_in(tmp_path / "in")
    folder = tmp_path / "out"
    materialise(source, pyconfig=PYCONFIG, folder=folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    materialise(source, pyconfig="other", folder=folder)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def _materialise(paths: tuple[str, str]) -> int:
    source = read_headers(Path(paths[0]), "test")
    assert source
    materialise(source, pyconfig=PYCONFIG, folder=Path(paths[1]))
    return len(tree(Path(paths[1])))


def test_many_at_once(tmp_path: Path) -> None:
    source_in(tmp_path / "in")
    for number in range(200):
        (tmp_path / "in" / f"extra{number}.h").write_text("/* */\n" * 50, encoding="utf-8")
    jobs = [(str(tmp_path / "in"), str(tmp_path / "out" / "tree"))] * 8
    with ProcessPoolExecutor(4) as pool:
        counts = list(pool.map(_materialise, jobs))
    assert counts == [len(NAMES) + 1 + 200] * 8
    assert os.listdir(tmp_path / "out") == ["tree"]


def _materialise_small_files_only(paths: tuple[str, str]) -> str:
    """Writes no file of more than 100 bytes, as on a disk that is full."""
    import resource

    source = read_headers(Path(paths[0]), "test")
    assert source
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    try:
        materialise(source, pyconfig=PYCONFIG, folder=Path(paths[1]))
    except StorageError as error:
        return str(error)
    return ""


@pytest.mark.skipif(os.name != "posix", reason="limits of Unix")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    source = source_in(tmp_path / "in")
    (source.include / "object.h").write_text("/* */\n" * 50, encoding="utf-8")
    with ProcessPoolExecutor(1) as pool:
        paths = (str(source.include), str(tmp_path / "out" / "tree"))
        (text,) = pool.map(_materialise_small_files_only, [paths])
    assert text == (
        f"copying the headers of Python 3.13.1 failed in '{tmp_path}/out': File too large"
    )
    assert os.listdir(tmp_path / "out") == []


def test_no_place_for_the_tree(tmp_path: Path) -> None:
    source = source_in(tmp_path / "in")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError) as raised:
        materialise(source, pyconfig=PYCONFIG, folder=tmp_path / "file" / "tree")
    assert str(raised.value) == (
        f"copying the headers of Python 3.13.1 failed in '{tmp_path}/file': File exists"
    )


def test_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_in(tmp_path / "in")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "rename", interrupt)
    with pytest.raises(KeyboardInterrupt):
        materialise(source, pyconfig=PYCONFIG, folder=tmp_path / "out" / "tree")
    assert os.listdir(tmp_path / "out") == []


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    gone = HeaderSource(include=tmp_path / "gone", version=(3, 13), release="3.13.1", origin="test")
    for call in (
        lambda: headers_sha256(gone, PYCONFIG),
        lambda: materialise(gone, pyconfig=PYCONFIG, folder=tmp_path / "out"),
    ):
        with pytest.raises(StorageError) as raised:
            call()
        assert str(raised.value) == (
            f"{tmp_path}/gone: can't be read: No such file or directory\n"
            "  hint: install the headers again, or name others with -C python-headers=PATH"
        )


def test_hash_follows_from_names_and_contents_alone(tmp_path: Path) -> None:
    first = source_in(tmp_path / "a")
    other = source_in(tmp_path / "another folder")
    for path in other.include.rglob("*.h"):
        os.utime(path, (1, 1))
        path.chmod(0o600)
    digest = headers_sha256(first, PYCONFIG)
    assert digest == headers_sha256(other, PYCONFIG)
    assert len(digest) == 64
    assert headers_sha256(first, PYCONFIG + "\n") != digest
    (other.include / "pyconfig.h").write_text("another platform's\n", encoding="utf-8")
    assert headers_sha256(other, PYCONFIG) == digest
    (other.include / "object.h").rename(other.include / "objekt.h")
    assert headers_sha256(other, PYCONFIG) != digest


def test_hash_is_that_of_the_written_tree(tmp_path: Path) -> None:
    source = source_in(tmp_path / "in")
    materialise(source, pyconfig=PYCONFIG, folder=tmp_path / "out")
    written = read_headers(tmp_path / "out", "test")
    assert written
    assert headers_sha256(written, PYCONFIG) == headers_sha256(source, PYCONFIG)


def test_line_ends_of_windows_do_not_count(tmp_path: Path) -> None:
    unix = source_in(tmp_path / "unix")
    windows = source_in(tmp_path / "windows")
    for path in windows.include.rglob("*.h"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert headers_sha256(unix, PYCONFIG) == headers_sha256(windows, PYCONFIG)
    materialise(windows, pyconfig=PYCONFIG, folder=tmp_path / "out")
    assert b"\r" not in b"".join(tree(tmp_path / "out").values())
