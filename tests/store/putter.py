"""Puts blobs until it is killed, and says of each that it is stored: `python putter.py STORE SEED`."""

from __future__ import annotations

import io
import os
import random
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from zigwheel.errors import StoreError
from zigwheel.store.local import open_folder


def main(folder: str, seed: str) -> None:
    """Many small blobs, some large ones, some that all put, some of these damaged first or deleted."""
    rng = random.Random(seed)
    store = open_folder(Path(folder))
    os.write(1, b"ready\n")
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
