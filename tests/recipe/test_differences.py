"""What is said of two wheels that should have been one."""

from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from zigwheel.recipe.differences import against, between
from zigwheel.recipe.differences.contents import compared
from zigwheel.recipe.model import File, Output

NAME = "spam-1.0-py3-none-any.whl"


def archive(
    file: Path,
    members: dict[str, bytes],
    date: tuple[int, int, int, int, int, int] = (1980, 1, 1, 0, 0, 0),
) -> Path:
    file.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(file, "w") as wheel:
        for name, data in members.items():
            wheel.writestr(zipfile.ZipInfo(name, date), data)
    return file


def recorded(file: Path, members: dict[str, bytes]) -> Output:
    data = file.read_bytes()
    return Output(
        file=File(name=NAME, size=len(data), sha256=hashlib.sha256(data).hexdigest()),
        tags=("py3-none-any",),
        metadata="0" * 64,
        members={name: hashlib.sha256(one).hexdigest() for name, one in members.items()},
        start="",
    )


def test_equal(tmp_path: Path) -> None:
    file = archive(tmp_path / "a" / NAME, {"x": b"1"})
    assert list(against(recorded(file, {"x": b"1"}), file)) == []
    assert list(between(file, file)) == []


def test_members(tmp_path: Path) -> None:
    one = {"same": b"1", "gone": b"2", "text.py": b"a\nb\nc\n"}
    two = {"new": b"3", "same": b"1", "text.py": b"a\nB\nc\n"}
    first = archive(tmp_path / "a" / NAME, one)
    second = archive(tmp_path / "b" / NAME, two)
    lines = list(against(recorded(first, one), second))
    assert "gone is missing" in lines
    assert "new is too much" in lines
    assert any(line.startswith("text.py: its sha256 is") for line in lines)
    assert {"text.py: - b", "text.py: + B"} <= set(between(first, second))


def test_the_archive_alone(tmp_path: Path) -> None:
    members = {"x": b"1", "y": b"2"}
    first = archive(tmp_path / "a" / NAME, members)
    second = archive(tmp_path / "b" / NAME, members, (2026, 1, 2, 3, 4, 6))
    assert "the archive itself differs" in list(against(recorded(first, members), second))[-1]
    assert (
        next(between(first, second)) == "x: timestamp 2026-01-02 03:04:06, not 1980-01-01 00:00:00"
    )
    third = archive(tmp_path / "c" / NAME, dict(reversed(members.items())))
    assert list(between(first, third)) == ["the members are in another order"]


@pytest.mark.slow
def test_compiled_code(tmp_path: Path) -> None:
    def compiled(text: str) -> bytes:
        source = tmp_path / "code.c"
        source.write_text(text)
        out = tmp_path / "code.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", out, source], check=True)
        return out.read_bytes()

    one = compiled('const char *name(void) { return "the first text"; } int f(void) { return 1; }')
    two = compiled('const char *name(void) { return "another text!!"; } int g(void) { return 1; }')
    lines = list(compared("code.so", one, two))
    assert "symbols missing: 'f'" in lines
    assert "symbols too much: 'g'" in lines
    assert any(line.startswith("section .rodata: ") for line in lines)
    assert any("'the first text'" in line for line in lines if line.startswith("strings missing"))


def test_what_is_damaged_and_what_is_no_text() -> None:
    assert "readable ELF" in next(compared("x.so", b"\x7fELF", b"\x7fELF\x02"))
    assert list(compared("x.bin", b"a\0b", b"a\0cd")) == [
        "4 bytes, not 3; the first difference is at 2"
    ]
    assert list(compared("x.txt", b"a\n", b"a\r\n")) == ["the ends of lines differ"]
