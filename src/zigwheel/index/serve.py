"""The server as a process: uvicorn, with what the settings say."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from ipaddress import ip_network

from zigwheel.errors import ConfigError
from zigwheel.index.model import File
from zigwheel.index.opened import Index, sweep
from zigwheel.index.settings import PREFIX
from zigwheel.index.shelf.blobs import Blobs
from zigwheel.index.shelf.tokens import written
from zigwheel.index.sources.builds import Builds
from zigwheel.index.sources.caches import Cache
from zigwheel.index.sources.places import Sources
from zigwheel.index.sources.retries import Retries
from zigwheel.index.sources.sandbox import sandboxed
from zigwheel.index.sources.supply import Came, Source, Supply, Unavailable
from zigwheel.index.web.answers import Application
from zigwheel.index.web.app import App
from zigwheel.index.web.files import Files
from zigwheel.index.web.gate import gated
from zigwheel.index.web.metrics import metrics
from zigwheel.index.web.pages import Pages
from zigwheel.index.web.rest import Rest
from zigwheel.index.web.uploads import Uploads

GRACE = 10
"""Seconds that answers under way have when the server is told to stop."""


def assembled(index: Index, environ: Mapping[str, str]) -> Application:
    """The application, with all its sources."""
    shelves, settings = index.shelves, index.settings
    reach = [ip_network(network) for network in settings.reach]
    caches = [Cache(url=url, store=shelves.store, reach=reach) for url in settings.caches]
    builds: list[Source] = []
    if settings.rebuild:
        sandbox, lacking = sandboxed(settings.sandbox, settings.build_memory)
        log("sandbox", command=" ".join(sandbox), lacking=lacking)
        builds.append(
            Builds(
                store=shelves.store,
                room=asyncio.Semaphore(settings.builds),
                most_waiting=settings.builds_waiting,
                seconds=settings.build_seconds,
                options=settings.build_options,
                environ={k: v for k, v in environ.items() if not k.startswith(PREFIX)},
                work=index.work,
                sandbox=sandbox,
            )
        )
    blobs = Blobs(store=shelves.store)

    retries = Retries(catalogue=shelves.catalogue)
    counted = metrics()

    def told(file: File, outcome: Came | Unavailable) -> None:
        retries.ended(file, outcome)
        counted.ended(outcome)
        if isinstance(outcome, Came):
            log(
                "came", file=file.filename, source=outcome.source, seconds=round(outcome.seconds, 3)
            )
        else:
            log("unavailable", file=file.filename, reason=str(outcome))

    def taken(what: str, label: str) -> None:
        counted.uploads.inc()
        log("uploaded", what=what, token=label)

    uploads = Uploads(
        shelves=shelves,
        work=index.work,
        largest=settings.largest,
        room=asyncio.Semaphore(settings.uploads),
        told=taken,
    )
    sources = Sources(
        before=caches,
        after=builds,
        declared=shelves.catalogue.caches if settings.package_caches else lambda project: {},
        store=shelves.store,
        reach=reach,
    )
    files = Files(blobs=blobs, supply=Supply(sources=sources.of, told=told))
    rest = Rest(index=index, files=files, uploads=uploads, retries=retries, metrics=counted)
    pages = Pages(catalogue=shelves.catalogue)
    app = App(index=index, pages=pages, files=files, rest=rest.application(), log=log)
    return gated(app, reads=settings.rate, uploads=settings.upload_rate)


def serve(
    index: Index, environ: Mapping[str, str], *, host: str, port: int, root_path: str
) -> None:
    """Serve an index until the process is told to stop."""
    sweep(index)
    run(assembled(index, environ), host=host, port=port, root_path=root_path, page="/simple/")


def run(app: Application, *, host: str, port: int, root_path: str = "", page: str = "/") -> None:
    """Serve an application until the process is told to stop; `page` is what its log points to."""
    try:
        import uvicorn
    except ImportError as error:
        raise ConfigError(
            f"serving needs {error.name!r}", hint="pip install 'zigwheel[index]'"
        ) from error
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        root_path=root_path,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = uvicorn.Server(config)

    async def served() -> None:
        task = asyncio.create_task(server.serve())
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        if server.started:
            address = server.servers[0].sockets[0].getsockname()
            log("serving", address=f"http://{host}:{address[1]}{root_path}{page}")
        await task

    asyncio.run(served())


def log(event: str, **values: object) -> None:
    """A line of JSON on the standard error."""
    when = written(datetime.now(timezone.utc))
    line = json.dumps({"time": when, "event": event, **values}, ensure_ascii=False)
    sys.stderr.write(f"{line}\n")  # at once: a server that is killed leaves no half of a line
    sys.stderr.flush()
