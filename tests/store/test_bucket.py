"""A store in a bucket of a real server, and through a proxy that damages what it passes on."""

from __future__ import annotations

import http.client
import http.server
import io
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import obstore
import pytest

from zigwheel.errors import StoreError
from zigwheel.store.bucket import BucketStore
from zigwheel.store.model import BlobDamaged, BlobMissing, place
from zigwheel.store.named import open_store

HELLO = sha256(b"hello").hexdigest()


@pytest.fixture
def environ(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_ENDPOINT_URL": server,
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(environ: None, request: pytest.FixtureRequest) -> BucketStore:
    return opened(request.node.name)


def opened(name: str) -> BucketStore:
    """A store under a prefix of its own."""
    store = open_store(f"s3://wheels/{name}")
    assert isinstance(store, BucketStore)
    return store


def test_put_get_delete(bucket: BucketStore, tmp_path: Path) -> None:
    assert list(bucket.blobs()) == []
    blob = bucket.put(io.BytesIO(b"hello"))
    assert (blob.sha256, blob.size) == (HELLO, 5)
    assert bucket.get(HELLO).read() == b"hello"
    assert HELLO in bucket
    assert bucket.size(HELLO) == 5
    (tmp_path / "large").write_bytes(large := os.urandom(12_000_000))
    other = bucket.put(tmp_path / "large", sha256(large).hexdigest())
    assert bucket.get(other.sha256).read() == large
    empty = bucket.put(io.BytesIO())
    assert bucket.get(empty.sha256).read() == b""
    assert sorted(b.size for b in bucket.blobs()) == [0, 5, len(large)]
    assert bucket.verify().checked == 3
    again = opened(bucket.url.rpartition("/")[2])
    assert again.verify([HELLO, "0" * 64]).missing == ("0" * 64,)
    assert bucket.delete(HELLO)
    assert not bucket.delete(HELLO)
    assert HELLO not in again
    with pytest.raises(BlobMissing, match=HELLO):
        again.get(HELLO)


def test_a_good_blob_is_not_written_again(bucket: BucketStore) -> None:
    bucket.put(io.BytesIO(b"hello"))
    before = obstore.head(bucket.client, place(HELLO))["last_modified"]
    bucket.put(io.BytesIO(b"hello"))
    assert obstore.head(bucket.client, place(HELLO))["last_modified"] == before


@pytest.mark.parametrize("bad", [b"hellO", b"hell", b"hello and more"])
def test_damage_is_set_aside_and_mended(bucket: BucketStore, bad: bytes) -> None:
    bucket.put(io.BytesIO(b"hello"))
    obstore.put(bucket.client, place(HELLO), bad)
    with pytest.raises(BlobDamaged, match=sha256(bad).hexdigest()) as caught:
        bucket.get(HELLO)
    aside = caught.value.damage.aside.removeprefix(bucket.url + "/")
    assert obstore.get(bucket.client, aside).bytes() == bad
    assert HELLO not in bucket
    assert list(bucket.blobs()) == []
    with pytest.raises(BlobMissing):
        bucket.get(HELLO)
    bucket.put(io.BytesIO(b"hello"))
    assert bucket.verify().good
    obstore.put(bucket.client, place(HELLO), bad)
    report = bucket.verify()
    assert [damage.sha256 for damage in report.damaged] == [HELLO]
    assert report.checked == 0


def test_put_mends_damage(bucket: BucketStore) -> None:
    obstore.put(bucket.client, place(HELLO), b"wrong")
    bucket.put(io.BytesIO(b"hello"))
    assert bucket.get(HELLO).read() == b"hello"
    kept = [entry["path"] for page in obstore.list(bucket.client, "aside") for entry in page]
    assert [bytes(obstore.get(bucket.client, path).bytes()) for path in kept] == [b"wrong"]


def test_what_was_mended_meanwhile_stays(
    bucket: BucketStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another has put the blob between the look at a damaged one and its setting aside."""
    obstore.put(bucket.client, place(HELLO), b"wrong")
    copy = BucketStore._copy_aside

    def late(self: BucketStore, name: str) -> str:
        obstore.put(bucket.client, place(HELLO), b"hello")
        return copy(self, name)

    monkeypatch.setattr(BucketStore, "_copy_aside", late)
    with pytest.raises(BlobDamaged):
        bucket.get(HELLO)
    assert bucket.get(HELLO).read() == b"hello"


def test_many_at_once(bucket: BucketStore) -> None:
    same = os.urandom(3_000_000)
    contents = [same, *(bytes([n]) * 1000 for n in range(8)), same, same]

    def put(content: bytes) -> bytes:
        name = opened(bucket.url.rpartition("/")[2]).put(io.BytesIO(content)).sha256
        return bucket.get(name).read()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(put, contents)) == contents
    assert bucket.verify().checked == 9


def test_foreign_objects(bucket: BucketStore) -> None:
    obstore.put(bucket.client, "blobs/sha256/readme", b"?")
    obstore.put(bucket.client, f"blobs/sha256/ff/{HELLO}", b"hello")
    report = bucket.verify()
    assert not report.good
    assert sorted(report.foreign) == [
        f"{bucket.url}/blobs/sha256/ff/{HELLO}",
        f"{bucket.url}/blobs/sha256/readme",
    ]


def test_what_is_no_store(environ: None) -> None:
    with pytest.raises(StoreError, match=r"is no store: it has no .zigwheel-store"):
        open_store("s3://wheels/nothing", create=False)
    filled = opened("filled")
    obstore.delete(filled.client, "zigwheel-store.json")
    obstore.put(filled.client, "readme", b"?")
    with pytest.raises(StoreError, match="not empty: it has 'readme'"):
        open_store("s3://wheels/filled")
    obstore.put(filled.client, "zigwheel-store.json", b'{"format": "zigwheel-store", "version": 2}')
    with pytest.raises(StoreError, match="a newer zigwheel has made it"):
        open_store("s3://wheels/filled")


def test_a_server_that_refuses(environ: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    with pytest.raises(StoreError, match="AWS_ACCESS_KEY_ID"):
        open_store("s3://wheels/refused")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("zigwheel.store.bucket.RETRIES", {"max_retries": 0})
    with pytest.raises(StoreError, match="hint: see that AWS_ENDPOINT_URL names the server"):
        open_store("s3://wheels/refused")


class Proxy(http.server.ThreadingHTTPServer):
    """Passes requests on to the real server, and damages some of the blobs that it sends back."""

    how = ""
    """What is done to answers that hold a blob."""
    times = 0
    """How many more answers it is done to."""


class Passing(http.server.BaseHTTPRequestHandler):
    """One request."""

    server: Proxy
    protocol_version = "HTTP/1.1"
    behind = ""

    def do_any(self) -> None:
        """Ask the server behind; the signature holds, as `Host` is passed on."""
        length = int(self.headers.get("Content-Length", 0))
        connection = http.client.HTTPConnection(self.behind)
        connection.request(self.command, self.path, self.rfile.read(length), dict(self.headers))
        answer = connection.getresponse()
        data = answer.read()
        declared = len(data)
        if self.command == "GET" and "/blobs/sha256/" in self.path and self.server.times > 0:
            self.server.times -= 1
            if self.server.how == "flip":
                data = bytes([data[0] ^ 1]) + data[1:]
            elif self.server.how == "cut":
                data = data[:-1]
            elif self.server.how == "short":
                data = data[:-1]
                declared -= 1
            elif self.server.how == "long":
                data += b"x"
                declared += 1
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name not in ("Content-Length", "Transfer-Encoding", "Connection", "Date", "Server"):
                self.send_header(name, value)
        if self.command == "HEAD":
            declared = int(answer.getheader("Content-Length") or 0)
        self.send_header("Content-Length", str(declared))
        self.end_headers()
        self.wfile.write(data)
        if len(data) < declared and self.command != "HEAD":
            self.close_connection = True

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = do_any

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def proxy(bucket: BucketStore, server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    monkeypatch.setattr(Passing, "behind", server.removeprefix("http://"))
    with Proxy(("127.0.0.1", 0), Passing) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{running.server_port}")
        yield running
        running.shutdown()
        thread.join()


@pytest.mark.parametrize("how", ["flip", "short", "long", "cut"])
def test_bytes_damaged_on_the_way(bucket: BucketStore, proxy: Proxy, how: str) -> None:
    """Once: it is read again. Always: an error, no wrong bytes, and nothing good is lost for ever."""
    bucket.put(io.BytesIO(b"hello"))
    through = opened(bucket.url.rpartition("/")[2])
    proxy.how, proxy.times = how, 1
    assert through.get(HELLO).read() == b"hello"
    assert bucket.verify().good
    proxy.times = 10**6
    with pytest.raises(StoreError):
        through.get(HELLO)
    kept = [entry["path"] for page in obstore.list(bucket.client, "aside") for entry in page]
    there = [bytes(obstore.get(bucket.client, path).bytes()) for path in kept]
    assert HELLO in bucket or b"hello" in there
    proxy.times = 0
    through.put(io.BytesIO(b"hello"))
    assert bucket.get(HELLO).read() == b"hello"


def test_a_limit_on_what_a_server_sends(bucket: BucketStore) -> None:
    bucket.put(io.BytesIO(b"hello"))
    small = open_store(bucket.url, limit=4)
    with pytest.raises(StoreError, match="more than the 4 bytes"):
        small.get(HELLO)
    assert small.verify().unreadable == (HELLO,)
    assert bucket.verify().good


def test_without_obstore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(StoreError, match=r"hint: python -m pip install 'zigwheel\[s3\]'"):
        open_store("s3://wheels/without")
