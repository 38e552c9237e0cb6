"""A secondary cache as an ASGI application: blobs by hash, and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from zigwheel.index.copies.mirror import Mirror
from zigwheel.index.model import File
from zigwheel.index.web.answers import Receive, Scope, Send, asked, only_if_cached, say
from zigwheel.index.web.files import Files
from zigwheel.store.model import is_name


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheApp:
    """Answers requests."""

    files: Files
    """Sends what is here."""
    mirror: Mirror
    """Copies what is not."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        top, _, rest = path.lstrip("/").partition("/")
        sha256 = rest.partition("/")[0] if top == "files" else rest.rpartition("/")[2]
        if scope["method"] not in ("GET", "HEAD"):
            await say(send, 405, "this is a cache: it is only read", (b"allow", b"GET, HEAD"))
        elif not is_name(sha256) or (
            top != "files" and path != f"/blobs/sha256/{sha256[:2]}/{sha256}"
        ):
            await say(
                send,
                404,
                "this is a cache: it has /blobs/sha256/ab/abcdef… and /files/abcdef…/NAME",
            )
        else:
            await self._blob(scope, send, sha256)

    async def _blob(self, scope: Scope, send: Send, sha256: str) -> None:
        self.mirror.was_asked(sha256)
        size = self.mirror.used.get(sha256)
        if size is None:
            status = 504 if only_if_cached(asked(scope)) else 404
            await say(send, status, "the cache does not have this blob now")
            return
        file = File(project="", version="", filename=sha256, size=size, sha256=sha256, uploaded="")
        await self.files.answer(scope, send, file)

    async def _live(self, receive: Receive, send: Send) -> None:
        """Follow the index from the start to the end."""
        await receive()
        await asyncio.to_thread(self.mirror.begin)
        task = asyncio.create_task(self.mirror.follow())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for one in (task, *self.mirror.under_way.values()):
            one.cancel()
        await send({"type": "lifespan.shutdown.complete"})
