"""Indexes that are compared: how each is installed, filled and started, as its own documentation says."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import requests
from rooms import CHECKOUT, run
from urllib3.util import Retry

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"

PATIENCE = 60.0
"""Seconds that a server may take to start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A server that runs."""

    simple: str
    """URL of its Simple API, with a slash at the end."""
    accept: str = JSON
    """The form of its pages: JSON where it has that."""


@contextmanager
def process(
    words: Sequence[str | Path], log: Path, ready: str, **environ: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A server as a process, from when it answers until the block ends."""
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(word) for word in words],
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            end = time.monotonic() + PATIENCE
            while not answers(ready):
                if server.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"{words}\n{log.read_text(errors='replace')[-3000:]}")
                time.sleep(0.05)
            yield server
        finally:
            server.terminate()
            server.wait(30)


def answers(url: str) -> bool:
    """Whether anything answers there."""
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        return False
    return True


def environment(name: str, requires: Sequence[str]) -> Path:
    """A virtual environment of a peer's own; the folder of its programs."""
    folder = CHECKOUT / ".venv" / f"index-{name}"
    if not (folder / "bin" / "python").exists():
        run([sys.executable, "-m", "venv", "--without-pip", folder])
    run([sys.executable, "-m", "pip", "--python", folder, "install", "--quiet", *requires])
    return folder / "bin"


@contextmanager
def zigwheel(files: Path, work: Path, port: int) -> Iterator[Running]:
    """`zigwheel index serve`, with what was uploaded to it before."""
    folder, url = work / "zigwheel", f"http://127.0.0.1:{port}"
    program = [sys.executable, "-m", "zigwheel"]
    fresh = not folder.exists()
    if fresh:
        run([*program, "index", "init", folder])
    log = work / "zigwheel.log"
    with process([*program, "index", "serve", folder, "--port", str(port)], log, url):
        if fresh:
            words = [*program, "index", "token", folder, "add", "--label", "bench"]
            (token,) = (word for word in run(words).split() if word.startswith("zwi-"))
            for file in sorted(files.glob("*/*.whl")):
                with file.open("rb") as stream:
                    answer = requests.post(
                        f"{url}/legacy/",
                        data={":action": "file_upload", "protocol_version": "1"},
                        files={"content": (file.name, stream)},
                        auth=("__token__", token),
                        timeout=60,
                    )
                answer.raise_for_status()
        yield Running(simple=f"{url}/simple/")


@contextmanager
def proxpi(files: Path, work: Path, port: int) -> Iterator[Running]:
    """proxpi under gunicorn, as in its container file; zigwheel is the index that it copies."""
    programs = environment("proxpi", ["proxpi", "gunicorn"])
    with ExitStack() as stack:
        source = stack.enter_context(zigwheel(files, work, port + 1))
        words = ["gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "2", "proxpi.server:app"]
        stack.enter_context(
            process(
                [programs / words[0], *words[1:]],
                work / "proxpi.log",
                f"http://127.0.0.1:{port}/",
                PROXPI_INDEX_URL=source.simple,
                PROXPI_DOWNLOAD_TIMEOUT="30",
                PROXPI_CACHE_SIZE=str(2**30),
            )
        )
        yield Running(simple=f"http://127.0.0.1:{port}/index/")


FROMAGER = """\
import pathlib, sys, uvicorn
from fromager.server import make_app
uvicorn.run(make_app(pathlib.Path(sys.argv[1])), port=int(sys.argv[2]), log_level="warning")
"""


@contextmanager
def fromager(files: Path, work: Path, port: int) -> Iterator[Running]:
    """fromager's server, which has no pages in JSON and no command of its own."""
    programs = environment("fromager", ["fromager"])
    words = [programs / "python", "-c", FROMAGER, files, str(port)]
    with process(words, work / "fromager.log", f"http://127.0.0.1:{port}/simple/"):
        yield Running(simple=f"http://127.0.0.1:{port}/simple/", accept=HTML)


@contextmanager
def pypiserver(files: Path, work: Path, port: int) -> Iterator[Running]:
    """pypiserver with its cache, and waitress, which it takes where that is there; its project pages are HTML."""
    programs = environment("pypiserver", ["pypiserver[cache]", "waitress", "setuptools<81"])
    words = ["run", "-i", "127.0.0.1", "-p", str(port), "--backend", "cached-dir"]
    words += ["--disable-fallback", str(files)]
    url = f"http://127.0.0.1:{port}/"
    with process([programs / "pypi-server", *words], work / "pypiserver.log", url):
        yield Running(simple=f"{url}simple/", accept=HTML)


@contextmanager
def simple_repository_server(files: Path, work: Path, port: int) -> Iterator[Running]:
    """simple-repository-server on a folder."""
    programs = environment("simple-repository-server", ["simple-repository-server"])
    words = [programs / "simple-repository-server", files, "--host", "127.0.0.1", "--port", port]
    url = f"http://127.0.0.1:{port}/simple/"
    log = work / "simple-repository-server.log"
    with process([str(word) for word in words], log, url):
        yield Running(simple=url)


INDEXES: Mapping[str, Callable[[Path, Path, int], AbstractContextManager[Running]]] = {
    "zigwheel": zigwheel,
    "proxpi": proxpi,
    "fromager": fromager,
    "pypiserver": pypiserver,
    "simple-repository-server": simple_repository_server,
}
"""By name: what starts one with a folder of files, a folder for its own, and a port."""


def questions(
    running: Running, digests: Mapping[str, str], count: int
) -> dict[str, tuple[str, str]]:
    """URL and `Accept` of each question, after a look at what comes back. Stops if it is wrong."""
    page = f"{running.simple}small/"
    page = got(page, running.accept).url  # without the redirect that some have
    links = linked(page, running.accept)
    if len(links) != count:
        raise SystemExit(f"{page} has {len(links)} files, not {count}")
    (large,) = linked(f"{running.simple}large/", running.accept)
    for url in (*links, large):
        data = got(url, "*/*").content
        name = url.partition("#")[0].rpartition("/")[2]
        if hashlib.sha256(data).hexdigest() != digests[name]:
            raise SystemExit(f"{url} brings {len(data)} bytes that are not of the file")
    return {
        "page": (page, running.accept),
        "2 kB": (links[0].partition("#")[0], "*/*"),
        "5 MB": (large.partition("#")[0], "*/*"),
    }


def got(url: str, accept: str) -> requests.Response:
    """An answer. pypiserver now and then gives none, so that it is asked again."""
    with requests.Session() as session:
        again = requests.adapters.HTTPAdapter(max_retries=Retry(total=3))
        session.mount("http://", again)
        answer = session.get(url, headers={"Accept": accept}, timeout=20)
    answer.raise_for_status()
    return answer


def linked(page: str, accept: str) -> list[str]:
    """The files of a project's page."""
    answer = got(page, accept)
    if answer.headers["Content-Type"].startswith("text/html"):
        found = [unescape(one) for one in re.findall(r'href="([^"]+\.whl[^"]*)"', answer.text)]
    else:
        found = [one["url"] for one in answer.json()["files"]]
    return sorted(urljoin(answer.url, one) for one in found)
