"""`zigwheel store`, in a folder."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from tests.recipe.conftest import run
from zigwheel.errors import StoreError
from zigwheel.store.model import place

REFUSED = StoreError.exit_code
HELLO = sha256(b"hello").hexdigest()


def test_put_list_get_verify(tmp_path: Path) -> None:
    store, file = tmp_path / "store", tmp_path / "hello.txt"
    file.write_bytes(b"hello")
    assert run("store", "put", store, file).stdout == f"{HELLO}  5  hello.txt\n"
    assert run("store", "list", store).stdout == f"{HELLO}  5\n"
    words = [sys.executable, "-m", "zigwheel", "store", "get", str(store), HELLO]
    assert subprocess.run(words, capture_output=True, check=True).stdout == b"hello"
    run("store", "get", store, HELLO, "-o", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == b"hello"
    assert "1 blobs are what their names say, 5 bytes" in run("store", "verify", store).stderr


def test_what_is_damaged_or_missing(tmp_path: Path) -> None:
    store, file = tmp_path / "store", tmp_path / "hello.txt"
    file.write_bytes(b"hello")
    run("store", "put", store, file)
    (store / place(HELLO)).write_bytes(b"hullo")
    found = run("store", "verify", store, code=REFUSED).stdout
    assert found.startswith(f"damaged  {HELLO}  its 5 bytes have the sha256")
    assert "it lies in" in found
    assert run("store", "verify", store, HELLO, code=REFUSED).stdout == f"missing  {HELLO}\n"
    done = run("store", "get", store, HELLO, "-o", tmp_path / "again", code=REFUSED)
    assert "has no blob" in done.stderr
    assert not (tmp_path / "again").exists()
    run("store", "put", store, file)
    assert run("store", "verify", store).stdout == ""


def test_no_store(tmp_path: Path) -> None:
    done = run("store", "list", tmp_path / "none", code=REFUSED)
    assert "is no store" in done.stderr
    assert not (tmp_path / "none").exists()
    done = run("store", "put", tmp_path / "store", tmp_path / "no file", code=REFUSED)
    assert "No such file" in done.stderr
