"""Bytes of the store, ready to be sent: each blob is read and hashed before its first byte leaves.

What has been hashed is hashed again when its file is another: another inode, size, or time of change.
Small blobs stay in memory.
"""

from __future__ import annotations

import io
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import IO

from zigwheel.store.local import LocalStore
from zigwheel.store.model import BlobMissing, Store

SMALL = 2**17
"""Bytes of the largest blob that stays in memory."""

ROOM = 48 * 2**20
"""Bytes of all of them."""

SEEN = 200_000
"""How many files are known to be right."""

Identity = tuple[int, int, int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Blobs:
    """A store that remembers what it has checked."""

    store: Store
    """Where the bytes are."""
    small: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    """The bytes of small blobs, the last used at the end."""
    seen: OrderedDict[str, Identity] = field(default_factory=OrderedDict)
    """What the files were that were hashed."""
    held: list[int] = field(default_factory=lambda: [0])
    """Bytes in `small`."""
    one: threading.Lock = field(default_factory=threading.Lock)
    """Held by who looks at these."""

    def in_memory(self, sha256: str) -> bytes | None:
        """A blob that is at hand; None if it has to be opened."""
        with self.one:
            data = self.small.get(sha256)
            if data is not None:
                self.small.move_to_end(sha256)
        return data

    def open(self, sha256: str) -> IO[bytes]:
        """A blob to read, after its bytes were found right, now or before.

        Raises `BlobMissing`, and `BlobDamaged` after a damaged one was set aside.
        """
        stream = self._again(sha256) or self._first(sha256)
        size = os.fstat(stream.fileno()).st_size if has_number(stream) else SMALL + 1
        if size <= SMALL:
            with stream:
                data = stream.read()
            self._keep(sha256, data)
            return io.BytesIO(data)
        return stream

    def forget(self, sha256: str) -> None:
        """Note that a blob may be gone."""
        with self.one:
            self.seen.pop(sha256, None)
            data = self.small.pop(sha256, None)
            self.held[0] -= len(data or b"")

    def _again(self, sha256: str) -> IO[bytes] | None:
        """A blob whose file is the one that was hashed."""
        known = self.seen.get(sha256)
        if known is None or not isinstance(self.store, LocalStore):
            return None
        try:
            stream = self.store.unchecked(sha256)
        except BlobMissing:
            return None
        if identity(stream) == known:
            return stream
        stream.close()
        return None

    def _first(self, sha256: str) -> IO[bytes]:
        try:
            stream = self.store.get(sha256)
        except BaseException:
            self.forget(sha256)
            raise
        if has_number(stream):
            with self.one:
                self.seen[sha256] = identity(stream)
                while len(self.seen) > SEEN:
                    self.seen.popitem(last=False)
        return stream

    def _keep(self, sha256: str, data: bytes) -> None:
        with self.one:
            if sha256 not in self.small:
                self.small[sha256] = data
                self.held[0] += len(data)
            while self.held[0] > ROOM:
                _, gone = self.small.popitem(last=False)
                self.held[0] -= len(gone)


def has_number(stream: IO[bytes]) -> bool:
    """Whether a stream is an open file of this machine."""
    try:
        stream.fileno()
    except (OSError, AttributeError):
        return False
    return True


def identity(stream: IO[bytes]) -> Identity:
    """Which file this is, and in which state."""
    status = os.fstat(stream.fileno())
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
