"""A store in a bucket of S3, or of anything that speaks as S3 does; needs `zigwheel[s3]`.

Objects have the names that files have in a folder. A server shows an object whole or not at all, and
keeps what it has confirmed. It knows no lock, and it may be asked through something that damages what
it sends. So an object is set aside only after two reads in a row that were wrong: it is copied, and
an empty object takes its place, on the condition that nobody has mended it since. An empty object
under the name of a blob (but for the one blob that is empty) stands for nothing at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING

from zigwheel.errors import StoreError
from zigwheel.storage import storage_error
from zigwheel.store.model import (
    ASIDE,
    CHUNK,
    FORMAT_FILE,
    LIMIT,
    Blob,
    BlobDamaged,
    BlobMissing,
    Damage,
    Report,
    check_format,
    chunks,
    expect,
    format_text,
    hashed,
    is_name,
    no_store,
    place,
    report_on,
)

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ClientConfig, RetryConfig, S3Store

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The name of the blob that has no bytes."""

OPTIONS: ClientConfig = {
    "allow_http": True,
    "connect_timeout": "10s",
    "read_timeout": "60s",
    "timeout": "4h",
}
"""How long a server may be silent, and how long a blob may take on a slow line. Whether it is spoken to
without encryption is decided by the URL that names it, and by nothing else."""

RETRIES: RetryConfig = {"max_retries": 5, "retry_timeout": timedelta(seconds=60)}
"""How often a server is asked that is not well, and for how long."""

HINTS = {
    "FileNotFoundError": "is there such a bucket?",
    "PermissionDeniedError": "the server does not allow it with AWS_ACCESS_KEY_ID as it is set",
    "UnauthenticatedError": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "GenericError": "see that AWS_ENDPOINT_URL names the server, that it runs, "
    "and that the bucket is there",
}
"""What to do next, by the names of the exceptions."""

SHOWN = 300
"""Characters of what a server says that are shown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketStore:
    """Blobs in a bucket; made by `open_bucket`."""

    url: str
    """Bucket and prefix, as they were named."""
    client: S3Store
    """Speaks with the server."""
    limit: int = LIMIT
    """Bytes that a blob has at the most."""

    def put(self, source: Path | IO[bytes], sha256: str | None = None) -> Blob:
        """Store the content of a file, or what is left to read of a stream."""
        import obstore

        if sha256 is not None:
            place(sha256)  # which refuses what can be no hash, before anything is read
        with told("storing a blob", self.url), ExitStack() as stack:
            if isinstance(source, Path):
                source = stack.enter_context(source.open("rb"))
            spool = stack.enter_context(tempfile.TemporaryFile())
            blob = hashed(chunks(source), into=spool, limit=self.limit)
            expect(blob, sha256)
            found = self._read(blob.sha256)
            if isinstance(found, Wrong) and found.tag:
                self._copy_aside(blob.sha256)
            if isinstance(found, Wrong):
                spool.seek(0)
                obstore.put(self.client, place(blob.sha256), spool)
            else:
                found.close()
        return blob

    def get(self, sha256: str) -> IO[bytes]:
        """A blob to read, after all of it was fetched into a temporary file and found right."""
        with told("reading a blob", self.url):
            found = self._read(sha256)
            if not isinstance(found, Wrong):
                return found
            if not found.tag:
                raise BlobMissing(sha256, self.url)
            raise BlobDamaged(self._set_aside(sha256, found), self.url)

    def __contains__(self, sha256: str) -> bool:
        """Whether there is a blob of this name, without a look at its bytes."""
        return self.size(sha256) is not None

    def size(self, sha256: str) -> int | None:
        """How many bytes a blob has, going by its name alone; None if the store lacks it."""
        found = self._head(sha256)
        return found and found["size"]

    def added(self, sha256: str) -> float | None:
        """When a blob came into the store, in seconds since 1970; None if the store lacks it."""
        found = self._head(sha256)
        return found and found["last_modified"].timestamp()

    def delete(self, sha256: str) -> bool:
        """Remove a blob for good; whether there was one."""
        import obstore

        there = sha256 in self
        with told("removing a blob", self.url):
            obstore.delete(self.client, place(sha256))
        return there

    def blobs(self) -> Iterator[Blob]:
        """All that the store has, by name, without a look at the bytes."""
        for blob, _ in self._entries():
            if blob:
                yield blob

    def verify(self, which: Iterable[str] | None = None) -> Report:
        """Hash these blobs, or all, and set aside what is not what its name says."""
        if which is None:
            entries = ((blob.sha256 if blob else "", path) for blob, path in self._entries())
            return report_on(entries, self._size_read, listed=True)
        return report_on(((sha256, "") for sha256 in which), self._size_read, listed=False)

    def _head(self, sha256: str) -> ObjectMeta | None:
        """What the server says of a blob, without its bytes."""
        import obstore

        path = place(sha256)
        with told("looking for a blob", self.url):
            try:
                found = obstore.head(self.client, path)
            except FileNotFoundError:
                return None
        return found if found["size"] or sha256 == EMPTY else None

    def _size_read(self, sha256: str) -> int:
        with self.get(sha256) as stream:
            return stream.seek(0, 2)

    def _read(self, sha256: str) -> IO[bytes] | Wrong:
        """A blob in a temporary file, or what was wrong with it when it was read again."""
        found = self._fetch(sha256)
        return self._fetch(sha256) if isinstance(found, Wrong) and found.tag else found

    def _fetch(self, sha256: str) -> IO[bytes] | Wrong:
        """A blob in a temporary file, or what is wrong with what came."""
        import obstore

        try:
            answer = obstore.get(self.client, place(sha256))
        except FileNotFoundError:
            return Wrong()
        if not answer.meta["size"] and sha256 != EMPTY:
            return Wrong()
        spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
        try:
            parts = (memoryview(part) for part in answer.stream(min_chunk_size=CHUNK))
            blob = hashed(parts, into=spool, limit=self.limit)
            spool.seek(0)
        except BaseException:
            spool.close()
            raise
        if blob.sha256 == sha256:
            return spool
        spool.close()
        said = f"its {blob.size} bytes have the sha256 {blob.sha256!r}"
        return Wrong(reason=said, tag=answer.meta["e_tag"] or "none")

    def _copy_aside(self, sha256: str) -> str:
        import secrets

        import obstore

        aside = f"{ASIDE}/{sha256}-{secrets.token_hex(4)}"
        obstore.copy(self.client, place(sha256), aside)
        return aside

    def _set_aside(self, sha256: str, wrong: Wrong) -> Damage:
        """Copy what is damaged, and put nothing in its place, unless it has changed meanwhile."""
        import obstore
        from obstore.exceptions import PreconditionError

        aside = self._copy_aside(sha256)
        try:
            obstore.put(self.client, place(sha256), b"", mode={"e_tag": wrong.tag})
        except PreconditionError:
            obstore.delete(self.client, aside)
            return Damage(sha256=sha256, reason=wrong.reason, aside="")
        return Damage(sha256=sha256, reason=wrong.reason, aside=f"{self.url}/{aside}")

    def _entries(self) -> Iterator[tuple[Blob | None, str]]:
        """Each blob and an empty text, or None and the path of what is none."""
        import obstore

        with told("listing the blobs", self.url):
            for page in obstore.list(self.client, "blobs"):
                for entry in page:
                    path, size = entry["path"], entry["size"]
                    sha256 = path.rpartition("/")[2]
                    if not is_name(sha256) or path != place(sha256):
                        yield None, f"{self.url}/{path}"
                    elif size or sha256 == EMPTY:
                        yield Blob(sha256=sha256, size=size), ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """What a server sent for a blob and is not that blob."""

    reason: str = ""
    """Why."""
    tag: str = ""
    """The server's word for this state of the object; empty where there is nothing."""


