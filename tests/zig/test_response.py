"""Long commands, as Zig itself reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.zig.response import LONGEST, fitting, response
from zigwheel.zig.toolchain import Zig

WORDS = st.text(st.characters(blacklist_characters="'\0", blacklist_categories=["Cs"]), min_size=1)


def read(text: str) -> list[str]:
    """The words of a response file, by the rules of Zig's `std.process.Args.IteratorGeneral`."""
    found: list[str] = []
    word, quoted, slashes = "", False, 0
    for char in f"{text} ":
        if char == "\\":
            slashes += 1
            continue
        count, slashes = slashes, 0
        if char == '"':
            word += "\\" * (count // 2)
            quoted = quoted != (count % 2 == 0)
            word += '"' if count % 2 else ""
            continue
        word += "\\" * count
        if char in " \t\r\n" and not quoted:
            found += [word] if word else []
            word = ""
        else:
            word += char
    return found


@given(st.lists(WORDS))
def test_what_is_written_is_read(words: list[str]) -> None:
    assert read(response(words)) == words


def test_a_short_command_is_left_alone() -> None:
    with fitting(["zig", "build-lib", 'a "b"']) as words:
        assert words == ["zig", "build-lib", 'a "b"']


def test_a_long_command_says_the_same_to_zig(zig: Zig, tmp_path: Path) -> None:
    values = {"PLAIN": "1", "TEXT": '"a \\\\ b # c"', "LAST": '"\\\\"'}
    values |= {f"FILL{number}": "x" * 100 for number in range(LONGEST // 100)}
    source = tmp_path / "a file.c"
    source.write_text(
        '_Static_assert(sizeof TEXT == 10 && sizeof LAST == 2 && PLAIN == 1, "");\n'
        "int FILL0, FILL299;\n",
        encoding="utf-8",
    )
    command = [str(zig.executable), "build-obj", "-target", "x86_64-linux-musl"]
    command += [f"-D{name}={value}" for name, value in values.items()]
    command += [str(source), f"-femit-bin={tmp_path / 'a file.o'}"]
    with fitting(command) as words:
        assert sum(map(len, words)) < 400
        file = Path(words[2].removeprefix("@"))
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a file.o").is_file()
    assert not file.exists()


def test_a_quote_that_zig_cannot_read_stays_on_the_command_line() -> None:
    command = ["zig", "build-lib", "-DQ='\\n'", "x" * LONGEST]
    with fitting(command) as words:
        assert words == command


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("C:\\a\\b", '"C:\\a\\b"'),
        ("C:\\", '"C:\\\\"'),
        ('-DX="a\\"', '"-DX=\\"a\\\\\\""'),
    ],
)
def test_backslashes_before_quotes_are_doubled(word: str, written: str) -> None:
    assert response([word]) == written
