"""Sdists from the index that pip uses, each checked against its hash and kept in the tests' cache."""

from __future__ import annotations

import hashlib
import json
import os
import re
import ssl
import tarfile
import urllib.parse
import urllib.request
from html import unescape
from pathlib import Path

from tests.corpus.record import Package
from tests.foreign.cache import cache_root

ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.5"


def index_url() -> str:
    """Where pip looks for distributions: `PIP_INDEX_URL`, else what pip has built in."""
    if named := os.environ.get("PIP_INDEX_URL"):
        return named.rstrip("/")
    from pip._internal.models.index import PyPI  # type: ignore[import-untyped,unused-ignore]

    return str(PyPI.simple_url).rstrip("/")


def sdist(package: Package) -> Path:
    """The package's sdist, downloaded if the cache does not have it; its hash is right."""
    file = cache_root() / "sdists" / package.sdist
    if not file.is_file() or digest(file.read_bytes()) != package.sha256:
        data = read(link(package))
        assert digest(data) == package.sha256, f"{package.sdist} has another hash than on record"
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}.{os.getpid()}")
        fresh.write_bytes(data)
        fresh.replace(file)
    return file


def unpack(file: Path, package: Package, folder: Path) -> Path:
    """The sdist's folder below `folder`. Its hash is checked again: the cache lies open."""
    assert digest(file.read_bytes()) == package.sha256, f"{file} has another hash than on record"
    with tarfile.open(file) as archive:
        archive.extractall(folder, filter="data")
    (project,) = folder.iterdir()
    return project


def link(package: Package) -> str:
    """Where the index says that the sdist lies. Source: PEP 503 and PEP 691."""
    page = f"{index_url()}/{package.name}/"
    text = read(page).decode("utf-8")
    if text.lstrip().startswith("{"):
        urls: list[str] = [file["url"] for file in json.loads(text)["files"]]
    else:
        urls = [unescape(url) for url in re.findall(r'href="([^"]+)"', text)]
    for url in urls:
        address = urllib.parse.urljoin(page, url)
        path = urllib.parse.urlsplit(address).path
        if urllib.parse.unquote(path).rpartition("/")[2] == package.sdist:
            return address
    raise AssertionError(f"the index has no {package.sdist}")


def read(url: str) -> bytes:
    """What the server sends."""
    trust = ssl.create_default_context(cafile=os.environ.get("PIP_CERT"))
    request = urllib.request.Request(url, headers={"Accept": ACCEPT})
    with urllib.request.urlopen(request, timeout=60, context=trust) as answer:
        data = answer.read()
    assert isinstance(data, bytes)
    return data


def digest(data: bytes) -> str:
    """sha256."""
    return hashlib.sha256(data).hexdigest()
