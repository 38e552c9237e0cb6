"""Files that are sent in pieces."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
import requests

from tests.index.conftest import Served
from tests.index.test_upload import WHEEL, post, wheel
from zigwheel.index.web.files import CHUNK, NOWAIT, read_at, read_now


def test_large_files_and_parts_of_them(index: Served) -> None:
    data = wheel(**{"spam.bin": "".join(f"{n:9}" for n in range(200_000))})
    assert len(data) > 3 * CHUNK
    assert post(index, index.token(), WHEEL, data).status_code == 200
    (url,) = [f"{index.url}/simple/spam/{file['url']}" for file in index.page("spam")["files"]]
    assert requests.get(url, timeout=30).content == data
    for first, last in ((CHUNK - 5, CHUNK + 5), (7, 3 * CHUNK), (len(data) - 9, len(data) - 1)):
        answer = requests.get(url, headers={"Range": f"bytes={first}-{last}"}, timeout=30)
        assert answer.status_code == 206
        assert answer.content == data[first : last + 1]


@pytest.mark.parametrize("flag", [0, NOWAIT])
def test_reading_without_waiting(
    flag: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not in memory, or not at a disk, is read by a thread."""
    monkeypatch.setattr("zigwheel.index.web.files.NOWAIT", flag)
    file = tmp_path / "file"
    data = os.urandom(100_000)
    file.write_bytes(data)
    with file.open("rb") as stream:
        assert read_at(stream, 70_000, 100) == data[70_000:70_100]
        assert read_now(stream, 10, 50_000) == (data[10:50_010] if flag else b"")
    assert read_now(io.BytesIO(data), 10, 50) == b""
