"""Whatever comes, an index answers with a status that is no 500, and keeps to its folder."""

from __future__ import annotations

import http.client
import os
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.index.conftest import Served, stop_all
from tests.index.test_upload import WHEEL, post, sdist, wheel
from tests.recipe.conftest import run

pytestmark = pytest.mark.slow

MANY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """An index with a wheel, and a token; beside it, a file that nobody is to see."""
    folder = tmp_path_factory.mktemp("fuzz") / "index"
    run("index", "init", folder)
    (folder.parent / "secret").write_text("SECRET")
    index = Served(folder=folder, words=("index", "serve", str(folder)))
    index.start()
    token = index.token()
    assert post(index, token, WHEEL, wheel()).status_code == 200
    before = sorted(folder.parent.iterdir())
    yield index, token
    assert post(index, token, WHEEL, wheel()).status_code == 200
    assert sorted(folder.parent.iterdir()) == before
    assert not list((folder / "work").iterdir())
    assert token not in index.log.read_text()
    run("index", "check", folder)
    stop_all([index])


def raw(index: Served, method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """The answer to a request that no client would write."""
    connection = http.client.HTTPConnection(index.url.removeprefix("http://"), timeout=30)
    connection._validate_path = lambda url: None  # type: ignore[attr-defined,method-assign]
    connection._encode_request = lambda request: request.encode("utf-8", "replace")  # type: ignore[attr-defined,method-assign]
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value.encode("latin-1", "replace"))
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException:
        return 400, b""
    finally:
        connection.close()


TOPS = ["simple", "files", "blobs", "blobs/sha256", "legacy", "recipes", "health", "", "project"]
PIECES = st.one_of(
    st.sampled_from(["..", "%2e%2e", ".", "", "%00", "secret", "index.sqlite", "a" * 64, "x.whl"]),
    st.sampled_from([WHEEL, f"{WHEEL}.metadata", "spam", "%2f", "..%2f..%2fsecret", "a" * 5000]),
    st.text(max_size=20),
)
PLAIN = st.text(string.printable.replace("\r", "").replace("\n", ""), max_size=60)


@MANY
@given(
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"]),
    st.sampled_from(TOPS),
    st.lists(PIECES, max_size=5),
    st.dictionaries(
        st.sampled_from(
            ["Accept", "Range", "If-None-Match", "If-Range", "Accept-Encoding", "Authorization"]
        ),
        PLAIN,
    ),
)
def test_reading(
    target: tuple[Served, str], method: str, top: str, rest: list[str], headers: dict[str, str]
) -> None:
    path = "/".join(["", top, *rest])
    path = "".join(c for c in path if c > " " and c not in "\x7f\x85\u2028\u2029")
    status, data = raw(target[0], method, path, headers)
    assert status < 500, (method, path, status)
    assert b"SECRET" not in data
    assert b"SQLite" not in data


NAMES = st.one_of(
    st.sampled_from([WHEEL, "spam-1.0.tar.gz", "../../x.whl", "/etc/x.whl", "a.whl", "con.tar.gz"]),
    st.text(max_size=30).map(lambda text: f"{text}.whl"),
    st.from_regex(r"[a-z]{1,5}-[0-9.]{1,5}-[a-z0-9]{1,4}-none-any\.whl", fullmatch=True),
)
DATA = st.one_of(
    st.binary(max_size=2000),
    st.sampled_from([wheel(), wheel("eggs"), sdist(), sdist("eggs", "2")]),
    st.tuples(st.sampled_from([wheel(), sdist()]), st.integers(0, 400), st.binary(max_size=9)).map(
        lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + len(parts[2]) :]
    ),
)
FIELDS = st.dictionaries(
    st.sampled_from(["name", "version", "sha256_digest", "md5_digest", ":action", "content", "x"]),
    st.text(max_size=30),
    max_size=5,
)


@MANY
@given(NAMES, DATA, FIELDS)
def test_uploading(
    target: tuple[Served, str], name: str, data: bytes, fields: dict[str, str]
) -> None:
    index, token = target
    answer = requests.post(
        f"{index.url}/legacy/",
        data={":action": "file_upload", **fields},
        files={"content": (name, data)},
        auth=("__token__", token),
        timeout=30,
    )
    assert answer.status_code < 500, (name, fields, answer.text)


@MANY
@given(st.binary(max_size=300), st.sampled_from(["multipart/form-data; boundary=x", "text/x", ""]))
def test_any_body(target: tuple[Served, str], data: bytes, kind: str) -> None:
    index, token = target
    for path in ("legacy", "recipes"):
        answer = requests.post(
            f"{index.url}/{path}/",
            data=data,
            headers={"Content-Type": kind},
            auth=("__token__", token),
            timeout=30,
        )
        assert answer.status_code < 500, (path, data, kind, answer.text)


@MANY
@given(st.text(max_size=60))
def test_any_password(target: tuple[Served, str], password: str) -> None:
    index, _ = target
    auth = (b"__token__", password.encode())
    answer = requests.post(f"{index.url}/legacy/", data={"a": "b"}, auth=auth, timeout=30)
    assert answer.status_code == 401


def test_links_lead_nowhere(target: tuple[Served, str], tmp_path: Path) -> None:
    """A link that somebody has put where a blob belongs is none."""
    index, _ = target
    sha256 = "0" * 64
    place = index.blob(sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    os.symlink(index.folder.parent / "secret", place)
    try:
        status, data = raw(index, "GET", f"/blobs/sha256/00/{sha256}", {})
        assert (status, b"SECRET" in data) == (404, False)
    finally:
        place.unlink()
