"""A store in a folder: what it keeps, what it finds damaged, and what it refuses."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from zigwheel.errors import StoreError
from zigwheel.store.local import LocalStore, open_folder
from zigwheel.store.model import Blob, BlobDamaged, BlobMissing, place
from zigwheel.store.named import open_store

HELLO = sha256(b"hello").hexdigest()


def put(store: LocalStore, content: bytes) -> Path:
    """Put a blob; the file that it is in now."""
    blob = store.put(io.BytesIO(content))
    assert blob == Blob(sha256=sha256(content).hexdigest(), size=len(content))
    return store.root / place(blob.sha256)


def read(store: LocalStore, name: str) -> bytes:
    with store.get(name) as stream:
        return stream.read()


def left(store: LocalStore) -> list[str]:
    """What lies where only unfinished files lie."""
    return os.listdir(store.root / "incoming")


def test_put_get_delete(store: LocalStore, tmp_path: Path) -> None:
    file = put(store, b"hello")
    assert file == store.root / "blobs/sha256/2c" / HELLO
    assert read(store, HELLO) == b"hello"
    assert HELLO in store
    assert store.size(HELLO) == 5
    (tmp_path / "large").write_bytes(large := os.urandom(3_000_000))
    named = store.put(tmp_path / "large", sha256(large).hexdigest())
    put(store, b"")
    again = open_store(str(store.root), create=False)
    assert again.get(named.sha256).read() == large
    assert sorted(blob.size for blob in again.blobs()) == [0, 5, len(large)]
    report = again.verify()
    assert (report.checked, report.size, report.good) == (3, 5 + len(large), True)
    assert again.delete(HELLO)
    assert not again.delete(HELLO)
    assert HELLO not in store
    assert store.verify([HELLO, named.sha256]).missing == (HELLO,)
    with pytest.raises(BlobMissing, match=HELLO):
        store.get(HELLO)
    assert left(store) == []


def test_a_good_blob_is_not_written_again(store: LocalStore) -> None:
    file = put(store, b"hello")
    before = file.stat()
    after = put(store, b"hello").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_content_other_than_was_said(store: LocalStore) -> None:
    with pytest.raises(StoreError, match=f"'{HELLO}' was named"):
        store.put(io.BytesIO(b"other"), HELLO)
    assert list(store.blobs()) == []
    assert left(store) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", HELLO.upper(), HELLO + "\n", "a" * 10**6])
def test_what_is_no_name(store: LocalStore, name: str) -> None:
    for ask in (store.get, store.size, store.delete, lambda n: store.put(io.BytesIO(b"x"), n)):
        with pytest.raises(StoreError, match="is not the name of a blob") as caught:
            ask(name)
        assert len(str(caught.value)) < 300


def test_a_limit(tmp_path: Path) -> None:
    small = open_folder(tmp_path / "s", limit=4)
    put(small, b"four")
    with pytest.raises(StoreError, match="more than the 4 bytes"):
        small.put(io.BytesIO(b"hello"))
    put(open_folder(tmp_path / "s"), b"hello")
    assert small.verify().checked == 2  # a limit makes nothing that is there damaged
    assert left(small) == []


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def truncated(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1)


def emptied(file: Path) -> None:
    os.truncate(file, 0)


def grown(file: Path) -> None:
    with file.open("ab") as stream:
        stream.write(b"more")


def made_a_folder(file: Path) -> None:
    file.unlink()
    (file / "within").mkdir(parents=True)


def made_a_link(file: Path) -> None:
    """Even to the right content: it is not the store that keeps it."""
    away = file.parent.parent.parent.parent.parent / "elsewhere"
    file.rename(away)
    file.symlink_to(away)


def made_a_dead_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere")


def made_a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


DAMAGE = [
    flipped,
    truncated,
    emptied,
    grown,
    made_a_folder,
    made_a_link,
    made_a_dead_link,
    made_a_pipe,
]


@pytest.mark.parametrize("size", [5, 3_000_000])
@pytest.mark.parametrize("damage", DAMAGE)
def test_damage(store: LocalStore, damage: Callable[[Path], None], size: int) -> None:
    content = os.urandom(size)
    file = put(store, content)
    name = file.name
    for find in ("get", "verify", "put"):
        damage(file)
        if find == "get":
            with pytest.raises(BlobDamaged, match=name) as caught:
                store.get(name)
            assert os.path.lexists(caught.value.damage.aside)
            assert "hint: make it again" in str(caught.value)
        elif find == "verify":
            report = store.verify()
            assert [found.sha256 for found in report.damaged] == [name]
            assert os.path.lexists(report.damaged[0].aside)
        if find != "put":
            assert name not in store
            assert store.verify().good
        assert put(store, content) == file
        assert read(store, name) == content
    assert len(os.listdir(store.root / "aside")) == 3
    assert store.verify().checked == 1


AS_NOBODY = """
import hashlib, io, os, secrets, sys, tempfile
from pathlib import Path

