"""A wheel archive whose bytes depend on nothing but its entries.

`wheel.wheelfile.WheelFile` hashes what it is given and writes RECORD; this class decides everything
that would otherwise come from the host: times, modes, `create_system`, and the compressed bytes.
Import this module only when a wheel is written: `wheel.wheelfile` takes tens of milliseconds.
"""

from __future__ import annotations

import contextlib
import stat
import time
import zipfile
from pathlib import Path
from typing import IO, Any, cast

from wheel.wheelfile import WheelFile  # type: ignore[import-untyped]

from zigwheel.wheel.deflate import deflate
from zigwheel.wheel.entries import PLAIN, Mode

UNIX = 3
"""`create_system` of every entry, whatever the host is: only then do the permission bits count."""

VERSION = 20
"""Zip version 2.0, the first with deflate; zipfile raises it to 4.5 for files above 4 GiB alone."""


class Ready:
    """A compressor for `zipfile` whose work is already done."""

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.used = False

    def compress(self, data: object) -> bytes:
        """The whole stream, once."""
        self.used = True
        return self.stream

    def flush(self) -> bytes:
        """Nothing is left."""
        return b""


class Archive(WheelFile):  # type: ignore[misc]
    """A wheel that is being written."""

    def __init__(self, file: Path, *, seconds: int) -> None:
        """Create `file`; `seconds` since 1970 UTC is the time of all entries."""
        self.date_time = time.gmtime(seconds)[:6]
        self.ready: Ready | None = None
        self.fp: IO[bytes] | None
        super().__init__(str(file), "w")

    def add(self, path: str, data: bytes, mode: Mode = PLAIN) -> None:
        """Write one entry."""
        info = zipfile.ZipInfo(path, self.date_time)
        info.create_system = UNIX
        info.create_version = info.extract_version = VERSION
        info.external_attr = (stat.S_IFREG | mode) << 16
        stream = deflate(data)
        shrinks = len(stream) < len(data)
        info.compress_type = zipfile.ZIP_DEFLATED if shrinks else zipfile.ZIP_STORED
        self.ready = Ready(stream) if shrinks else None
        super().writestr(info, data)
        if self.ready and not self.ready.used:
            raise RuntimeError("zipfile compressed by itself: its file object has changed")

    def writestr(self, zinfo_or_arcname: Any, data: Any, compress_type: int | None = None) -> None:
        """Write the RECORD, which `WheelFile.close` hands over as a name and a text."""
        self.add(str(zinfo_or_arcname), data.encode("utf-8") if isinstance(data, str) else data)

    def open(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        """As in `ZipFile`, but what is written is the stream that `add` has compressed.

        zipfile offers no way to hand over compressed data, and its own compressor is the zlib that
        the interpreter was linked with (zlib-ng in some), whose streams differ. The file object that
        writes an entry has had the attribute `_compressor` since CPython 3.6; `add` checks that it
        was used.
        """
        file: Any = super().open(*args, **kwargs)
        if self.ready:
            file._compressor = self.ready
        return cast(IO[bytes], file)

    def abandon(self) -> None:
        """Close the file without its RECORD and directory, after a failure."""
        file, self.fp = self.fp, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
