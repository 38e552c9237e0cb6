"""What is written is seen whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from zigwheel.errors import StorageError
from zigwheel.storage import patiently, put_file, replaced_folder, storage_error, told


def test_put_file(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "a"
    put_file(file, b"one")
    os.utime(file, (1, 1))
    put_file(file, b"one")
    assert file.stat().st_mtime == 1
    put_file(file, b"two")
    assert file.read_bytes() == b"two"
    assert [entry.name for entry in file.parent.iterdir()] == ["a"]


def test_put_file_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="directory"):
        put_file(tmp_path / "a", b"one")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    def interrupted() -> None:
        with replaced_folder(tmp_path / "a") as fresh:
            (fresh / "half").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []
    for text in ("first", "second"):
        with replaced_folder(tmp_path / "a") as fresh:
            (fresh / "file").write_text(text)
    assert (tmp_path / "a" / "file").read_text() == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_rename_is_tried_again(tmp_path: Path) -> None:
    """As on Windows, where a virus scanner may have a new file open."""
    tries = []

    def move(source: str | Path, target: str | Path) -> None:
        tries.append(target)
        if len(tries) < 3:
            raise PermissionError(errno.EACCES, "Access is denied")
        os.replace(source, target)

    (tmp_path / "new").write_text("new")
    patiently(move, tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old").read_text() == "new"
    assert len(tries) == 3


def test_a_rename_onto_a_folder_is_not_tried_again(tmp_path: Path) -> None:
    tries = []

    def move(source: str | Path, target: str | Path) -> None:
        tries.append(target)
        raise PermissionError(errno.EACCES, "Access is denied")

    with pytest.raises(PermissionError):
        patiently(move, tmp_path / "new", tmp_path)
    assert len(tries) == 1


def test_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught, told("reading", tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device", "/elsewhere/file")
    assert caught.value.message == (
        f"reading failed in {str(tmp_path)!r}: No space left on device ('/elsewhere/file')"
    )
    assert caught.value.hint.startswith("the disk is full")


def test_a_file_in_use_is_not_a_matter_of_permissions(tmp_path: Path) -> None:
    """Windows' codes; on other systems an `OSError` has no `winerror`."""
    error = PermissionError(errno.EACCES, "used by another process")
    error.winerror = 32  # type: ignore[attr-defined, unused-ignore]
    assert storage_error(error, "writing", tmp_path).hint.startswith("a program has a file open")
    assert storage_error(
        PermissionError(errno.EACCES, "denied"), "writing", tmp_path
    ).hint.startswith("this user may not write there")
