"""Indexes as processes, and packages to put there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.recipe.conftest import Built, built, run

JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(kw_only=True)
class Served:
    """A server of zigwheel's, in a process of its own."""

    folder: Path
    """Of the index, or of the cache."""
    words: tuple[str, ...]
    """Its command, without a port."""
    environ: dict[str, str] = field(default_factory=dict)
    """What its environment has besides."""
    url: str = ""
    """Without a slash at the end; empty while it is stopped."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.log")

    def start(self, port: int = 0) -> None:
        """Start it, and wait until it says where it is."""
        since = len(self.events())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "zigwheel", *self.words, "--port", str(port)],
                env={**os.environ, **self.environ},
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + 30
        while time.monotonic() < end and self.process.poll() is None:
            for event in self.events()[since:]:
                if event["event"] == "serving":
                    self.url = event["address"].removesuffix("/simple/").rstrip("/")
                    return
            time.sleep(0.02)
        raise AssertionError(self.log.read_text())

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Stop it; its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        self.url = ""
        code = self.process.wait(30)
        self.process = None
        return code

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """What it has logged."""
        if not self.log.exists():
            return []
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        found = [json.loads(line) for line in lines]
        return [event for event in found if kind in ("", event["event"])]

    def token(self, *projects: str, label: str = "test") -> str:
        """A new token."""
        words = [word for name in projects for word in ("--project", name)]
        done = run("index", "token", self.folder, "add", "--label", label, *words)
        return done.stdout.strip()

    def page(self, project: str) -> dict[str, Any]:
        """A project's page."""
        answer = requests.get(f"{self.url}/simple/{project}/", headers={"Accept": JSON}, timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def names(self, project: str) -> list[str]:
        """The files on a project's page."""
        return [file["filename"] for file in self.page(project)["files"]]

    def blob(self, sha256: str) -> Path:
        """Where a blob lies in its store."""
        store = self.folder / "store"
        root = store if store.is_dir() else self.folder
        return root / "blobs" / "sha256" / sha256[:2] / sha256


Make = Callable[..., Served]


@pytest.fixture
def make_index(tmp_path: Path) -> Iterator[Make]:
    """Makes indexes and starts them; what still runs at the end is stopped."""
    made: list[Served] = []

    def make(name: str = "index", settings: str = "", **environ: str) -> Served:
        folder = tmp_path / name
        run("index", "init", folder)
        (folder / "index.toml").write_text(settings)
        found = Served(folder=folder, words=("index", "serve", str(folder)), environ=environ)
        made.append(found)
        found.start()
        return found

    yield make
    stop_all(made)


def stop_all(made: Sequence[Served]) -> None:
    """Stop what still runs, and want no traceback in a log."""
    for one in made:
        if one.process is not None:
            one.stop()
        assert "Traceback" not in one.log.read_text(), one.log.read_text()


@pytest.fixture
def index(make_index: Make) -> Served:
    """One index, with nothing in it."""
    return make_index()


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The C example, with a wheel for this machine and one for another."""
    folder = tmp_path_factory.mktemp("release")
    return built(folder, "fastsum", ("manylinux_x86_64", "win_amd64"))


def twine(url: str, token: str, *files: Path, code: int = 0) -> str:
    """Upload with twine; all that it says."""
    done = subprocess.run(
        [sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar"]
        + ["--verbose", "--repository-url", f"{url}/legacy/", "-u", "__token__", "-p", token]
        + [str(file) for file in files],
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def uv() -> str:
    """The program."""
    from uv import find_uv_bin

    return str(find_uv_bin())


def clean() -> dict[str, str]:
    """An environment in which clients know only the index that they are told."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_"))}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1", "NO_PROXY": "127.0.0.1"}


def pip_install(url: str, requirement: str, target: Path, code: int = 0) -> str:
    """Install from an index alone; what pip says."""
    words = ["pip", "install", "--no-cache-dir", "--disable-pip-version-check", "--no-deps"]
    words += ["--index-url", f"{url}/simple/", "--only-binary=:all:", "--target", str(target)]
    done = subprocess.run(
        [sys.executable, "-m", *words, requirement],
        env=clean(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def uv_install(url: str, requirement: str, target: Path, code: int = 0) -> str:
    """The same with uv."""
    words = ["pip", "install", "--no-cache", "--no-deps", "--python", sys.executable]
    words += [
        "--default-index",
        f"{url}/simple/",
        "--only-binary",
        ":all:",
        "--target",
        str(target),
    ]
    done = subprocess.run(
        [uv(), *words, requirement],
        env=clean(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def files_below(folder: Path) -> dict[str, bytes]:
    """What was installed: the content of each file that does not say when or by whom."""
    left = ("INSTALLER", "RECORD", "REQUESTED", "direct_url.json", "uv_cache.json", ".lock")
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name not in left and "__pycache__" not in file.parts
    }


def emptied(folder: Path) -> Path:
    """A folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    return folder
