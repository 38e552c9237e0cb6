"""A package index over a folder of files, as the simple repository API has it (PEP 503)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Index:
    """An index that is being served."""

    url: str
    """What `--index-url` takes."""
    asked: list[str] = field(default_factory=list)
    """Paths that were requested, in order."""


@contextmanager
def served(folder: Path) -> Iterator[Index]:
    """Serve the distributions in `folder` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append(self.path)
            words = self.path.strip("/").split("/")
            file = folder / words[-1]
            if words[0] == "files" and file.is_file():
                self.answer(file.read_bytes(), "application/octet-stream")
            elif words[0] == "simple" and len(words) == 2 and (page := page_of(folder, words[1])):
                self.answer(page.encode(), "text/html")
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

        def answer(self, body: bytes, kind: str) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Nothing: `asked` has it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        index = Index(url=f"http://127.0.0.1:{server.server_port}/simple/")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield index
        finally:
            server.shutdown()
            thread.join()


def page_of(folder: Path, name: str) -> str:
    """The page of one project; empty where there is none."""
    files = [f.name for f in sorted(folder.iterdir()) if normalised(f.name.split("-")[0]) == name]
    return "".join(f'<a href="/files/{file}">{file}</a>\n' for file in files)


def normalised(name: str) -> str:
    """The name of a project, as PEP 503 has it in addresses."""
    return re.sub(r"[-_.]+", "-", name).lower()
