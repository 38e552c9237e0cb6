"""What an index is asked for now and then: uploads, numbers, and what goes on beside all requests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from zigwheel.index.opened import Index
from zigwheel.index.sources.retries import Retries
from zigwheel.index.web.files import Files
from zigwheel.index.web.metrics import Metrics
from zigwheel.index.web.people import Shown, dashboard, policy, project_page, state_of, sums
from zigwheel.index.web.uploads import Refused, Uploads
from zigwheel.matrix.report.words import size

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

FRESH = 5.0
"""Seconds for which a page for people is not rendered again."""

MOST_KEPT = 200
"""Of these pages."""

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
    metrics: Metrics
    """What has happened."""
    kept: dict[str, tuple[float, str]] = field(default_factory=dict)
    """Pages for people, with the time until which they are good."""

    def application(self) -> Starlette:
        """All of it as an application."""
        from starlette.applications import Starlette
        from starlette.routing import Route

        routes = [
            Route("/legacy/", self.upload, methods=["POST"]),
            Route("/recipes/", self.recipe, methods=["POST"]),
            Route("/", self.dashboard),
            Route("/project/{name}/", self.project),
            Route("/metrics", self.numbers),
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

    async def dashboard(self, request: Request) -> Response:
        """`GET /`: all projects, for people."""
        return await self._page("", self._dashboard)

    async def project(self, request: Request) -> Response:
        """`GET /project/NAME/`: a project, for people."""
        from starlette.responses import PlainTextResponse, RedirectResponse

        asked = request.path_params["name"]
        name = canonicalize_name(asked)
        if name != asked:
            return RedirectResponse(f"../{name}/", 301)
        if self.index.shelves.catalogue.project(name) is None:
            return PlainTextResponse("there is no such project here\n", 404)
        return await self._page(name, lambda: self._project(name))

    async def _page(self, key: str, render: Callable[[], str]) -> Response:
        """A page for people, which may be some seconds old: it looks at each blob of what it shows."""
        from starlette.responses import HTMLResponse

        now = asyncio.get_running_loop().time()
        until, text = self.kept.get(key, (0.0, ""))
        if until < now:
            text = await asyncio.to_thread(render)
            if len(self.kept) > MOST_KEPT:
                self.kept.clear()
            self.kept[key] = (now + FRESH, text)
        headers = {"content-security-policy": policy(), "x-content-type-options": "nosniff"}
        return HTMLResponse(text, headers=headers)

    def _shown(self, project: str = "") -> list[Shown]:
        """The files of a project, or all."""
        catalogue, settings = self.index.shelves.catalogue, self.index.settings
        declared = catalogue.caches(project) if settings.package_caches else {}
        return [
            Shown(
                file=file,
                state=state_of(
                    file,
                    stored=file.sha256 in self.index.shelves.store,
                    caches=bool(settings.caches or declared.get(file.project)),
                ),
            )
            for file in catalogue.files(project)
        ]

    def _project(self, name: str) -> str:
        project = self.index.shelves.catalogue.project(name)
        assert project is not None
        return project_page(project, self._shown(name), "../../")

    def _dashboard(self) -> str:
        catalogue = self.index.shelves.catalogue
        by_project: dict[str, list[Shown]] = {}
        shown = self._shown()
        for one in shown:
            by_project.setdefault(one.file.project, []).append(one)
        rows = [
            (project, len(those), sums(those))
            for project in catalogue.projects()
            for those in [by_project.get(project.name, [])]
        ]
        total, lost = sums(shown), sum(one.state == "lost" for one in shown)
        facts = [
            ("files", str(len(shown))),
            ("that cannot be had", str(lost)),
            ("sdists", size(total.sdists)),
            ("wheels that are stored", size(total.kept)),
            ("wheels that are not, and need not be", size(total.saved)),
            ("on their way now", str(len(self.files.supply.under_way))),
            ("last change", str(catalogue.serial())),
        ]
        return dashboard(rows, facts, "")

    async def numbers(self, request: Request) -> Response:
        """`GET /metrics`, for Prometheus."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
        from starlette.responses import Response

        self.metrics.under_way.set(len(self.files.supply.under_way))
        self.metrics.serial.set(self.index.shelves.catalogue.serial())
        return Response(generate_latest(self.metrics.registry), media_type=CONTENT_TYPE_LATEST)

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
        self.metrics.sent.inc(sum(sent.values()))
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
