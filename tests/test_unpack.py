"""Sdists come from others: they are unpacked into their folder, and nowhere else."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from zigwheel import unpack
from zigwheel.errors import ZigwheelError
from zigwheel.unpack import bring


def packed(file: Path, members: list[tuple[str, bytes | str]]) -> Path:
    """A tar of files, and of symbolic links where the content is a text."""
    with tarfile.open(file, "w:gz", encoding="utf-8") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return file


def test_a_tar_with_a_link(tmp_path: Path) -> None:
    file = packed(tmp_path / "p.tar.gz", [("p-1/b/link", "../a.c"), ("p-1/a.c", b"int a;")])
    bring(file, tmp_path / "out")
    assert (tmp_path / "out" / "a.c").read_bytes() == b"int a;"
    assert (tmp_path / "out" / "b" / "link").read_bytes() == b"int a;"
    assert not (tmp_path / "out" / "b" / "link").is_symlink()


def test_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("p-1/a.c", "int a;")
    bring(tmp_path / "p.zip", tmp_path / "out")
    assert (tmp_path / "out" / "a.c").read_bytes() == b"int a;"


@pytest.mark.parametrize(
    ("members", "wrong"),
    [
        ([("../evil", b"")], "has a `.` or `..` component"),
        ([("/evil", b"")], "is absolute"),
        ([("p-1/link", "../../evil")], "has a `.` or `..` component"),
        ([("p-1/link", "/etc/passwd")], "is absolute"),
        ([("p-1/a", b""), ("q-1/a", b"")], "2 entries beside each other"),
        ([("p-1/a", b"x" * 2000)], "unpacks to more than"),
        ([(f"p-1/{n}", b"") for n in range(12)], "holds more than 10 files"),
    ],
)
def test_what_is_refused(
    members: list[tuple[str, bytes | str]],
    wrong: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unpack, "LARGEST", 1000)
    monkeypatch.setattr(unpack, "MOST", 10)
    with pytest.raises(ZigwheelError) as caught:
        bring(packed(tmp_path / "p.tar.gz", members), tmp_path / "out")
    assert wrong in str(caught.value)
    assert sorted(p.name for p in tmp_path.iterdir() if "evil" in p.name) == []


def test_what_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "p.tar.gz").write_bytes(b"no archive")
    with pytest.raises(ZigwheelError, match="cannot be unpacked"):
        bring(tmp_path / "p.tar.gz", tmp_path / "out")
    with pytest.raises(ZigwheelError, match="neither a folder nor an sdist"):
        bring(tmp_path / "nothing", tmp_path / "out")
