"""The server as an ASGI application: which request is answered by whom.

Pages and files are answered here, without a framework between: they are nearly all that an index is
asked for. The rest is Starlette's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import quote

from packaging.utils import canonicalize_name

from zigwheel.index.model import File
from zigwheel.index.opened import Index
from zigwheel.index.web.answers import (
    FILE_FOR,
    PAGE_FOR,
    Application,
    Receive,
    Scope,
    Send,
    accepts_gzip,
    asked,
    begin,
    body,
    length,
    part_of,
    say,
)
from zigwheel.index.web.files import Broken, Files
from zigwheel.index.web.negotiate import chosen
from zigwheel.index.web.pages import Pages
from zigwheel.store.model import is_name

READS = ("GET", "HEAD")


@dataclass(frozen=True, kw_only=True, slots=True)
class App:
    """Answers requests."""

    index: Index
    """What is served."""
    pages: Pages
    """Its pages."""
    files: Files
    """Its files."""
    rest: Application
    """Answers all others."""
    log: Callable[..., None]
    """Told of what happens."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and scope["method"] in READS:
            path: str = scope["path"].removeprefix(scope.get("root_path", ""))
            top, _, rest = path.lstrip("/").partition("/")
            if top == "simple":
                await self._simple(scope, send, rest)
                return
            if top == "files":
                await self._file(scope, send, rest)
                return
            if top == "blobs":
                await self._blob(scope, send, rest)
                return
        await self.rest(scope, receive, send)

    async def _simple(self, scope: Scope, send: Send, rest: str) -> None:
        headers = asked(scope)
        name = canonicalize_name(rest.rstrip("/"))
        if rest != (f"{name}/" if name else ""):
            url = f"{scope.get('root_path', '')}/simple/{quote(name)}{'/' * bool(name)}"
            await say(send, 301, "this page has one address", (b"location", url.encode()))
            return
        form = chosen(headers.get(b"accept", b"").decode("latin-1"))
        if form is None:
            await say(send, 406, "there are JSON and HTML of the Simple API, version 1")
            return
        page = self.pages.get(name, form, packed=accepts_gzip(headers))
        if page is None:
            await self._elsewhere(send, name)
            return
        part = part_of(headers, page.etag.encode(), len(page.body), ranges=False)
        kind = form.encode() + (b"; charset=utf-8" if form == "text/html" else b"")
        own = [
            (b"content-type", kind),
            (b"etag", page.etag.encode()),
            (b"cache-control", PAGE_FOR),
            (b"vary", b"Accept, Accept-Encoding"),
            (b"x-pypi-last-serial", b"%d" % page.serial),
            *length(part, len(page.body)),
        ]
        if page.packed and part.status == 200:
            own.append((b"content-encoding", b"gzip"))
        await begin(send, part.status, own)
        nothing = part.status == 304 or scope["method"] == "HEAD"
        await body(send, b"" if nothing else page.body)

    async def _elsewhere(self, send: Send, name: str) -> None:
        """Send a client to the upstream, for a name that belongs there."""
        settings = self.index.settings
        if not settings.upstream or any(fnmatchcase(name, own) for own in settings.own):
            await say(send, 404, f"there is no project {name[:100]!r} here")
            return
        url = f"{settings.upstream.rstrip('/')}/{quote(name)}/"
        await say(send, 302, "this project is elsewhere", (b"location", url.encode()))

    async def _file(self, scope: Scope, send: Send, rest: str) -> None:
        sha256, _, filename = rest.partition("/")
        plain = filename.removesuffix(".metadata")
        file = self.index.shelves.catalogue.file(plain) if is_name(sha256) else None
        if file is None or file.sha256 != sha256:
            await say(send, 404, "there is no such file here")
            return
        if plain != filename:
            await self._metadata(scope, send, file)
            return
        await self._send(scope, send, file)

    async def _send(self, scope: Scope, send: Send, file: File) -> None:
        project = self.index.shelves.catalogue.project(file.project)
        if file.trouble or project is None or project.status == "quarantined":
            await say(send, 404, f"{file.filename} is not offered: {file.trouble or 'quarantine'}")
            return
        try:
            await self.files.answer(scope, send, file)
        except Broken as broken:
            # what was announced is not sent: that closes the connection, and the client sees it
            self.log("broken off", file=file.filename, reason=str(broken))

    async def _metadata(self, scope: Scope, send: Send, file: File) -> None:
        """METADATA, which are always here. Who asks for them is likely to want the wheel soon."""
        if not file.metadata:
            await say(send, 404, "this file has no metadata of its own")
            return
        if not file.trouble and file.sha256 not in self.index.shelves.store:
            self.files.supply.begin(file)
        data = self.files.blobs.in_memory(file.metadata)
        if data is None:
            stream = await asyncio.to_thread(self.files.blobs.open, file.metadata)
            with stream:
                data = await asyncio.to_thread(stream.read)
        etag = b'"%s"' % file.metadata.encode()
        part = part_of(asked(scope), etag, len(data))
        headers = [
            (b"content-type", b"application/octet-stream"),
            (b"etag", etag),
            (b"cache-control", FILE_FOR),
            (b"accept-ranges", b"bytes"),
        ]
        await begin(send, part.status, [*headers, *length(part, len(data))])
        sent = part.status in (200, 206) and scope["method"] != "HEAD"
        await body(send, data[part.first : part.end] if sent else b"")

    async def _blob(self, scope: Scope, send: Send, rest: str) -> None:
        """A file by its hash, as in a store: for secondary caches."""
        sha256 = rest.rpartition("/")[2]
        found = self.index.shelves.catalogue.files_with(sha256) if is_name(sha256) else []
        if not found or rest != f"sha256/{sha256[:2]}/{sha256}":
            await say(send, 404, "there is no such blob here")
            return
        await self._send(scope, send, found[0])
