"""Which form of a page is chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zigwheel.index.web.negotiate import chosen
from zigwheel.index.web.simple import HTML, JSON, PLAIN

PIP = f"{JSON}, {HTML}; q=0.1, text/html; q=0.01"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", PLAIN),
        ("*/*", PLAIN),
        ("text/*", PLAIN),
        ("application/*", HTML),
        (PIP, JSON),
        (f"{HTML};q=0.2, text/html;q=0.01", HTML),
        ("application/vnd.pypi.simple.latest+json", JSON),
        ("application/vnd.pypi.simple.latest+html, */*;q=0.1", HTML),
        (f"{JSON};q=0, */*", PLAIN),
        (f"{JSON};q=0", None),
        ("application/vnd.pypi.simple.v2+json", None),
        ("image/png", None),
        ("text/html,application/xhtml+xml,*/*;q=0.8", PLAIN),
        (f"{JSON.upper()}", JSON),
        (f"{JSON};q=nonsense", JSON),
        (f"{JSON};q=0.5;v=1, text/html;q=0.4", JSON),
    ],
)
def test_forms(accept: str, form: str | None) -> None:
    assert chosen(accept) == form


@given(st.text())
def test_anything(accept: str) -> None:
    assert chosen(accept) in (JSON, HTML, PLAIN, None)
