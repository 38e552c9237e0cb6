"""What HTTP asks of an answer: validators, ranges, HEAD (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Scope: TypeAlias = "MutableMapping[str, Any]"
Message: TypeAlias = "MutableMapping[str, Any]"
Receive: TypeAlias = "Callable[[], Awaitable[Message]]"
Send: TypeAlias = "Callable[[Message], Awaitable[None]]"

Application: TypeAlias = "Callable[[Scope, Receive, Send], Awaitable[None]]"

Headers: TypeAlias = "list[tuple[bytes, bytes]]"

PAGE_FOR = b"max-age=600, public"
"""How long a page of projects may be old, as on PyPI."""

FILE_FOR = b"max-age=365000000, immutable, public"
"""A URL with a hash in it never has other content."""

RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")
TAGS = re.compile(rb'(?:W/)?("[^"]*")')

TEXT = b"text/plain; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Which bytes of something are to be sent."""

    status: int
    """200, 206, 304 or 416."""
    first: int = 0
    """The first of them."""
    end: int = 0
    """The one after the last."""


def asked(scope: Scope) -> dict[bytes, bytes]:
    """The headers of a request; of those that come twice, the last."""
    return dict(scope["headers"])


def part_of(headers: Mapping[bytes, bytes], etag: bytes, size: int, *, ranges: bool = True) -> Part:
    """What a request asks for of something with this validator and length."""
    known = headers.get(b"if-none-match")
    if known is not None and (known.strip() == b"*" or etag in TAGS.findall(known)):
        return Part(status=304)
    whole = Part(status=200, first=0, end=size)
    wanted = headers.get(b"range")
    if not ranges or wanted is None or headers.get(b"if-range", etag) != etag:
        return whole
    found = RANGE.fullmatch(wanted.strip())
    if found is None or not (found[1] or found[2]):
        return whole  # what is not understood is left out of account, as are several ranges
    if not found[1]:
        first, end = max(size - int(found[2]), 0), size
        unfit = int(found[2]) == 0
    else:
        first, end = int(found[1]), min(int(found[2] or size) + 1, size)
        if found[2] and int(found[2]) < first:
            return whole
        unfit = first >= size
    return Part(status=416) if unfit else Part(status=206, first=first, end=end)


def only_if_cached(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a client wants only what is here already (RFC 9111, section 5.2.1.7)."""
    return b"only-if-cached" in headers.get(b"cache-control", b"")


def accepts_gzip(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a client takes gzip."""
    for word in headers.get(b"accept-encoding", b"").lower().split(b","):
        name, _, weight = word.partition(b";")
        if name.strip() == b"gzip":
            return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False


def length(part: Part, size: int) -> Headers:
    """`Content-Length`, and `Content-Range` where it is needed."""
    if part.status == 416:
        return [(b"content-length", b"0"), (b"content-range", b"bytes */%d" % size)]
    if part.status == 304:
        return []
    found: Headers = [(b"content-length", b"%d" % (part.end - part.first))]
    if part.status == 206:
        found.append((b"content-range", b"bytes %d-%d/%d" % (part.first, part.end - 1, size)))
    return found


async def begin(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Send the head of an answer."""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


async def body(send: Send, data: bytes, *, more: bool = False) -> None:
    """Send some of the body."""
    await send({"type": "http.response.body", "body": data, "more_body": more})


async def say(send: Send, status: int, text: str, *more: tuple[bytes, bytes]) -> None:
    """A short answer for people."""
    data = f"{text}\n".encode()
    headers = [(b"content-type", TEXT), (b"content-length", b"%d" % len(data)), *more]
    await begin(send, status, headers)
    await body(send, data)


async def say_head(send: Send, status: int, *more: tuple[bytes, bytes]) -> None:
    """The same without a body: for HEAD."""
    await begin(send, status, [(b"content-type", TEXT), *more])
    await body(send, b"")
