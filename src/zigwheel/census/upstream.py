"""What an index has: its pages in JSON (PEP 691, "Simple API, JSON"; PEP 700 for sizes).

Needs requests: `zigwheel[stats]`. It knows proxies, certificates, `.netrc` and credentials in URLs.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from zigwheel.census.model import Item, item
from zigwheel.errors import ConfigError, UpstreamError
from zigwheel.recipe.reading import MOST_BYTES, SHA256, load, root

if TYPE_CHECKING:
    from requests import Session

JSON = "application/vnd.pypi.simple.v1+json"
SECONDS = (10.0, 60.0)
"""How long a server may take to take a connection, and how long it may be silent then."""

PAGE_SECONDS = 600.0
"""How long one page may take, however slowly it comes."""

LARGEST = 2**40
"""Bytes of a file; an index that says more is wrong."""

FILE = re.compile(r"[^/\\\x00-\x1f]{1,512}")
PROJECT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,200}[A-Za-z0-9])?")


class NoProject(UpstreamError):
    """The index does not have a project."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """An index, by the URL that pip is given."""

    url: str
    """Such as `https://index.example/simple`."""
    local: threading.local = field(default_factory=threading.local)
    """A connection for each thread."""

    def projects(self) -> list[str]:
        """The names of all projects, as the index writes them, in its order. Raises `UpstreamError`."""
        url = f"{self.url.rstrip('/')}/"
        node = root(load(self._page(url), shown(url), UpstreamError), shown(url), UpstreamError)
        names = [
            one.at("name").text(PROJECT, "the name of a project")
            for one in node.at("projects").items()
        ]
        node.problems.tell()
        return names

    def items(self, project: str) -> list[Item]:
        """The files of a project. Raises `NoProject` and `UpstreamError`."""
        url = f"{self.url.rstrip('/')}/{canonicalize_name(project)}/"
        return items_of(self._page(url), shown(url), project)

    def all_items(
        self, projects: Iterable[str], jobs: int, lacks: Callable[[str], None]
    ) -> list[Item]:
        """The files of several projects; `lacks` is told of each that is not there."""

        def ask(name: str) -> list[Item] | None:
            try:
                return self.items(name)
            except NoProject:
                return None

        names = list(dict.fromkeys(canonicalize_name(name) for name in projects))
        found: list[Item] = []
        with ThreadPoolExecutor(max_workers=jobs) as pool:
            try:
                for name, items in zip(names, pool.map(ask, names), strict=True):
                    if items is None:
                        lacks(name)
                    else:
                        found += items
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return found

    def numbers(self, url: str) -> dict[str, int]:
        """A table of numbers that an index of zigwheel's has besides. Raises `UpstreamError`."""
        node = root(load(self._page(url), shown(url), UpstreamError), shown(url), UpstreamError)
        found = {name: one.whole(most=LARGEST) for name, one in node.entries()}
        node.problems.tell()
        return found

    def _session(self) -> Session:
        try:
            import requests
        except ImportError as error:
            raise ConfigError(
                f"asking an index needs {error.name!r}", hint="pip install 'zigwheel[stats]'"
            ) from error
        if not hasattr(self.local, "session"):
            self.local.session = requests.Session()
            self.local.session.headers["Accept"] = JSON
        session: Session = self.local.session
        return session

    def _page(self, url: str) -> bytes:
        """A page of JSON. Raises `UpstreamError`."""
        import time

        session = self._session()
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        end = time.monotonic() + PAGE_SECONDS
        data = bytearray()
        try:
            with session.get(url, stream=True, timeout=SECONDS) as answer:
                if answer.status_code == 404:
                    raise NoProject(f"{shown(url)} is not there")
                if answer.status_code != 200:
                    raise UpstreamError(f"{shown(url)} answers with status {answer.status_code}")
                kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
                if kind not in (JSON, "application/json"):
                    raise UpstreamError(
                        f"{shown(url)} answers with {kind[:80]!r}, not with {JSON}",
                        hint="an index has to know the Simple API in JSON (PEP 691), which tells sizes",
                    )
                # what has come so far, not so many bytes: a server that sends one now and then is noticed
                while chunk := answer.raw.read1(2**16, decode_content=True):
                    data += chunk
                    if len(data) > MOST_BYTES or time.monotonic() > end:
                        raise UpstreamError(
                            f"{shown(url)} has more than {MOST_BYTES} bytes, or takes more than "
                            f"{PAGE_SECONDS:g} s"
                        )
        except (RequestException, HTTPError, OSError, ValueError) as error:
            said = str(error).partition("\n")[0][:300].replace(url, shown(url))
            raise UpstreamError(
                f"{shown(url)} cannot be read: {type(error).__name__}: {said}",
                hint="is this the URL that pip is given with --index-url?",
            ) from error
        return bytes(data)


def shown(url: str) -> str:
    """A URL in quotes, without what may be a password."""
    parts = urlsplit(url)
    return repr(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()[:300])


def items_of(data: bytes, place: str, project: str) -> list[Item]:
    """The files on a project's page. Raises `UpstreamError`, or an `ErrorCollection` of several, that names
    what is wrong with it."""
    node = root(load(data, place, UpstreamError), place, UpstreamError)
    version = node.at("meta").at("api-version").text(re.compile(r"1\.\d+"), "a version 1.x")
    found = []
    for one in node.at("files").items():
        hashes = one.at("hashes")
        sha256 = hashes.at("sha256")
        yanked = one.at("yanked").value
        found.append(
            item(
                one.at("filename").text(FILE, "a file name"),
                one.at("size").whole(most=LARGEST),
                sha256.text(SHA256, "a sha256") if sha256.value is not None else "",
                project=project,
                yanked=isinstance(yanked, str) or yanked is True,
            )
        )
    if version == "1.0":
        node.problems.add("meta.api-version", version, "1.1 or later, which tells sizes (PEP 700)")
    node.problems.tell()
    return found
