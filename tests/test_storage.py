"""What is written is seen whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from zigwheel.errors import StorageError
from zigwheel.storage import put_file, replaced_folder, told


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


def test_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught, told("reading", tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device", "/elsewhere/file")
    assert caught.value.message == (
        f"reading failed in {str(tmp_path)!r}: No space left on device ('/elsewhere/file')"
    )
    assert caught.value.hint.startswith("the disk is full")
