"""Kills processes that put blobs, and says which they stored: `python -m tests.store.putter STORE KILLS`."""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import time
import traceback
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from zigwheel.errors import StoreError
from zigwheel.store.local import open_folder

AT_ONCE = 4


def main(folder: str, kills: str) -> None:
    """Kill so many, each some moments after it has begun."""
    rng = random.Random(kills)
    for start in range(0, int(kills), AT_ONCE):
        running = [fork(folder, start + n) for n in range(AT_ONCE)]
        for process in running:
            time.sleep(rng.random() * 0.06)
            os.kill(process, signal.SIGKILL)
            _, status = os.waitpid(process, 0)
            if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
                raise SystemExit("a process has ended by itself")


def fork(folder: str, seed: int) -> int:
    """A process that puts; the loop of it has no end but by a signal or an error."""
    process = os.fork()
    if process == 0:
        try:
            work(folder, seed)
        finally:
            traceback.print_exc()
            os._exit(1)
    return process


def work(folder: str, seed: int) -> None:
    """Many small blobs, some large ones, some that all put, some of these damaged first or deleted."""
    rng = random.Random(seed)
    store = open_folder(Path(folder))
    while True:
        size = rng.choice([10, 1000, 30_000, 30_000, 2_000_000])
        shared = rng.random() < 0.3
        content = b"%d" % rng.randrange(5) * size if shared else rng.randbytes(size)
        name = sha256(content).hexdigest()
        if shared and rng.random() < 0.3:
            damage(store.root / "blobs" / "sha256" / name[:2] / name)
        try:
            blob = store.put(io.BytesIO(content))
        except StoreError as error:
            if "No space left on device" not in str(error):
                raise
            continue
        kind = "shared" if shared else "stored"
        os.write(1, f"{kind} {blob.sha256}\n".encode())
        if not shared and rng.random() < 0.2:
            os.write(1, f"deleting {blob.sha256}\n".encode())
            store.delete(blob.sha256)


def damage(file: Path) -> None:
    """Change a byte of a file in its place."""
    with suppress(FileNotFoundError), file.open("r+b") as stream:
        stream.write(b"?")


if __name__ == "__main__":
    main(*sys.argv[1:])
