"""Pages of indexes: what they say, and what is no page of one."""

from __future__ import annotations

import json
import re
import time
from http.server import BaseHTTPRequestHandler

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.census.conftest import Answer, Server, file, text
from zigwheel.census import upstream
from zigwheel.census.upstream import Index, NoProject, items_of, shown
from zigwheel.errors import ErrorCollection, UpstreamError


def test_files_of_projects(index: Server) -> None:
    index.root("Spam.Eggs", "bacon")
    index.page("spam-eggs", [file("spam_eggs-1.tar.gz", 10, "a" * 64, yanked="broken")])
    index.page("bacon", [file("bacon-1-py3-none-any.whl", 5), file("bacon.egg", 0, yanked=False)])
    asked = Index(url=index.url)
    assert asked.projects() == ["Spam.Eggs", "bacon"]
    lost: list[str] = []
    found = asked.all_items(["Spam.Eggs", "spam_eggs", "none", "bacon"], 3, lost.append)
    assert [(one.file, one.size, one.sha256, one.yanked) for one in found] == [
        ("spam_eggs-1.tar.gz", 10, "a" * 64, True),
        ("bacon-1-py3-none-any.whl", 5, "", False),
        ("bacon.egg", 0, "", False),
    ]
    assert lost == ["none"]
    assert {path for path, _ in index.asked} == {
        "/simple/", "/simple/spam-eggs/", "/simple/none/", "/simple/bacon/"
    }  # fmt: skip
    assert all(headers["Accept"] == upstream.JSON for _, headers in index.asked)


def test_a_password_is_sent_and_not_shown(index: Server) -> None:
    url = index.url.replace("//", "//me:secret@")
    with pytest.raises(NoProject) as caught:
        Index(url=url).items("none")
    assert "secret" not in str(caught.value)
    assert index.asked[0][1]["Authorization"].startswith("Basic ")
    assert shown("https://me:secret@index.example/simple") == "'https://index.example/simple'"


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", upstream.JSON)
    request.send_header("Connection", "close")
    request.end_headers()
    try:
        while True:
            request.wfile.write(b" " * 2**20)
    except OSError:
        pass  # the client has had enough, as it should


def cut_off(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", upstream.JSON)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"{")
    request.close_connection = True


def circle(request: BaseHTTPRequestHandler) -> None:
    request.send_response(302)
    request.send_header("Location", request.path)
    request.send_header("Content-Length", "0")
    request.end_headers()


def silent(request: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (endless, "has more than"),
        (cut_off, "cannot be read"),
        (circle, "TooManyRedirects"),
        (silent, "Timeout"),
        (text("<html>", kind="text/html"), "answers with 'text/html'"),
        (text("no", code=500), "answers with status 500"),
        (text("{"), "is no JSON"),
        (text("[]"), "`meta.api-version` is not there"),
        (text('{"meta": {"api-version": "2.0"}, "files": []}'), "`meta.api-version` is '2.0'"),
        (text('{"meta": {"api-version": "1.0"}, "files": []}'), "1.1 or later"),
        (text('{"meta": {"api-version": "1.1"}, "files": {}}'), "`files` is {}"),
    ],
)
def test_what_is_no_page(
    index: Server, answer: Answer, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "SECONDS", (1.0, 1.0))
    index.pages["/simple/spam/"] = answer
    with pytest.raises((UpstreamError, ErrorCollection), match=re.escape(said)) as caught:
        Index(url=index.url).items("spam")
    assert caught.value.exit_code == UpstreamError.exit_code
    assert "/simple/spam/" in str(caught.value)


def test_nobody_there() -> None:
    with pytest.raises(UpstreamError, match="cannot be read: ConnectionError"):
        Index(url="http://127.0.0.1:1/simple").items("spam")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"filename": "../x.whl"}, "files[0].filename"),
        ({"filename": None}, "files[0].filename"),
        ({"size": -1}, "files[0].size"),
        ({"size": 2**41}, "files[0].size"),
        ({"size": None}, "files[0].size"),
        ({"hashes": {"sha256": "x"}}, "files[0].hashes.sha256"),
    ],
)
def test_wrong_fields_are_named(change: dict[str, object], field: str) -> None:
    page = {
        "meta": {"api-version": "1.1"},
        "files": [{**file("a-1.tar.gz", 1, "a" * 64), **change}],
    }
    with pytest.raises(UpstreamError) as caught:
        items_of(json.dumps(page).encode(), "'place'", "a")
    assert f"'place': `{field}` is" in str(caught.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["meta", "api-version", "files", "filename", "size", "hashes", "sha256"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(VALUES)
def test_any_page(value: object) -> None:
    try:
        found = items_of(json.dumps(value).encode(), "place", "a")
    except (UpstreamError, ErrorCollection):
        return
    assert all(one.size >= 0 and "/" not in one.file for one in found)
