from __future__ import annotations

import csv
import hashlib
import io
import os
import stat
import subprocess
import sys
import time
import zipfile
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from zigwheel.errors import ErrorCollection, StorageError, WheelError
from zigwheel.wheel.deflate import deflate
from zigwheel.wheel.entries import Entry
from zigwheel.wheel.writer import expanded_tags, wheel_file, wheel_name, write_wheel

TAG = "cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64"
INFO = "fastsum-1.0.dist-info"
WHEEL = wheel_file(expanded_tags(TAG), pure=False, generator="zigwheel 0")
ENTRIES = (
    Entry(path="fastsum/z.py", data=b"x = 1\n" * 100),
    Entry(path="fastsum/_core.so", mode=0o755, data=bytes(range(256)) * 40),
    Entry(path=f"{INFO}/METADATA", data=b"Metadata-Version: 2.1\nName: fastsum\nVersion: 1.0\n"),
    Entry(path="fastsum/__init__.py", data=b""),
    Entry(path="fastsum/tiny", data=b"ab"),
    Entry(path='zoo/größe, "wild".txt', data=b"x" * 50),
)


def write(
    folder: Path, entries: Iterable[Entry] = ENTRIES, epoch: int | None = None, **more: Any
) -> Path:
    named = {"dist_name": "fastsum", "version": "1.0", "build_tag": "", "tag": TAG, **more}
    return write_wheel(
        folder, wheel_metadata=WHEEL, entries=entries, source_date_epoch=epoch, **named
    )


def test_name_and_place(tmp_path: Path) -> None:
    file = write(tmp_path / "new" / "dist")
    assert file == tmp_path / "new" / "dist" / f"fastsum-1.0-{TAG}.whl"
    assert os.listdir(file.parent) == [file.name]
    assert write(tmp_path, build_tag="1local").name == f"fastsum-1.0-1local-{TAG}.whl"


def test_order(tmp_path: Path) -> None:
    with zipfile.ZipFile(write(tmp_path)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "fastsum/__init__.py",
            "fastsum/_core.so",
            "fastsum/tiny",
            "fastsum/z.py",
            'zoo/größe, "wild".txt',
            f"{INFO}/METADATA",
            f"{INFO}/WHEEL",
            f"{INFO}/RECORD",
        ]
        for entry in ENTRIES:
            assert archive.read(entry.path) == entry.data


def test_every_field_is_fixed(tmp_path: Path) -> None:
    with zipfile.ZipFile(write(tmp_path)) as archive:
        for info in archive.infolist():
            mode = 0o755 if info.filename.endswith(".so") else 0o644
            assert info.external_attr == (stat.S_IFREG | mode) << 16
            assert info.create_system == 3
            assert info.create_version == info.extract_version == 20
            assert info.date_time == (2016, 1, 1, 0, 0, 0)
            assert info.extra == info.comment == b""
            assert info.internal_attr == 0
            assert info.flag_bits == (0 if info.filename.isascii() else 0x800)
        assert archive.comment == b""


