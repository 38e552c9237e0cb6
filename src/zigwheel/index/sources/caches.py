"""Secondary caches: anybody's copies, by hash. They are not trusted: what they send is checked.

A cache is whatever answers `GET URL/blobs/sha256/ab/abcdef…` with the blob: `zigwheel cache serve`, or a
store's folder on any static host.
"""

from __future__ import annotations

import asyncio
import io
import ipaddress
import re
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, TypeAlias, cast
from urllib.parse import urljoin, urlsplit

from zigwheel.errors import ConfigError, StoreError
from zigwheel.index.model import File
from zigwheel.index.sources.breaker import Breaker
from zigwheel.index.sources.supply import Unavailable
from zigwheel.store.model import Store, place

if TYPE_CHECKING:
    from requests import Response, Session

CONNECT = 5.0
"""Seconds that a cache may take to take a connection."""

SILENT = 10.0
"""Seconds that it may be silent then."""

SLOWEST = 50_000
"""Bytes a second below which it is given up, after `GRACE`."""

GRACE = 20.0
"""Seconds, in which it may be as slow as it likes."""

REDIRECTS = 3

CHUNK = 2**16


Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"


class Failed(Exception):
    """A cache has answered with something wrong, or not at all; says what."""


class Lacks(Exception):
    """A cache does not have what it was asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cache:
    """A secondary cache."""

    url: str
    """Above its `blobs`."""
    store: Store
    """Where what it has goes."""
    project: str = ""
    """The normalised name of the project that declares it for itself; empty if it is the operator's."""
    reach: Sequence[Network] = ()
    """Networks that packages and caches may lead to, beside the public one."""
    breaker: Breaker = field(default_factory=lambda: Breaker(clock=time.monotonic))
    """Whether it is asked."""
    local: threading.local = field(default_factory=threading.local)
    """A session for each thread."""

    @property
    def name(self) -> str:
        """For logs and numbers."""
        return f"cache {shown(self.url)}" + (f" of {self.project}" if self.project else "")

    async def fetch(self, file: File) -> None:
        """Bring a file into the store. Raises `Unavailable`."""
        if self.project not in ("", file.project):
            raise Unavailable("it is for another project")
        if reason := self.breaker.why_not(file.sha256):
            raise Unavailable(reason, lasting=False)
        if self.project:
            reason = await asyncio.to_thread(why_private, self.url, self.reach)
            if reason:
                raise Unavailable(reason)
        try:
            await asyncio.to_thread(self.bring, file.sha256, file.size)
        except Lacks:
            self.breaker.lacks(file.sha256)
            raise Unavailable("it lacks it") from None
        except Failed as error:
            self.breaker.has_failed()
            raise Unavailable(str(error), lasting=False) from error
        self.breaker.has_given()

    def bring(self, sha256: str, size: int) -> None:
        """Bring a blob into the store. Raises `Lacks`, and `Failed` if what comes is not that blob."""
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        try:
            with self._answer("GET", f"{self.url.rstrip('/')}/{place(sha256)}") as answer:
                check_length(answer, size)
                stream = Body(answer, size)
                try:
                    self.store.put(cast("IO[bytes]", stream), sha256)
                except StoreError as error:
                    if stream.count != size:
                        raise Failed(f"it sends {stream.count} bytes, not {size}") from error
                    raise Failed(f"it sends other bytes: {error.message}") from error
        except (RequestException, HTTPError, OSError, ValueError) as error:
            raise Failed(f"{type(error).__name__}: {str(error)[:200]}") from error

    def size_of(self, sha256: str) -> int:
        """How many bytes a blob has, as this place says. Raises `Lacks` and `Failed`."""
        from requests import RequestException

        try:
            with self._answer("HEAD", f"{self.url.rstrip('/')}/{place(sha256)}") as answer:
                said = answer.headers.get("Content-Length", "")
        except RequestException as error:
            raise Failed(f"{type(error).__name__}: {str(error)[:200]}") from error
        if not re.fullmatch(r"\d{1,12}", said):
            raise Failed(f"it announces {said[:40]!r} bytes")
        return int(said)

    def _answer(self, method: str, url: str) -> Response:
        """What is at a URL, or where it leads, a few steps far. Raises `Failed` and `Lacks`."""
        for _ in range(REDIRECTS + 1):
            answer = self._session().request(
                method, url, stream=True, timeout=(CONNECT, SILENT), allow_redirects=False
            )
            if answer.status_code == 200:
                return answer
            answer.close()
            if answer.status_code in (404, 410, 504):
                raise Lacks
            if answer.status_code not in (301, 302, 303, 307, 308):
                raise Failed(f"it answers with status {answer.status_code}")
            target = urljoin(url, answer.headers.get("Location", ""))
            if reason := why_not_followed(url, target, self.reach):
                raise Failed(f"it leads to {shown(target)}, {reason}")
            url = target
        raise Failed(f"it leads on more than {REDIRECTS} times")

    def _session(self) -> Session:
        if not hasattr(self.local, "session"):
            self.local.session = session()
        found: Session = self.local.session
        return found


