"""Secondary caches: honest ones, and all kinds of liars."""

from __future__ import annotations

import hashlib
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from tests.index.conftest import (
    Make,
    Served,
    emptied,
    files_below,
    pip_install,
    stop_all,
    twine,
    uv_install,
)
from tests.index.test_install import HERE, native
from tests.recipe.conftest import Built, run

pytestmark = pytest.mark.slow


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def make_cache(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    made: list[Served] = []

    def make(name: str, of: str, *words: str, port: int = 0) -> Served:
        folder = tmp_path / name
        found = Served(folder=folder, words=("cache", "serve", str(folder), "--of", of, *words))
        made.append(found)
        found.start(port)
        return found

    yield make
    stop_all(made)


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_life_of_a_wheel(
    make_index: Make, make_cache: Callable[..., Served], release: Built, tmp_path: Path
) -> None:
    """Uploaded, pruned, from a cache, from a rebuild: always the same bytes."""
    ports = free_port(), free_port()
    caches = ", ".join(f'"http://127.0.0.1:{port}"' for port in ports)
    index = make_index(settings=f"{HERE}caches = [{caches}]\n")
    wheel, sha256 = native(release)
    token = index.token("fastsum")
    twine(index.url, token, *release.wheels.iterdir())
    run("index", "push", index.url, release.recipe, "--token", token)
    pip_install(index.url, "fastsum", tmp_path / "first")
    first = files_below(tmp_path / "first")
    assert any(name.endswith(".so") for name in first)

    every = make_cache("every", index.url, "--mirror", "all", port=ports[0])
    asked = make_cache("asked", index.url, port=ports[1])
    path = f"blobs/sha256/{sha256[:2]}/{sha256}"
    assert requests.get(f"{asked.url}/{path}", timeout=30).status_code == 404
    until(lambda: every.blob(sha256).exists() and asked.blob(sha256).exists())
    assert asked.events("copied")
    assert len(every.events("copied")) >= 3

    second = tmp_path / "second.json"
    words = ("--no-isolation", "--builder", "urn:second", "-o", second)
    run("verify", release.recipe, "--wheel", wheel.name, *words)  # from an empty cache
    address = int(index.url.rpartition(":")[2])
    index.stop()
    store = index.folder / "store"
    pruned = run("prune", store, release.recipe, "--statement", second, "--all")
    assert "1 wheels deleted" in pruned.stderr

    def again(source: str, *stopped: Served) -> None:
        for one in stopped:
            one.stop()
        for install in (pip_install, uv_install):
            index.blob(sha256).unlink(missing_ok=True)
            index.start(address)
            install(index.url, "fastsum", emptied(tmp_path / "again"))
            assert files_below(tmp_path / "again") == first
            assert index.blob(sha256).read_bytes() == wheel.read_bytes()
            came = index.events("came")[-1]
            assert (came["file"], source in came["source"]) == (wheel.name, True)
            index.stop()

    again(str(ports[0]))
    again(str(ports[1]), every)
    again("rebuild", asked)
    assert len(index.events("came")) == 6


def test_a_cache_with_little_room(
    make_index: Make, make_cache: Callable[..., Served], release: Built
) -> None:
    index = make_index()
    twine(index.url, index.token(), *release.wheels.iterdir())
    cache = make_cache("cache", index.url, "--mirror", "asked", "--room", "45000")
    files = index.page("fastsum")["files"]
    assert sum(file["size"] for file in files) > 45000
    for file in files:
        sha256 = file["hashes"]["sha256"]
        path = f"{cache.url}/blobs/sha256/{sha256[:2]}/{sha256}"
        assert requests.get(path, timeout=30).status_code == 404
        until(lambda path=path: requests.get(path, timeout=30).status_code == 200)
    assert cache.events("deleted")
    left = [file for file in (cache.folder / "blobs").rglob("*") if file.is_file()]
    assert 0 < sum(file.stat().st_size for file in left) <= 45000


def test_what_is_wanted_most(
    make_index: Make, make_cache: Callable[..., Served], release: Built
) -> None:
    index = make_index()
    wheel, sha256 = native(release)
    twine(index.url, index.token(), *release.wheels.iterdir())
    for _ in range(3):
        requests.get(f"{index.url}/files/{sha256}/{wheel.name}", timeout=30)
    until(lambda: requests.get(f"{index.url}/downloads.json", timeout=30).json() != {})
    assert requests.get(f"{index.url}/downloads.json", timeout=30).json() == {wheel.name: 3}
    cache = make_cache("cache", index.url, "--mirror", "wanted", "--room", "1000000")
    until(lambda: cache.blob(sha256).exists())
    assert [event["sha256"] for event in cache.events("copied")] == [sha256]


def test_copies_for_any_static_host(make_index: Make, release: Built, tmp_path: Path) -> None:
    """A store's folder behind any server of files is a cache."""
    index = make_index()
    wheel, sha256 = native(release)
    twine(index.url, index.token(), *release.wheels.iterdir())
    assert "3 files copied" in run("cache", "push", index.folder, tmp_path / "copies").stderr
    port = free_port()
    words = ["python3", "-m", "http.server", str(port), "--bind", "127.0.0.1", "-d"]
    with subprocess.Popen([*words, tmp_path / "copies"], stderr=subprocess.DEVNULL) as host:
        try:
            index.stop()
            (index.folder / "index.toml").write_text(f'caches = ["http://127.0.0.1:{port}"]\n')
            index.blob(sha256).unlink()
            index.start()
            answer = requests.get(f"{index.url}/files/{sha256}/{wheel.name}", timeout=30)
            assert answer.content == wheel.read_bytes()
        finally:
            host.kill()


# Liars


Request = BaseHTTPRequestHandler
Lie = Callable[[Request, bytes], None]


def head(request: Request, length: int | None, status: int = 200, **more: str) -> None:
    request.send_response(status)
    if length is not None:
        request.send_header("Content-Length", str(length))
    for name, value in more.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()


def other_bytes(request: Request, data: bytes) -> None:
    head(request, len(data))
    request.wfile.write(bytes(reversed(data)))


def truncated(request: Request, data: bytes) -> None:
    head(request, len(data))
    request.wfile.write(data[: len(data) // 2])
    request.close_connection = True


def truncated_and_honest(request: Request, data: bytes) -> None:
    head(request, len(data) // 2)
    request.wfile.write(data[: len(data) // 2])


def too_long(request: Request, data: bytes) -> None:
    head(request, len(data) + 5)
    request.wfile.write(data + b"extra")


def too_long_in_chunks(request: Request, data: bytes) -> None:
    head(request, None, Transfer_Encoding="chunked")
    for chunk in (data, b"extra", b""):
        request.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))


def endless(request: Request, data: bytes) -> None:
    head(request, None, Transfer_Encoding="chunked")
    while True:
        request.wfile.write(b"%x\r\n%s\r\n" % (2**16, bytes(2**16)))


def slow(request: Request, data: bytes) -> None:
    head(request, len(data))
    for number in range(len(data)):
        request.wfile.write(data[number : number + 1])
        request.wfile.flush()
        time.sleep(0.5)


def silent(request: Request, data: bytes) -> None:
    time.sleep(60)


def nothing(request: Request, data: bytes) -> None:
    head(request, 0, 404)


def broken(request: Request, data: bytes) -> None:
    head(request, 0, 500)


def reset(request: Request, data: bytes) -> None:
    head(request, len(data))
    request.wfile.write(data[:100])
    request.wfile.flush()
    linger = struct.pack("ii", 1, 0)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    request.connection.close()
    request.close_connection = True


def packed(request: Request, data: bytes) -> None:
    head(request, len(data), Content_Encoding="gzip")
    request.wfile.write(data)


def circle(request: Request, data: bytes) -> None:
    head(request, 0, 302, Location=request.path)


def to_a_file(request: Request, data: bytes) -> None:
    head(request, 0, 307, Location="file:///etc/passwd")


def nowhere(request: Request, data: bytes) -> None:
    head(request, 0, 301)


def to_loopback(request: Request, data: bytes) -> None:
    port = request.server.server_port + 0  # type: ignore[attr-defined]
    host = "localhost" if request.headers.get("Host", "").startswith("127.") else "127.0.0.1"
    head(request, 0, 302, Location=f"http://{host}:{port}/secret")


def garbage(request: Request, data: bytes) -> None:
    request.wfile.write(b"\x00\xff" * 1000)
    request.close_connection = True


LIES = [
    other_bytes,
    truncated,
    truncated_and_honest,
    too_long,
    too_long_in_chunks,
    endless,
    slow,
    silent,
    nothing,
    broken,
    reset,
    packed,
    circle,
    to_a_file,
    nowhere,
    to_loopback,
    garbage,
]


@dataclass(kw_only=True)
class Liar:
    """A server that answers with lies, and the truth if it is told to."""

    url: str = ""
    data: bytes = b""
    lie: Lie | None = None
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def liars() -> Iterator[Callable[[], Liar]]:
    servers: list[ThreadingHTTPServer] = []

    def make() -> Liar:
        liar = Liar()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                liar.asked.append(self.path)
                try:
                    if liar.lie is not None:
                        liar.lie(self, liar.data)
                    else:
                        head(self, len(liar.data))
                        self.wfile.write(liar.data)
                except OSError:
                    self.close_connection = True

            def log_message(self, *words: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        liar.url = f"http://127.0.0.1:{server.server_port}"
        return liar

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_liars(make_index: Make, release: Built, liars: Callable[[], Liar], lie: Lie) -> None:
    """Right bytes from the next source, or none; never wrong ones, and no way into the index's network."""
    wheel, sha256 = native(release)
    liar, honest = liars(), liars()
    liar.data = honest.data = wheel.read_bytes()
    liar.lie = lie
    index = make_index(settings=f'caches = ["{liar.url}", "{honest.url}"]\n')
    twine(index.url, index.token(), wheel)
    url = f"{index.url}/files/{sha256}/{wheel.name}"
    index.blob(sha256).unlink()
    answer = requests.get(url, timeout=60)
    assert answer.content == wheel.read_bytes()
    assert hashlib.sha256(index.blob(sha256).read_bytes()).hexdigest() == sha256
    assert honest.url in index.events("came")[-1]["source"]
    assert all(path.startswith("/blobs/") for path in liar.asked + honest.asked)
    assert not list((index.folder / "store" / "incoming").iterdir())


@pytest.mark.parametrize(
    "lie", [other_bytes, truncated, slow, broken], ids=lambda lie: lie.__name__
)
def test_nobody_but_liars(
    make_index: Make, release: Built, liars: Callable[[], Liar], lie: Lie, tmp_path: Path
) -> None:
    wheel, sha256 = native(release)
    liar = liars()
    liar.data, liar.lie = wheel.read_bytes(), lie
    index = make_index(settings=f'caches = ["{liar.url}"]\n')
    twine(index.url, index.token(), wheel)
    index.blob(sha256).unlink()
    for install in (pip_install, uv_install):
        install(index.url, "fastsum", tmp_path / "none", code=1)
        assert not (tmp_path / "none" / "fastsum").exists()
    assert not index.blob(sha256).exists()
    if lie is broken:
        liar.lie = None
        index.stop()
        assert "fastsum" in index.log.read_text()
        index.start()  # which looks again for what was not there
        until(lambda: index.names("fastsum") == [wheel.name])
        pip_install(index.url, "fastsum", tmp_path / "there")
