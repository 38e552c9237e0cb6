"""Caches that packages declare for themselves."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import trustme

from tests.index.conftest import Make
from tests.index.test_upload import WHEEL, post, sdist, wheel
from zigwheel.index.shelf.declared import declared_caches

REACH = 'reach = ["127.0.0.0/8", "::1/128"]\n'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("not toml", ()),
        ("tool = 3", ()),
        ("[tool]\nzigwheel = []", ()),
        ("[tool.zigwheel]\ncaches = 'https://a.example'", ()),
        ("[tool.zigwheel]\ncaches = ['http://a.example']", ()),
        ("[tool.zigwheel]\ncaches = ['https://user:pass@a.example/']", ()),
        ("[tool.zigwheel]\ncaches = ['https://a.example/?x=']", ()),
        ("[tool.zigwheel]\ncaches = ['https://a.example/x y']", ()),
        (
            "[tool.zigwheel]\nunknown = 1\ncaches = ['https://a.example/spam', 'https://b.example:8443']",
            ("https://a.example/spam", "https://b.example:8443"),
        ),
        (
            f"[tool.zigwheel]\ncaches = {[f'https://{c}.example' for c in 'abcdef']}",
            tuple(f"https://{c}.example" for c in "abcd"),
        ),
    ],
)
def test_what_is_declared(text: str, found: tuple[str, ...]) -> None:
    assert declared_caches(text.encode()) == found


@pytest.mark.parametrize(
    "text",
    [
        "a." * 100_000 + "a = 1",
        "[" + "a." * 50_000 + "a]",
        "".join(f"{'a.' * 100}k{n} = 1\n" for n in range(20_000)),
        "a = " + "[" * 100_000,
        "a = " + "{a = " * 50_000,
        "a = " + "9" * 250_000,
        "".join(f"[t{n}.a]\n" for n in range(20_000)),
        "x = '" + "x" * 5_000_000 + "'",
    ],
    ids=["key", "header", "keys", "arrays", "tables", "number", "headers", "size"],
)
def test_what_is_made_to_do_harm(text: str) -> None:
    """In a process of its own, which may have little memory."""
    code = (
        "import sys, time; from zigwheel.index.shelf.declared import declared_caches; "
        "data = sys.stdin.buffer.read(); since = time.process_time(); "
        "assert declared_caches(data) == (); assert time.process_time() - since < 20"
    )
    words = ["prlimit", f"--as={2**30}", sys.executable, "-c", code]
    done = subprocess.run(words, input=text.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_no_text_at_all() -> None:
    assert declared_caches(b"\xff\xfe") == ()


@dataclass
class Host:
    """A static host that speaks TLS, and what it was asked for."""

    url: str
    authority: Path
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def keep(self, data: bytes) -> str:
        """Keep a blob; its sha256."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.files[f"/wheels/blobs/sha256/{sha256[:2]}/{sha256}"] = data
        return sha256


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    authority = trustme.CA()
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            data = made.files.get(self.path)
            self.send_response(200 if data is not None else 404)
            self.send_header("Content-Length", str(len(data or b"")))
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made = Host(f"https://localhost:{server.server_address[1]}/wheels", bundle)
    yield made
    server.shutdown()
    server.server_close()


def declaring(url: str, version: str = "1.0") -> bytes:
    """An sdist of `spam` that declares a cache."""
    text = f"[tool.zigwheel]\ncaches = ['{url}']\n"
    return sdist(version=version, more={f"spam-{version}/pyproject.toml": text})


def test_for_its_own_package_only(make_index: Make, host: Host) -> None:
    index = make_index(settings=f"rebuild = false\n{REACH}", REQUESTS_CA_BUNDLE=str(host.authority))
    token = index.token()
    ham = "ham-1.0-py3-none-any.whl"
    assert post(index, token, "spam-1.0.tar.gz", declaring(host.url)).status_code == 200
    for name, data in ((WHEEL, wheel()), (ham, wheel("ham"))):
        assert post(index, token, name, data).status_code == 200
        index.blob(host.keep(data)).unlink()

    page = requests.get(f"{index.url}/project/spam/", timeout=30).text
    assert "at a cache" in page
    sha256 = hashlib.sha256(wheel()).hexdigest()
    assert requests.get(f"{index.url}/files/{sha256}/{WHEEL}", timeout=30).content == wheel()
    assert index.events("came")[-1]["source"] == f"cache {host.url} of spam"

    host.asked.clear()
    other = hashlib.sha256(wheel("ham")).hexdigest()
    assert requests.get(f"{index.url}/files/{other}/{ham}", timeout=30).status_code == 404
    assert host.asked == []


def test_the_newest_sdist_counts(make_index: Make, host: Host) -> None:
    index = make_index(settings=f"rebuild = false\n{REACH}", REQUESTS_CA_BUNDLE=str(host.authority))
    token = index.token()
    post(index, token, "spam-1.0.tar.gz", declaring(host.url))
    post(index, token, "spam-1.1.tar.gz", sdist(version="1.1"))
    post(index, token, WHEEL, wheel())
    sha256 = host.keep(wheel())
    index.blob(sha256).unlink()
    assert requests.get(f"{index.url}/files/{sha256}/{WHEEL}", timeout=30).status_code == 404
    assert host.asked == []


@pytest.mark.parametrize("settings", ["rebuild = false\n", f"{REACH}package-caches = false\n"])
def test_where_the_operator_does_not_want_it(make_index: Make, host: Host, settings: str) -> None:
    """Above all, no package leads an index into its own network."""
    index = make_index(settings=settings, REQUESTS_CA_BUNDLE=str(host.authority))
    token = index.token()
    post(index, token, "spam-1.0.tar.gz", declaring(host.url))
    post(index, token, WHEEL, wheel())
    sha256 = host.keep(wheel())
    index.blob(sha256).unlink()
    assert requests.get(f"{index.url}/files/{sha256}/{WHEEL}", timeout=30).status_code == 404
    assert host.asked == []
    reason = index.events("unavailable")[-1]["reason"]
    assert ("private network that is not in `reach`" in reason) == ("reach" not in settings)


def test_lies_are_found_out(make_index: Make, host: Host) -> None:
    index = make_index(settings=f"rebuild = false\n{REACH}", REQUESTS_CA_BUNDLE=str(host.authority))
    token = index.token()
    post(index, token, "spam-1.0.tar.gz", declaring(host.url))
    post(index, token, WHEEL, wheel())
    sha256 = host.keep(wheel())
    index.blob(sha256).unlink()
    for path in host.files:
        host.files[path] = bytes(len(wheel()))
    assert requests.get(f"{index.url}/files/{sha256}/{WHEEL}", timeout=30).status_code == 503
    assert "other bytes" in index.events("unavailable")[-1]["reason"]
