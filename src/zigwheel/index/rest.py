"""What an index is asked for now and then: uploads, numbers, and what goes on beside all requests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zigwheel.index.files import Files
from zigwheel.index.opened import Index
from zigwheel.index.retries import Retries
from zigwheel.index.uploads import Refused, Uploads

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

FLUSH = 10.0
"""Seconds between two times that downloads are noted in the database."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """Answers the rare requests, with Starlette."""

    index: Index
    """What is served."""
    files: Files
    """Its files."""
    uploads: Uploads
    """Takes what is uploaded."""
    retries: Retries
    """Looks for what could not be had."""

    def application(self) -> Starlette:
        """All of it as an application."""
        from starlette.applications import Starlette
        from starlette.routing import Route

        routes = [
            Route("/legacy/", self.upload, methods=["POST"]),
            Route("/recipes/", self.recipe, methods=["POST"]),
            Route("/health", self.health),
            Route("/downloads.json", self.downloads),
        ]
        return Starlette(routes=routes, lifespan=self.lifespan)

    async def upload(self, request: Request) -> Response:
        """`POST /legacy/`."""
        return await answered(self.uploads.file(request))

    async def recipe(self, request: Request) -> Response:
        """`POST /recipes/`."""
        return await answered(self.uploads.recipe(request))

    async def health(self, request: Request) -> Response:
        """`GET /health`: the number of the last change, if the database can be read."""
        from starlette.responses import JSONResponse

        return JSONResponse({"serial": self.index.shelves.catalogue.serial()})

    async def downloads(self, request: Request) -> Response:
        """`GET /downloads.json`: how often each file was sent, as `zigwheel prune --downloads` reads it."""
        from starlette.responses import JSONResponse

        return JSONResponse(self.index.shelves.catalogue.downloads())

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """What goes on from the start of a server to its end."""
        tasks = [
            asyncio.create_task(self.noting()),
            asyncio.create_task(self.retries.follow(self.files.supply)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await self.files.supply.stop()
            await self.note()

    async def noting(self) -> None:
        """Note downloads now and then, until cancelled."""
        while True:
            await asyncio.sleep(FLUSH)
            await self.note()

    async def note(self) -> None:
        """Write into the database how often files were sent."""
        sent = dict(+self.files.sent)
        self.files.sent.clear()
        if sent:
            await asyncio.to_thread(self.index.shelves.catalogue.count, sent)


async def answered(done: Awaitable[str]) -> Response:
    """The answer to an upload."""
    from starlette.responses import PlainTextResponse

    try:
        return PlainTextResponse(await done)
    except Refused as refused:
        known = refused.status != 401
        headers = None if known else {"www-authenticate": 'Basic realm="zigwheel"'}
        return PlainTextResponse(f"{refused}\n", refused.status, headers)
