"""Tables of downloads, as others write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.errors import ConfigError
from zigwheel.prune.downloads import parsed, read_downloads

WANTED = {"a.whl": 3, "b.whl": 0}


@pytest.mark.parametrize(
    "text",
    [
        '{"a.whl": 3, "b.whl": 0}',
        '[{"file": "a.whl", "downloads": 3}, {"file": "b.whl", "downloads": 0}]',
        '[{"filename": "a.whl", "download_count": "3"}, {"filename": "b.whl", "count": 0}]',
        '{"query": {}, "rows": [{"file": "a.whl", "download_count": 3}, {"file": "b.whl", "download_count": 0}]}',
        "file,download_count\na.whl,3\nb.whl,0\n",
        "country,filename,downloads\nDE,a.whl,1\nFR,a.whl,2\nFR,b.whl,0\n",
    ],
)
def test_forms(text: str) -> None:
    assert parsed(text, "x") == WANTED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[1]", "the rows of the table of downloads 'x' are no objects"),
        ('{"rows": {}}', "are no objects"),
        ('{"a.whl": "many"}', "says 'many' of 'a.whl'"),
        ('{"a.whl": -1}', "says -1 of 'a.whl'"),
        ('{"a.whl": true}', "says True of 'a.whl'"),
        ('{"a.whl": 1.5}', "says 1.5 of 'a.whl'"),
        ('[{"file": "a.whl"}]', "a row without a number"),
        ("file,colour\na.whl,red\n", "a row without a number"),
        ("colour,downloads\nred,1\n", "a row without the name of a file"),
        ('file,downloads\n"a.whl,1\n', "is no CSV"),
    ],
)
def test_what_is_none(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said.replace("[", r"\[")):
        parsed(text, "'x'")


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_bytes(b"\xef\xbb\xbffile,downloads\r\na.whl,3\r\nb.whl,0\r\n")
    assert read_downloads(file) == WANTED
    file.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_downloads(file)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_downloads(tmp_path / "none")


@given(
    st.text()
    | st.recursive(
        st.none() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)
    ).map(json.dumps)
)
def test_anything(text: str) -> None:
    try:
        found = parsed(text, "x")
    except ConfigError:
        return
    assert all(type(number) is int and number >= 0 for number in found.values())