def open_bucket(url: str, *, create: bool = True, limit: int = LIMIT) -> BucketStore:
    """The store at `s3://BUCKET[/PREFIX]`, which is made where there is none.

    The server, its region and the keys are those of the environment, as other programs have them:
    `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`.
    """
    try:
        import obstore
        from obstore.exceptions import AlreadyExistsError
        from obstore.store import S3Store
    except ImportError as error:
        raise StoreError(
            f"a store in a bucket ({url!r}) needs obstore: {error}",
            hint="python -m pip install 'zigwheel[s3]'",
        ) from None
    url = url.rstrip("/")
    with told("opening the store", url):
        client = S3Store.from_url(
            url, checksum_algorithm="SHA256", client_options=OPTIONS, retry_config=RETRIES
        )
        try:
            found = bytes(obstore.get(client, FORMAT_FILE).bytes())
        except FileNotFoundError:
            others = [entry["path"] for entry in next(iter(obstore.list(client)), [])]
            if others or not create:
                raise no_store(url, sorted(others)) from None
            try:
                obstore.put(client, FORMAT_FILE, format_text(), mode="create")
            except AlreadyExistsError:
                found = bytes(obstore.get(client, FORMAT_FILE).bytes())
            else:
                found = format_text()
        check_format(found, url)
    return BucketStore(url=url, client=client, limit=limit)


@contextmanager
def told(doing: str, url: str) -> Iterator[None]:
    """Turn what obstore and the disk for temporary files say into a `StoreError`."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            found = storage_error(error, doing, Path(tempfile.gettempdir()))
            raise StoreError(found.message, hint=found.hint) from error
        said = " ".join(str(error).partition("Debug source:")[0].split())[:SHOWN]
        hint = HINTS.get(type(error).__name__, "")
        raise StoreError(f"{doing} failed in {url!r}: {said}", hint=hint) from error