from zigwheel.errors import StoreError
from zigwheel.store.local import open_folder

name = hashlib.sha256(b"hello").hexdigest()
with tempfile.TemporaryDirectory() as folder:
    os.chmod(folder, 0o777)
    if os.getuid() == 0:  # who may read everything
        os.seteuid(65534)
    store = open_folder(Path(folder) / "store")
    store.put(io.BytesIO(b"hello"))
    (store.root / "blobs/sha256" / name[:2] / name).chmod(0)
    assert store.verify().unreadable == (name,)
    try:
        store.get(name)
    except StoreError as error:
        assert "Permission denied" in str(error), error
    else:
        raise AssertionError
    store.put(io.BytesIO(b"hello"))
    assert store.verify().good
    assert store.get(name).read() == b"hello"
    assert os.listdir(store.root / "aside") == []
    os.seteuid(os.getuid())
"""


def test_a_blob_that_may_not_be_read() -> None:
    """It may be good: it is not set aside; to put it again gives this user a file of its own."""
    subprocess.run([sys.executable, "-c", AS_NOBODY], check=True)


def test_what_others_have_put_there(store: LocalStore) -> None:
    file = put(store, b"hello")
    strange = [
        store.root / "blobs/sha256/readme",
        store.root / "blobs/sha256/2c/readme",
        store.root / "blobs/sha256/ff" / HELLO,
    ]
    for path in strange:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"?")
    report = store.verify()
    assert sorted(report.foreign) == sorted(map(str, strange))
    assert not report.good
    assert report.checked == 1
    assert [blob.sha256 for blob in store.blobs()] == [HELLO]
    assert all(path.read_bytes() == b"?" for path in strange)
    file.unlink()
    for path in (strange[1], file.parent):
        path.unlink() if path.is_file() else path.rmdir()
    file.parent.write_bytes(b"in the way")
    assert HELLO not in store
    with pytest.raises(StoreError, match="2c' is not a folder, where the store needs one"):
        put(store, b"hello")
    assert file.parent.read_bytes() == b"in the way"
    assert left(store) == []


def test_what_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"is no store: it has no .zigwheel-store"):
        open_folder(tmp_path / "new", create=False)
    assert not (tmp_path / "new").exists()
    (tmp_path / "readme").write_bytes(b"?")
    with pytest.raises(StoreError, match="not empty: it has 'readme'"):
        open_folder(tmp_path)
    with pytest.raises(StoreError, match="Not a directory"):
        open_folder(tmp_path / "readme")
    with pytest.raises(StoreError, match="'ftp://x' is not a place for a store"):
        open_store("ftp://x")
    assert os.listdir(tmp_path) == ["readme"]
    for text in (b"", b"[" * 10**5, b'{"version": 1}'):
        (tmp_path / "zigwheel-store.json").write_bytes(text)
        with pytest.raises(StoreError, match="name a folder that is a store"):
            open_folder(tmp_path)
    (tmp_path / "zigwheel-store.json").write_bytes(b'{"format": "zigwheel-store", "version": 2}')
    with pytest.raises(StoreError, match="a newer zigwheel has made it"):
        open_folder(tmp_path)


def test_the_order_in_which_the_disk_is_told(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content before the name, the name before anybody is told of it, as a loss of power needs it."""
    seen: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(number: int) -> None:
        path = os.readlink(f"/proc/self/fd/{number}")
        seen.append("sync " + os.path.relpath(path, store.root).replace(Path(path).name, "*", 1))
        fsync(number)

    def replaced(source: Path, target: Path) -> None:
        seen.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", replaced)
    put(store, b"hello")
    folders = ["sync blobs/sha256/*", "sync blobs/*"]
    assert seen == ["sync incoming/*", "rename", *folders]
    seen.clear()
    put(store, b"hello")
    assert seen == folders
    seen.clear()
    store.delete(HELLO)
    assert seen == folders[:1]


