"""Uploads: the legacy API that twine and `uv publish` speak, and recipes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from zigwheel.errors import ErrorCollection, RecipeError, ServiceError, ZigwheelError
from zigwheel.index.shelf.arrival import examined
from zigwheel.index.shelf.publish import Shelves, publish, publish_recipe, read_recipe
from zigwheel.index.shelf.tokens import digest_of, secret_in, written
from zigwheel.recipe.reading import MOST_BYTES

if TYPE_CHECKING:
    from starlette.datastructures import FormData, UploadFile
    from starlette.requests import Request

FIELDS = 400
"""Fields of a form: each classifier is one."""

FIELD_LIMIT = 4 * 2**20
"""Bytes of a field: a description is one."""

CHUNK = 2**20


class Refused(Exception):
    """An upload is not taken; has a status of HTTP."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        """Such as 403."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploads:
    """Takes uploads."""

    shelves: Shelves
    """Where they go."""
    work: Path
    """A folder for what is not yet known to be good, on the same disk as what it is for."""
    largest: int
    """Bytes of a file."""
    room: asyncio.Semaphore
    """As many files as are looked at at once."""
    told: Callable[[str, str], None]
    """Called with what was taken and the label of the token."""

    async def file(self, request: Request) -> str:
        """Take an sdist or a wheel; what to answer. Raises `Refused`."""
        token = self.token_of(request)
        self.check_announced(request)
        form = await request.form(max_files=3, max_fields=FIELDS, max_part_size=FIELD_LIMIT)
        async with form_closed(form), self.room:
            if text(form, ":action") not in ("file_upload", ""):
                raise Refused(
                    400, f"':action' is {text(form, ':action')[:80]!r}, not 'file_upload'"
                )
            sent = form.get("content")
            if sent is None or isinstance(sent, str):
                raise Refused(400, "the form has no file 'content'")
            fields = {key: text(form, key) for key in form}
            return await asyncio.to_thread(self._taken, sent, fields, token)

    async def recipe(self, request: Request) -> str:
        """Take a recipe; what to answer. Raises `Refused`."""
        token = self.token_of(request)
        data = bytearray()
        async for chunk in request.stream():
            data += chunk
            if len(data) > MOST_BYTES:
                raise Refused(413, f"a recipe has {MOST_BYTES} bytes at the most")
        async with self.room:
            return await asyncio.to_thread(self._recipe_taken, bytes(data), token)

    def token_of(self, request: Request) -> str:
        """The digest of a request's token, which is one of this index's. Raises `Refused`."""
        secret = secret_in(request.headers.get("authorization", ""))
        token = self.shelves.catalogue.token(digest_of(secret)) if secret else None
        if token is None:
            raise Refused(401, "a token of this index is needed, as the password of '__token__'")
        if not token.may(token.projects[0] if token.projects else "", now()):
            raise Refused(403, f"the token {token.label!r} has expired")
        return token.digest

    def check_announced(self, request: Request) -> None:
        """Refuse what says that it is too large, before it comes. Raises `Refused`."""
        said = request.headers.get("content-length", "")
        most = self.largest + FIELDS * 1024 + FIELD_LIMIT
        if not said.isdecimal() or int(said) > most:
            raise Refused(413, f"an upload has to announce its length, of {most} bytes at the most")

    def _taken(self, sent: UploadFile, fields: dict[str, str], token: str) -> str:
        filename = sent.filename or ""
        with NamedTemporaryFile(dir=self.work, prefix="upload-") as copy:
            size = 0
            while data := sent.file.read(CHUNK):
                size += len(data)
                if size > self.largest:
                    raise Refused(413, f"a file has {self.largest} bytes at the most")
                copy.write(data)
            copy.flush()
            path = Path(copy.name)
            with refusing():
                arrival = examined(path, filename, fields, now())
                label = self._check(token, arrival.file.project)
                publish(self.shelves, arrival, path)
        self.told(filename, label)
        return f"{filename} is here\n"

    def _recipe_taken(self, data: bytes, token: str) -> str:
        with refusing():
            recipe = read_recipe(data)
            label = self._check(token, canonicalize_name(recipe.name))
            sha256 = publish_recipe(self.shelves, recipe, data, now())
        self.told(f"the recipe of {recipe.name} {recipe.version}", label)
        return f"{sha256}\n"

    def _check(self, digest: str, project: str) -> str:
        """The label of a token that is for a project. Raises `Refused`."""
        token = self.shelves.catalogue.token(digest)
        if token is None or not token.may(project, now()):
            raise Refused(403, f"the token is not for the project {project!r}")
        return token.label


@contextmanager
def refusing() -> Iterator[None]:
    """Turns errors of a block into refusals."""
    try:
        yield
    except ZigwheelError as error:
        found = error.errors if isinstance(error, ErrorCollection) else (error,)
        ours = [one for one in found if not isinstance(one, (ServiceError, RecipeError))]
        if ours:  # the disk, the database: nothing that the client could mend
            raise Refused(503, ours[0].message) from error
        raise Refused(400, "; ".join(one.message for one in found)) from error


@asynccontextmanager
async def form_closed(form: FormData) -> AsyncIterator[None]:
    """Closes the files of a form at the end of a block."""
    try:
        yield
    finally:
        await form.close()


def text(form: FormData, key: str) -> str:
    """A field of a form, as text; the last where there are several, empty for a file."""
    value = form.get(key, "")
    return value if isinstance(value, str) else ""


def now() -> str:
    """The time, as an index writes it."""
    return written(datetime.now(timezone.utc))