def test_deflate_is_ours_and_only_used_where_it_shrinks(tmp_path: Path) -> None:
    file = write(tmp_path)
    data = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        for entry in ENTRIES:
            info = archive.getinfo(entry.path)
            content = entry.data or b""
            start = info.header_offset + 30 + len(entry.path.encode())
            stored = data[start : start + info.compress_size]
            stream = deflate(content)
            if len(stream) < len(content):
                assert info.compress_type == zipfile.ZIP_DEFLATED
                assert stored == stream
                assert zlib.decompress(stored, -15) == content
            else:
                assert info.compress_type == zipfile.ZIP_STORED
                assert stored == content
        kinds = {info.compress_type for info in archive.infolist()}
        assert kinds == {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def test_record(tmp_path: Path) -> None:
    with zipfile.ZipFile(write(tmp_path)) as archive:
        rows = list(csv.reader(io.StringIO(archive.read(f"{INFO}/RECORD").decode())))
        assert [row[0] for row in rows] == archive.namelist()
        for path, digest, size in rows[:-1]:
            content = archive.read(path)
            expected = urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
            assert digest == f"sha256={expected}"
            assert int(size) == len(content)
        assert rows[-1] == [f"{INFO}/RECORD", "", ""]


def test_the_order_of_entries_does_not_matter(tmp_path: Path) -> None:
    one = write(tmp_path / "a").read_bytes()
    other = write(tmp_path / "b", reversed(ENTRIES)).read_bytes()
    assert one == other


def test_content_comes_from_disk(tmp_path: Path) -> None:
    source = tmp_path / "some file"
    source.write_bytes(b"content")
    with zipfile.ZipFile(write(tmp_path, [Entry(path="x", source=source)])) as archive:
        assert archive.read("x") == b"content"


@pytest.mark.parametrize(
    ("epoch", "date"),
    [
        (0, (1980, 1, 1, 0, 0, 0)),
        (1_000_000_000, (2001, 9, 9, 1, 46, 40)),
        (99_999_999_999, (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_source_date_epoch(tmp_path: Path, epoch: int, date: tuple[int, ...]) -> None:
    with zipfile.ZipFile(write(tmp_path, epoch=epoch)) as archive:
        assert {info.date_time for info in archive.infolist()} == {date}


def test_an_older_file_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / f"fastsum-1.0-{TAG}.whl"
    file.write_bytes(b"old")
    os.chmod(file, 0o400)
    assert zipfile.is_zipfile(write(tmp_path))
    assert os.listdir(tmp_path) == [file.name]


def test_new_files_have_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        assert stat.S_IMODE(write(tmp_path).stat().st_mode) == 0o640
    finally:
        os.umask(old)


def test_collisions_are_all_reported(tmp_path: Path) -> None:
    paths = [
        "a.py",
        "A.py",
        "../x",
        f"{INFO}/RECORD",
        f"{INFO}/WHEEL",
        f"{INFO}/RECORD.jws",
        "other-2.dist-info/METADATA",
        "Fastsum-1.0.data/scripts/x",
    ]
    with pytest.raises(ErrorCollection) as caught:
        write(tmp_path, [Entry(path=path, data=b"") for path in paths])
    errors = [error.message for error in caught.value.errors]
    assert len(errors) == 7
    for path in paths[1:]:
        assert any(repr(path) in error for error in errors)
    assert caught.value.exit_code == WheelError.exit_code
    assert os.listdir(tmp_path) == []


def test_names_that_no_installer_reads(tmp_path: Path) -> None:
    with pytest.raises(ErrorCollection) as caught:
        write(tmp_path, dist_name="fast-sum", version="1 0", build_tag="local", tag="cp313")
    assert [error.message.split(" cannot")[0] for error in caught.value.errors] == [
        "name 'fast-sum'",
        "version '1 0'",
        "build tag 'local'",
        "tag 'cp313'",
    ]


@pytest.mark.parametrize("version", ["1.0+local.1", "1!2.0rc1"])
def test_versions_in_names(tmp_path: Path, version: str) -> None:
    file = write(tmp_path, [], version=version)
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist()[-1] == f"fastsum-{version}.dist-info/RECORD"
    name = wheel_name(dist_name="a", version=version, build_tag="", tag="py3-none-any")
    assert name == f"a-{version}-py3-none-any.whl"


class Break(BaseException):
    """Not an `Exception`, as KeyboardInterrupt."""


def test_an_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    class Source(type(Path())):  # type: ignore[misc]
        def read_bytes(self) -> bytes:
            assert len(os.listdir(tmp_path)) == 1, "the file is being written aside"
            raise Break

    with pytest.raises(Break):
        write(tmp_path, [*ENTRIES, Entry(path="zz", source=Source("zz"))])
    assert os.listdir(tmp_path) == []


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"gone\.py' cannot be read"):
        write(tmp_path / "out", [Entry(path="x", source=tmp_path / "gone.py")])
    assert os.listdir(tmp_path / "out") == []


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("")
    with pytest.raises(StorageError, match="dist"):
        write(tmp_path / "dist")


FULL = """
import resource, signal, sys
from pathlib import Path
from zigwheel.errors import StorageError
from zigwheel.wheel.entries import Entry
from zigwheel.wheel.writer import write_wheel

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
data = Path("/dev/urandom").open("rb").read(200_000)
try:
    write_wheel(
        Path(sys.argv[1]), dist_name="a", version="1", build_tag="", tag="py3-none-any",
        wheel_metadata=b"", entries=[Entry(path="x", data=data)], source_date_epoch=None,
    )
except StorageError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX systems")
def test_a_write_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True
    )
    assert done.stderr == ""
    assert "writing 'a-1-py3-none-any.whl' failed in" in done.stdout
    assert repr(str(tmp_path)) in done.stdout
    assert os.listdir(tmp_path) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with 64 kB of room."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)]
    try:
        done = subprocess.run(mount, capture_output=True)
    except OSError:
        pytest.skip("no mount command")
    if done.returncode:
        pytest.skip("only root can mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    entries = [Entry(path="x", data=os.urandom(200_000))]
    with pytest.raises(StorageError) as caught:
        write(small_disk, entries)
    assert repr(str(small_disk)) in caught.value.message
    assert "the disk is full" in caught.value.hint
    assert os.listdir(small_disk) == []


def test_two_writers_at_once(tmp_path: Path) -> None:
    code = "import sys; sys.path[:0] = sys.argv[2:]; import test_writer as t; from pathlib import Path\n"
    code += "for _ in range(20): t.write(Path(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path), str(Path(__file__).parent)]
    running = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    assert os.listdir(tmp_path) == [f"fastsum-1.0-{TAG}.whl"]
    assert next(tmp_path.iterdir()).read_bytes() == write(tmp_path / "alone").read_bytes()


def test_wheel_file() -> None:
    assert wheel_file(["py3-none-any"], pure=True, build_tag="2", generator="zigwheel 1.2") == (
        b"Wheel-Version: 1.0\nGenerator: zigwheel 1.2\nRoot-Is-Purelib: true\n"
        b"Tag: py3-none-any\nBuild: 2\n"
    )
    assert WHEEL.decode().splitlines()[2:] == [
        "Root-Is-Purelib: false",
        "Tag: cp313-cp313-manylinux2014_x86_64",
        "Tag: cp313-cp313-manylinux_2_17_x86_64",
    ]


def test_expanded_tags_are_what_packaging_reads() -> None:
    from packaging.tags import parse_tag

    tag = "py2.py3-none.abi3-any.linux_x86_64"
    assert set(expanded_tags(tag)) == {str(tag) for tag in parse_tag(tag)}


def test_the_wheel_package_reads_it_back(tmp_path: Path) -> None:
    from wheel.wheelfile import WheelFile

    with WheelFile(write(tmp_path)) as archive:
        for name in archive.namelist():
            # checks each file against RECORD
            archive.read(name)


def test_times_are_not_read_from_the_clock(tmp_path: Path) -> None:
    one = write(tmp_path / "a").read_bytes()
    time.sleep(2.1)
    assert write(tmp_path / "b").read_bytes() == one
