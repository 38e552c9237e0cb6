"""A server that is killed again and again, while clients upload and install."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.index.conftest import Served
from tests.index.test_upload import wheel
from tests.recipe.conftest import run
from zigwheel.index.opened import opened
from zigwheel.index.upkeep.check import check

KILLS = 100
CLIENTS = 4


class Load:
    """Clients that upload and read until they are told to stop; what they were told was taken."""

    def __init__(self, index: Served, token: str, number: int) -> None:
        self.url, self.token, self.number = index.url, token, number
        self.taken: dict[str, str] = {}
        self.wrong: list[str] = []
        self.over = threading.Event()

    def upload(self, client: int) -> None:
        session = requests.Session()
        session.auth = ("__token__", self.token)
        count = 0
        while not self.over.is_set():
            version = f"{self.number}.{client}.{count}"
            name = f"spam-{version}-py3-none-any.whl"
            data = wheel(version=version, **{"spam.py": os.urandom(4000).hex()})
            try:
                answer = session.post(
                    f"{self.url}/legacy/",
                    data={":action": "file_upload"},
                    files={"content": (name, data)},
                    timeout=5,
                )
            except requests.RequestException:
                return
            if answer.status_code != 200:
                self.wrong.append(answer.text)
            self.taken[name] = hashlib.sha256(data).hexdigest()
            count += 1

    def read(self) -> None:
        session = requests.Session()
        while not self.over.is_set():
            for name, sha256 in list(self.taken.items())[-3:]:
                try:
                    answer = session.get(f"{self.url}/files/{sha256}/{name}", timeout=5)
                    session.get(f"{self.url}/simple/spam/", timeout=5)
                except requests.RequestException:
                    return
                if hashlib.sha256(answer.content).hexdigest() != sha256:
                    self.wrong.append(f"{name}: {answer.status_code}")


@contextmanager
def under_load(index: Served, token: str, number: int) -> Iterator[Load]:
    load = Load(index, token, number)
    threads = [threading.Thread(target=load.upload, args=[client]) for client in range(CLIENTS)]
    threads.append(threading.Thread(target=load.read))
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.over.set()
        for thread in threads:
            thread.join()


@pytest.mark.slow
def test_killed_a_hundred_times(tmp_path: Path) -> None:
    """What was reported as uploaded is there, whole, and nothing is to be mended."""
    folder = tmp_path / "index"
    run("index", "init", folder)
    index = Served(folder=folder, words=("index", "serve", str(folder)))
    token = index.token()
    dice = random.Random(7)
    taken: dict[str, str] = {}
    for number in range(KILLS):
        index.start()
        assert not list((folder / "work").iterdir())
        with under_load(index, token, number) as load:
            time.sleep(dice.uniform(0.02, 0.5))
            index.stop(signal.SIGKILL)
        assert load.wrong == []
        taken |= load.taken
        with opened(folder, {}) as found:
            files = {file.filename: file for file in found.shelves.catalogue.files()}
            assert {name: files[name].sha256 for name in taken} == taken
            if number % 10 == 9:
                assert list(check(found.shelves)) == []
            for name, sha256 in load.taken.items():
                with found.shelves.store.get(sha256) as stream:
                    assert stream.read(2) == b"PK", name
    assert len(taken) > KILLS
    index.start()
    listed = {file["filename"]: file["hashes"]["sha256"] for file in index.page("spam")["files"]}
    assert taken.items() <= listed.items()
    index.stop()
    assert "Traceback" not in index.log.read_text()