class Body(io.RawIOBase):
    """An answer's body, no longer than it has to be, and not slower than it may be."""

    def __init__(self, answer: Response, size: int) -> None:
        self.answer = answer
        self.left = size
        self.count = 0
        """Bytes that came."""
        self.end = time.monotonic() + GRACE + size / SLOWEST

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """What has come, as it comes: a server that sends a byte now and then is noticed."""
        data: bytes = self.answer.raw.read1(CHUNK, decode_content=False)
        self.count += len(data)
        if self.count > self.left:
            raise Failed(f"it sends more than {self.left} bytes")
        if time.monotonic() > self.end:
            raise Failed(f"it sends less than {SLOWEST} bytes a second")
        return data


def check_length(answer: Response, size: int) -> None:
    """Refuse an answer that is to have another length, or to be unpacked. Raises `Failed`."""
    length = answer.headers.get("Content-Length")
    if length is not None and length != str(size):
        raise Failed(f"it announces {length[:40]} bytes, not {size}")
    coding = answer.headers.get("Content-Encoding", "identity")
    if coding != "identity":
        raise Failed(f"it sends a blob with the encoding {coding[:40]!r}")


def session() -> Session:
    """A session that asks for bytes as they are, and only for what is there already."""
    try:
        import requests
    except ImportError as error:
        raise ConfigError(
            f"asking caches needs {error.name!r}", hint="pip install 'zigwheel[index]'"
        ) from error
    made = requests.Session()
    made.headers.update(
        {"Accept": "*/*", "Accept-Encoding": "identity", "Cache-Control": "only-if-cached"}
    )
    return made


def why_not_followed(url: str, target: str, reach: Sequence[Network]) -> str:
    """Why a redirect is not followed; empty if it is."""
    old, new = urlsplit(url), urlsplit(target)
    if new.scheme not in ("http", "https") or not new.hostname:
        return "which is no URL of the web"
    if old.scheme == "https" and new.scheme == "http":
        return "which is not encrypted"
    if (old.hostname, old.port) == (new.hostname, new.port):
        return ""
    return why_private(target, reach)


def why_private(url: str, reach: Sequence[Network]) -> str:
    """Why a URL that a package or a cache names is not asked; empty if it is.

    Neither is trusted: they could otherwise make an index ask what only the index's own network reaches.
    A name that leads somewhere else at the next question is caught by TLS, which has to know the name.
    """
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return f"which cannot be found: {error}"
    for address in (ipaddress.ip_address(str(one[4][0])) for one in found):
        if not address.is_global and not any(address in network for network in reach):
            return f"which is the address {address} of a private network that is not in `reach`"
    return ""


def shown(url: str) -> str:
    """A URL without what may be a password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()[:200]
