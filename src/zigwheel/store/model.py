"""What a store is, whatever it lies in: the words of its interface, and what is true of every blob."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from zigwheel.errors import StoreError

NAME = re.compile(r"[0-9a-f]{64}")
"""The name of a blob."""

LIMIT = 16 * 2**30
"""Bytes that a blob has at the most, unless whoever opens the store says otherwise."""

CHUNK = 2**20
"""Bytes that are read and hashed in one go."""

FORMAT_FILE = "zigwheel-store.json"
"""Marks a folder, or a prefix in a bucket, as a store, and says how it is laid out."""

FORMAT = {"format": "zigwheel-store", "version": 1}
"""The content of that file. A new version is needed when an older zigwheel would do harm."""

AGAIN = "make it again, and put it there"
"""What to do about a blob that is lost."""

ASIDE = "aside"
"""The folder of what was found damaged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """Some bytes, by what they are."""

    sha256: str
    """Of the bytes, in lower-case hex digits: their name."""
    size: int
    """How many they are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Damage:
    """What lay under the name of a blob and was not that blob."""

    sha256: str
    """The name."""
    reason: str
    """What was wrong with it, in words."""
    aside: str
    """Where it lies now; empty where that could not be done, or where nothing was worth keeping."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What a look at the bytes of blobs has found."""

    checked: int
    """Blobs that are what their names say."""
    size: int
    """Bytes in them."""
    damaged: tuple[Damage, ...] = ()
    """Those that are not, and were set aside."""
    missing: tuple[str, ...] = ()
    """Names that were asked for and are not there."""
    unreadable: tuple[str, ...] = ()
    """Blobs that this user may not read, or that are too large. They stay: they may well be good."""
    foreign: tuple[str, ...] = ()
    """Paths of what no store has put among the blobs. Nothing is done with it."""

    @property
    def good(self) -> bool:
        """Whether there is nothing to do for anybody."""
        return not (self.damaged or self.missing or self.unreadable or self.foreign)


class BlobMissing(StoreError):
    """The store does not have what was asked for."""

    def __init__(self, sha256: str, where: str) -> None:
        super().__init__(f"the store {where!r} has no blob {sha256!r}", hint=AGAIN)


class BlobDamaged(StoreError):
    """What lies under the name of a blob is not that blob."""

    def __init__(self, damage: Damage, where: str) -> None:
        lies = f"; it was moved to {damage.aside!r}" if damage.aside else ""
        super().__init__(
            f"the blob {damage.sha256!r} in the store {where!r} is damaged: {damage.reason}{lies}",
            hint=AGAIN,
        )
        self.damage = damage
        """What was found, and where it is now."""


