"""An index that answers with what a test says, by a real server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from zigwheel.census.upstream import JSON

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass(kw_only=True)
class Server:
    """An index."""

    url: str = ""
    """Of its root."""
    pages: dict[str, Answer] = field(default_factory=dict)
    """What is said at each path."""
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    """Paths and headers of the requests so far."""

    def page(self, project: str, files: Sequence[Mapping[str, Any]], version: str = "1.1") -> None:
        """A project's page."""
        table = {"meta": {"api-version": version}, "name": project, "files": files}
        self.pages[f"/simple/{project}/"] = text(json.dumps(table))

    def root(self, *names: str) -> None:
        """The page of all projects."""
        table = {"meta": {"api-version": "1.1"}, "projects": [{"name": name} for name in names]}
        self.pages["/simple/"] = text(json.dumps(table))


def text(said: str, *, kind: str = JSON, code: int = 200) -> Answer:
    """A whole answer."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        data = said.encode()
        request.send_response(code)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    return answer


def file(name: str, size: int, sha256: str = "", **more: Any) -> dict[str, Any]:
    """A file on a page."""
    hashes = {"sha256": sha256} if sha256 else {}
    return {"filename": name, "url": f"../../files/{name}", "hashes": hashes, "size": size, **more}


@pytest.fixture
def index() -> Iterator[Server]:
    found = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found.asked.append((self.path, dict(self.headers)))
            found.pages.get(self.path, text("no", kind="text/plain", code=404))(self)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/simple"
    yield found
    server.shutdown()
    server.server_close()
