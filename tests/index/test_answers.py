"""Which bytes are sent, by the headers of a request."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.index.web.answers import Part, accepts_gzip, part_of

TAG = b'"abc"'
WHOLE = Part(status=200, first=0, end=10)


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, WHOLE),
        ({"range": "bytes=0-3"}, Part(status=206, first=0, end=4)),
        ({"range": "bytes=4-"}, Part(status=206, first=4, end=10)),
        ({"range": "bytes=4-400"}, Part(status=206, first=4, end=10)),
        ({"range": "bytes=-3"}, Part(status=206, first=7, end=10)),
        ({"range": "bytes=-30"}, Part(status=206, first=0, end=10)),
        ({"range": "bytes=9-9"}, Part(status=206, first=9, end=10)),
        ({"range": "bytes=10-"}, Part(status=416)),
        ({"range": "bytes=-0"}, Part(status=416)),
        ({"range": "bytes=5-3"}, WHOLE),
        ({"range": "bytes=-"}, WHOLE),
        ({"range": "bytes=0-1,3-4"}, WHOLE),
        ({"range": "lines=0-1"}, WHOLE),
        ({"range": "bytes=0-3", "if-range": '"abc"'}, Part(status=206, first=0, end=4)),
        ({"range": "bytes=0-3", "if-range": '"old"'}, WHOLE),
        ({"if-none-match": '"abc"'}, Part(status=304)),
        ({"if-none-match": 'W/"abc"'}, Part(status=304)),
        ({"if-none-match": '"x", "abc"'}, Part(status=304)),
        ({"if-none-match": "*"}, Part(status=304)),
        ({"if-none-match": '"x"', "range": "bytes=0-0"}, Part(status=206, first=0, end=1)),
    ],
)
def test_parts(headers: dict[str, str], part: Part) -> None:
    assert part_of({k.encode(): v.encode() for k, v in headers.items()}, TAG, 10) == part


@given(st.binary(max_size=30), st.integers(0, 100))
def test_any_range(value: bytes, size: int) -> None:
    for text in (value, b"bytes=" + value):
        part = part_of({b"range": text}, TAG, size)
        assert part.status in (200, 206, 416)
        assert 0 <= part.first <= part.end <= size
        assert part.status != 206 or part.first < part.end


@pytest.mark.parametrize(
    ("value", "yes"),
    [
        ("", False),
        ("gzip", True),
        ("deflate, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("br", False),
    ],
)
def test_gzip(value: str, yes: bool) -> None:
    assert accepts_gzip({b"accept-encoding": value.encode()}) is yes
