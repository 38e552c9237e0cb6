from __future__ import annotations

import os
from pathlib import Path

import pytest

from zigwheel.errors import ConfigError, StorageError
from zigwheel.wheel.dates import EARLIEST, FIXED, LATEST, archive_time, source_date_epoch
from zigwheel.wheel.entries import Entry, content, mode_of


@pytest.mark.skipif(os.name != "posix", reason="permission bits of POSIX systems")
@pytest.mark.parametrize(
    ("bits", "mode"),
    [
        (0o600, 0o644),
        (0o666, 0o644),
        (0o655, 0o644),
        (0o700, 0o755),
        (0o777, 0o755),
        (0o6755, 0o755),
    ],
)
def test_the_owner_decides_where_the_disk_keeps_bits(tmp_path: Path, bits: int, mode: int) -> None:
    file = tmp_path / "x"
    file.write_text("#!/bin/sh")
    file.chmod(bits)
    assert mode_of(file, bits=True) == mode
    assert mode_of(file, recorded=0o100755 if mode == 0o644 else 0o100644, bits=True) == mode


@pytest.mark.parametrize(
    ("recorded", "text", "mode"),
    [
        (0o100644, "#!/bin/sh", 0o644),
        (0o100755, "", 0o755),
        (0, "#!/bin/sh", 0o755),
        (0, "x = 1", 0o644),
        (0, "", 0o644),
    ],
)
def test_git_decides_where_it_keeps_none(
    tmp_path: Path, recorded: int, text: str, mode: int
) -> None:
    file = tmp_path / "x"
    file.write_text(text)
    file.chmod(0o777)
    assert mode_of(file, recorded=recorded, bits=False) == mode


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="gone' cannot be read"):
        mode_of(tmp_path / "gone")
    with pytest.raises(StorageError, match="gone' cannot be read"):
        content(Entry(path="x", source=tmp_path / "gone"))


def test_an_entry_without_content() -> None:
    with pytest.raises(ValueError, match="neither"):
        content(Entry(path="x"))


def test_source_date_epoch() -> None:
    assert source_date_epoch({}) is None
    assert source_date_epoch({"SOURCE_DATE_EPOCH": ""}) is None
    assert source_date_epoch({"SOURCE_DATE_EPOCH": "12"}) == 12
    for value in ("now", "-1", "1.5", "²"):
        with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH"):
            source_date_epoch({"SOURCE_DATE_EPOCH": value})


def test_archive_time() -> None:
    assert archive_time(None) == FIXED
    assert archive_time(0) == EARLIEST
    assert archive_time(10**12) == LATEST
    assert archive_time(1_700_000_000) == 1_700_000_000
