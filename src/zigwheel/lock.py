"""A lock between processes that ends with the one that has it, however that ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PAUSE = 0.005
"""Seconds between two tries for a lock that another has, where the system cannot wait for it."""

FAR = 0x7FFF0000
"""The byte that stands for a whole file on Windows, where locked bytes can't be read by others."""


@contextmanager
def locked(file: Path) -> Iterator[bool]:
    """Whether this process has the lock, until the block ends; it does not wait for another's."""
    with file.open("ab") as stream:
        yield lock(stream)


@contextmanager
def waited(file: Path) -> Iterator[None]:
    """Hold the lock until the block ends, however long another has it before. Raises `OSError`."""
    with file.open("ab") as stream:
        wait(stream)
        yield


if sys.platform == "win32":
    import msvcrt
    import time

    def lock(stream: IO[bytes]) -> bool:
        """Lock an open file until it is closed; whether that was done, as nobody else had it."""
        place = stream.tell()
        stream.seek(FAR)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            stream.seek(place)
        return True

    def wait(stream: IO[bytes]) -> None:
        """Lock an open file until it is closed, after whoever has it now."""
        while not lock(stream):
            time.sleep(PAUSE)

else:
    import fcntl

    def lock(stream: IO[bytes]) -> bool:
        """Lock an open file until it is closed; whether that was done, as nobody else had it."""
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def wait(stream: IO[bytes]) -> None:
        """Lock an open file until it is closed, after whoever has it now."""
        fcntl.flock(stream, fcntl.LOCK_EX)
