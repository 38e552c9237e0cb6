"""Processes that are killed while they write, and disks that are full."""

from __future__ import annotations

import io
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from zigwheel.errors import StoreError
from zigwheel.store.local import LocalStore, open_folder
from zigwheel.store.model import place

KILLS = 100


def killed(folder: Path, kills: int) -> tuple[set[str], set[str]]:
    """Kill this many processes that put blobs; what was stored, and what was deleted or begun to be."""
    words = [sys.executable, "-m", "tests.store.putter", str(folder), str(kills)]
    ran = subprocess.run(words, stdout=subprocess.PIPE, check=True)
    stored: set[str] = set()
    deleted: set[str] = set()
    for line in ran.stdout.decode().splitlines():
        kind, name = line.split()
        {"stored": stored, "deleting": deleted}.get(kind, set()).add(name)
    return stored, deleted


def check(store: LocalStore, stored: set[str], deleted: set[str]) -> None:
    """Nothing that was reported is lost; under its own name, every file is whole."""
    there = {blob.sha256 for blob in store.blobs()}
    assert stored - deleted <= there
    damaged = {damage.sha256 for damage in store.verify().damaged}
    shared = {
        sha256(b"%d" % n * size).hexdigest()
        for n in range(5)
        for size in (10, 1000, 30_000, 2_000_000)
    }
    assert damaged <= shared  # which the processes themselves have damaged
    assert store.verify().good
    for name in stored - deleted:
        store.get(name).close()


@pytest.mark.slow
def test_a_hundred_processes_killed(store: LocalStore) -> None:
    stored, deleted = killed(store.root, KILLS)
    assert len(stored) > KILLS
    assert deleted
    check(store, stored, deleted)
    assert all("." not in name for name in os.listdir(store.root / "aside"))
    store.sweep(old=0)
    assert os.listdir(store.root / "incoming") == []


@pytest.mark.slow
def test_killed_on_a_full_disk(disk: Callable[[str], Path]) -> None:
    """What fits stays, what does not is refused, and what the dead have left makes room again."""
    store = open_folder(disk("5m") / "store")
    stored, deleted = killed(store.root, 20)
    check(store, stored, deleted)
    store.sweep(old=0)
    assert os.listdir(store.root / "incoming") == []


def test_a_full_disk(disk: Callable[[str], Path]) -> None:
    store = open_folder(disk("600k") / "store")
    first = store.put(io.BytesIO(os.urandom(200_000)))
    large = os.urandom(600_000)
    with pytest.raises(StoreError, match="No space left on device") as caught:
        store.put(io.BytesIO(large))
    assert "hint: the disk is full: free room there" in str(caught.value)
    assert caught.value.exit_code == StoreError.exit_code
    assert os.listdir(store.root / "incoming") == []
    store.get(first.sha256).close()
    with pytest.raises(StoreError, match="No space left on device"):
        fill(store)
    assert store.verify().good
    damaged = store.root / place(first.sha256)
    damaged.write_bytes(b"wrong")
    assert store.verify().damaged[0].sha256 == first.sha256
    for blob in store.blobs():
        store.delete(blob.sha256)
    assert store.put(io.BytesIO(large[:200_000])).size == 200_000


def fill(store: LocalStore) -> None:
    """Put small blobs, up to the last one for which there is room."""
    for _ in range(1000):
        store.put(io.BytesIO(os.urandom(4096)))


def test_no_disk_for_a_new_store(disk: Callable[[str], Path]) -> None:
    root = disk("32k")
    (root / "filler").write_bytes(bytes(32768))
    with pytest.raises(StoreError, match=r"opening the store failed in .*No space left on device"):
        open_folder(root / "store")
    (root / "filler").unlink()
    assert open_folder(root / "store").put(io.BytesIO(b"x")).size == 1


def test_a_file_that_may_not_grow(store: LocalStore) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StoreError, match="File too large"):
            store.put(io.BytesIO(os.urandom(200_000)))
        kept = store.put(io.BytesIO(b"small"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert os.listdir(store.root / "incoming") == []
    assert list(store.blobs()) == [kept]


@pytest.mark.slow
def test_many_processes_put_the_same(store: LocalStore) -> None:
    """From nothing, at the same moment; no one fails, and one blob is there."""
    content = store.root.parent / "content"
    content.write_bytes(os.urandom(2_000_000))
    code = (
        "import pathlib, sys; from zigwheel.store.local import open_folder; sys.stdin.read(); "
        "print(open_folder(pathlib.Path(sys.argv[1])).put(pathlib.Path(sys.argv[2])).sha256)"
    )
    new = store.root.parent / "new"
    words = [sys.executable, "-c", code, str(new), str(content)]
    running = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(12)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.close()
    names = set()
    for process in running:
        assert process.stdout is not None
        names.add(process.stdout.read().strip().decode())
        assert process.wait() == 0
    assert [blob.sha256 for blob in open_folder(new).blobs()] == list(names)
    assert open_folder(new).verify().good
    assert os.listdir(new / "incoming") == []
