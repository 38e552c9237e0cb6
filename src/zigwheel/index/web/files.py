"""Answers with a file: from the store, or slowly while it is on its way."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, Any

from zigwheel.errors import StoreError
from zigwheel.index.model import File
from zigwheel.index.shelf.blobs import SMALL, Blobs, has_number
from zigwheel.index.sources.supply import Came, Supply, Unavailable
from zigwheel.index.web.answers import (
    FILE_FOR,
    Headers,
    Part,
    Scope,
    Send,
    asked,
    begin,
    body,
    length,
    only_if_cached,
    part_of,
    say,
)

CHUNK = 2**19
"""Bytes that are read and sent in one go."""

NOWAIT: int = getattr(os, "RWF_NOWAIT", 0)
"""The flag for reading without waiting; 0 where there is none."""

PATIENCE = 4.0
"""Seconds for which nothing at all is sent: a file that is there by then comes at full speed, and one that
cannot be had gets a status of its own."""

STEP = 6.0
"""Seconds between two of the first bytes. pip waits 15 s for the next one, uv 30 s."""

MAGIC = {True: b"PK\x03\x04", False: b"\x1f\x8b\x08"}
"""How every wheel begins, and every sdist."""


class Broken(Exception):
    """An answer cannot be finished: the connection is closed before its announced end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Files:
    """Sends files."""

    blobs: Blobs
    """What is here."""
    supply: Supply
    """Brings what is not."""
    sent: Counter[str] = field(default_factory=Counter)
    """How many times each file was sent to its end, since this was last noted."""
    patience: float = PATIENCE
    """Seconds; see there."""
    step: float = STEP
    """Seconds; see there."""

    async def answer(self, scope: Scope, send: Send, file: File) -> None:
        """Send a file, or what a request asks for of it."""
        headers = asked(scope)
        etag = b'"%s"' % file.sha256.encode()
        part = part_of(headers, etag, file.size)
        own = head(file, etag)
        if part.status in (304, 416) or scope["method"] == "HEAD":
            await begin(send, part.status, [*own, *length(part, file.size)])
            await body(send, b"")
            return
        stream = await self._opened(file)
        if stream is None:
            if only_if_cached(headers):
                await say(send, 504, f"{file.filename} is not in the store now")
                return
            came = await self._awaited(send, file, own)
            if isinstance(came, Late):
                await send_rest(send, came.stream, came.sent, file.size)
                self.sent[file.filename] += 1
                return
            if came is None:
                return
            stream = came
        await begin(send, part.status, [*own, *length(part, file.size)])
        await send_part(send, stream, part)
        self.sent[file.filename] += part.end == file.size

    async def _opened(self, file: File) -> IO[bytes] | bytes | None:
        """A file that is in the store, and whole; None if there is none such."""
        data = self.blobs.in_memory(file.sha256)
        if data is not None:
            return data
        try:
            return await asyncio.to_thread(self.blobs.open, file.sha256)
        except StoreError:
            return None

    async def _awaited(
        self, send: Send, file: File, own: Headers
    ) -> IO[bytes] | bytes | Late | None:
        """A file that comes from elsewhere; None after an answer that says that it does not."""
        task = self.supply.begin(file)
        if await finished(task, self.patience):
            if reason := failure(task):
                retry = () if reason.lasting else ((b"retry-after", b"5"),)
                await say(
                    send, 404 if reason.lasting else 503, f"{file.filename}: {reason}", *retry
                )
                return None
            stream = await self._opened(file)
            if stream is None:
                await say(send, 503, f"{file.filename} is gone again", (b"retry-after", b"5"))
            return stream
        await begin(send, 200, [*own, *length(Part(status=200, end=file.size), file.size)])
        start = (file.start or MAGIC[file.is_wheel])[: max(file.size - 1, 0)]
        sent = 0
        while True:
            if sent < len(start):
                await body(send, start[sent : sent + 1], more=True)
                sent += 1
            if await finished(task, self.step):
                break
        if reason := failure(task):
            raise Broken(f"{file.filename}: {reason}")
        stream = await self._opened(file)
        if stream is None:
            raise Broken(f"{file.filename} is gone again")
        return Late(stream=stream, sent=start[:sent])


@dataclass(frozen=True, kw_only=True, slots=True)
class Late:
    """A file of which some was sent before it was there."""

    stream: IO[bytes] | bytes
    """All of it."""
    sent: bytes
    """What was sent."""


def head(file: File, etag: bytes) -> Headers:
    """Headers of every answer with a file."""
    return [
        (b"content-type", b"application/octet-stream"),
        (b"etag", etag),
        (b"cache-control", FILE_FOR),
        (b"accept-ranges", b"bytes"),
        (b"x-content-type-options", b"nosniff"),
    ]


async def finished(task: asyncio.Task[Came], seconds: float) -> bool:
    """Whether a try has ended, after some time at the most."""
    await asyncio.wait([task], timeout=seconds)
    return task.done()


def failure(task: asyncio.Task[Came]) -> Unavailable | None:
    """Why a try that has ended has brought nothing; None if it has."""
    if task.cancelled():
        return Unavailable("the server is stopping", lasting=False)
    error = task.exception()
    if error is None or isinstance(error, Unavailable):
        return error
    return Unavailable("something went wrong", lasting=False)


async def send_part(send: Send, stream: IO[bytes] | bytes, part: Part) -> None:
    """Send some bytes, and close what they come from."""
    if isinstance(stream, bytes):
        await body(send, stream[part.first : part.end])
        return
    with stream:
        left = part.end - part.first
        if left <= SMALL:
            stream.seek(part.first)
            await body(send, stream.read(left))
            return
        position = part.first
        while left:
            size = min(left, CHUNK)
            data = read_now(stream, position, size)
            if not data:
                data = await asyncio.to_thread(read_at, stream, position, size)
            position += len(data)
            if not data:
                raise Broken("the blob has become shorter")
            left -= len(data)
            await body(send, data, more=left > 0)


def read_at(stream: IO[bytes], position: int, size: int) -> bytes:
    """Read from a place of a file, however long that takes."""
    stream.seek(position)
    return stream.read(size)


def read_now(stream: IO[bytes], position: int, size: int) -> bytes:
    """The same if the system has the bytes in memory, else nothing (preadv2(2), which Linux has).

    Nearly all files that are sent are in memory, and a change of threads costs more than to read them.
    """
    if not NOWAIT or not has_number(stream):
        return b""
    system: Any = os
    number = stream.fileno()
    try:
        system.preadv(number, [bytearray(1)], position + size - 1, NOWAIT)
    except OSError:
        return b""  # it has to be read from a disk, or its file system cannot tell
    data: bytes = system.pread(number, size, position)
    return data


async def send_rest(send: Send, stream: IO[bytes] | bytes, sent: bytes, size: int) -> None:
    """Send what is left after the first bytes, if those were right."""
    start = stream[: len(sent)] if isinstance(stream, bytes) else stream.read(len(sent))
    if start != sent:
        raise Broken("its first bytes on record are wrong")
    await send_part(send, stream, Part(status=200, first=len(sent), end=size))