class TooLarge(StoreError):
    """There are more bytes than a blob may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"there are more than the {limit} bytes that a blob may have",
            hint="open the store with a higher `limit`, if that is meant",
        )


class Store(Protocol):
    """A place for blobs. Every call may be made by many threads and processes at once.

    All raise `StoreError`, for a full disk, a server that refuses, or a name that is none.
    """

    def put(self, source: Path | IO[bytes], sha256: str | None = None) -> Blob:
        """Store the content of a file, or what is left to read of a stream.

        When this returns, the blob is on the disk and survives a loss of power. One that is there is
        left alone, but read: one that is damaged is set aside, and a good one takes its place. With
        `sha256`, other content is refused.
        """

    def get(self, sha256: str) -> IO[bytes]:
        """A blob to read, after all of it was hashed and found right.

        Raises `BlobMissing`, and `BlobDamaged` after a damaged one was set aside.
        """

    def __contains__(self, sha256: str) -> bool:
        """Whether there is a blob of this name, without a look at its bytes."""

    def size(self, sha256: str) -> int | None:
        """How many bytes a blob has, going by its name alone; None if the store lacks it."""

    def added(self, sha256: str) -> float | None:
        """When a blob came into the store, in seconds since 1970; None if the store lacks it."""

    def delete(self, sha256: str) -> bool:
        """Remove a blob for good; whether there was one."""

    def blobs(self) -> Iterator[Blob]:
        """All that the store has, by name, without a look at the bytes."""

    def verify(self, which: Iterable[str] | None = None) -> Report:
        """Hash these blobs, or all, and set aside what is not what its name says."""


def is_name(text: str) -> bool:
    """Whether this can be the name of a blob."""
    return NAME.fullmatch(text) is not None


def place(sha256: str) -> str:
    """Where a blob lies in a store, as a POSIX path. What is no name of one never gets as far."""
    if not is_name(sha256):
        raise StoreError(
            f"{sha256[:80]!r} is not the name of a blob",
            hint="blobs are named by the 64 lower-case hex digits of their sha256",
        )
    return f"blobs/sha256/{sha256[:2]}/{sha256}"


def chunks(stream: IO[bytes], step: int = CHUNK) -> Iterator[bytes]:
    """What is left to read of a stream."""
    while data := stream.read(step):
        yield data


def hashed(
    data: Iterable[bytes | memoryview], *, into: IO[bytes] | None = None, limit: int | None = None
) -> Blob:
    """Hash what comes, and write it somewhere if told to, unless it is more than `limit` bytes."""
    from hashlib import sha256

    digest, size = sha256(), 0
    for chunk in data:
        size += len(chunk)
        if limit is not None and size > limit:
            raise TooLarge(limit)
        digest.update(chunk)
        if into is not None:
            into.write(chunk)
    return Blob(sha256=digest.hexdigest(), size=size)


def report_on(
    entries: Iterable[tuple[str, str]], size_of: Callable[[str], int], *, listed: bool
) -> Report:
    """Check blobs, by a call that reads one and says its size, or raises what is the matter.

    Entries are names with an empty text, or paths of what is no blob with an empty name. What was
    `listed`, and not asked for, may have been deleted since.
    """
    checked = size = 0
    damaged: list[Damage] = []
    missing: list[str] = []
    unreadable: list[str] = []
    foreign: list[str] = []
    for sha256, other in entries:
        if other:
            foreign.append(other)
            continue
        try:
            size += size_of(sha256)
        except BlobMissing:
            missing.append(sha256)
        except (PermissionError, TooLarge):
            unreadable.append(sha256)
        except BlobDamaged as error:
            damaged.append(error.damage)
        else:
            checked += 1
    return Report(
        checked=checked,
        size=size,
        damaged=tuple(damaged),
        missing=() if listed else tuple(missing),
        unreadable=tuple(unreadable),
        foreign=tuple(foreign),
    )


def expect(blob: Blob, sha256: str | None) -> None:
    """Refuse content that is other than was said, if anything was."""
    if sha256 is not None and blob.sha256 != sha256:
        raise StoreError(
            f"the content to store has the sha256 {blob.sha256!r}, where {sha256!r} was named",
            hint="nothing was stored: get the content again, or name the hash that it has",
        )


def no_store(where: str, others: Sequence[str]) -> StoreError:
    """The error for a place that is not a store, and has other things in it or is not to become one."""
    if others:
        return StoreError(
            f"{where!r} is no store, and not empty: it has {others[0]!r}",
            hint="name a store, or a folder that is empty or not there yet",
        )
    return StoreError(
        f"{where!r} is no store: it has no {FORMAT_FILE!r}", hint="name another place"
    )


def format_text() -> bytes:
    """The content of `FORMAT_FILE`."""
    return json.dumps(FORMAT).encode() + b"\n"


def check_format(data: bytes, where: str) -> None:
    """Refuse a store that is laid out in another way than this zigwheel knows."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if found == FORMAT:
        return
    later = isinstance(found, dict) and found.get("format") == FORMAT["format"]
    hint = "a newer zigwheel has made it: use that" if later else "name a folder that is a store"
    raise StoreError(
        f"{FORMAT_FILE!r} in {where!r} does not say version {FORMAT['version']}", hint=hint
    )