def test_leftovers(store: LocalStore) -> None:
    """What a dead process has left goes; what a slow one is writing stays, however old it is."""
    reading, go_on = threading.Event(), threading.Event()

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            reading.set()
            go_on.wait()
            return super().read(size)

    slow = threading.Thread(target=store.put, args=(Slow(b"hello"),))
    slow.start()
    reading.wait()
    now = left(store)
    dead = store.root / "incoming" / "dead"
    fresh = store.root / "incoming" / "fresh"
    for file in (dead, fresh):
        file.write_bytes(b"half")
    for file in (dead, store.root / "incoming" / now[0]):
        os.utime(file, (1, 1))
    open_folder(store.root)
    assert sorted(left(store)) == sorted([*now, "fresh"])
    go_on.set()
    slow.join()
    assert read(store, HELLO) == b"hello"


def test_what_was_mended_before_it_is_set_aside_stays(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another has put the blob between the look at a damaged one and the lock."""
    flipped(put(store, b"hello"))
    set_aside = LocalStore._set_aside

    def late(self: LocalStore, name: str, reason: str) -> object:
        put(store, b"hello")
        return set_aside(self, name, reason)

    monkeypatch.setattr(LocalStore, "_set_aside", late)
    assert read(store, HELLO) == b"hello"
    flipped(store.root / place(HELLO))
    assert store.verify().checked == 1


def test_nobody_puts_a_blob_while_it_is_set_aside(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes between the last look and the move has to wait, or the good blob would be moved."""
    flipped(put(store, b"hello"))
    move = LocalStore._move_aside
    putting = threading.Thread(target=put, args=(store, b"hello"))

    def slow(self: LocalStore, path: Path) -> Path:
        if not putting.is_alive():
            putting.start()
            putting.join(0.3)
        return move(self, path)

    monkeypatch.setattr(LocalStore, "_move_aside", slow)
    with pytest.raises(BlobDamaged):
        store.get(HELLO)
    putting.join()
    assert read(store, HELLO) == b"hello"


def test_many_threads_mend_and_look_at_one_blob(store: LocalStore) -> None:
    """No put that has returned is undone by one who has seen what was there before it."""
    content = os.urandom(300_000)
    file = put(store, content)
    for _ in range(25):
        flipped(file)

        def look(_: int) -> None:
            with suppress(BlobDamaged, BlobMissing):
                assert read(store, file.name) == content

        with ThreadPoolExecutor(6) as pool:
            looks = [pool.submit(look, n) for n in range(4)]
            puts = [pool.submit(put, store, content) for _ in range(2)]
            checks = [pool.submit(store.verify) for _ in range(2)]
            for one in (*looks, *puts, *checks):
                one.result()
        assert read(store, file.name) == content
    assert left(store) == []


class Model(RuleBasedStateMachine):
    """A store does what a dictionary does, whatever happens to its files."""

    contents = st.sampled_from([b"", b"a", b"bb", b"c" * 5000])

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_folder(Path(self.folder.name) / "store")
        self.good: dict[str, bytes] = {}
        self.bad: set[str] = set()

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(content=contents)
    def put(self, content: bytes) -> None:
        name = put(self.store, content).name
        self.good[name] = content
        self.bad.discard(name)

    @rule(content=contents)
    def get(self, content: bytes) -> None:
        name = sha256(content).hexdigest()
        if name in self.good:
            assert read(self.store, name) == content
            return
        error = BlobDamaged if name in self.bad else BlobMissing
        with pytest.raises(error):
            self.store.get(name)
        self.bad.discard(name)

    @rule(content=contents)
    def delete(self, content: bytes) -> None:
        name = sha256(content).hexdigest()
        assert self.store.delete(name) == (name in self.good or name in self.bad)
        self.good.pop(name, None)
        self.bad.discard(name)

    @rule(content=contents, other=st.binary(max_size=3))
    def damage(self, content: bytes, other: bytes) -> None:
        name = sha256(content).hexdigest()
        if name in self.good and other != content:
            (self.store.root / place(name)).write_bytes(other)
            del self.good[name]
            self.bad.add(name)

    @rule()
    def verify(self) -> None:
        report = self.store.verify()
        assert {damage.sha256 for damage in report.damaged} == self.bad
        assert (report.checked, report.foreign) == (len(self.good), ())
        self.bad.clear()

    @rule()
    def reopen(self) -> None:
        self.store = open_folder(self.store.root, create=False)

    @invariant()
    def the_same_names(self) -> None:
        assert {blob.sha256 for blob in self.store.blobs()} == {*self.good, *self.bad}
        assert left(self.store) == []


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
