"""Stores as people name them."""

from __future__ import annotations

from pathlib import Path

from zigwheel.errors import StoreError
from zigwheel.store.model import LIMIT, Store


def open_store(where: str, *, create: bool = True, limit: int = LIMIT) -> Store:
    """The store in a folder, or at `s3://BUCKET[/PREFIX]`; made where there is none, if `create`."""
    scheme, separator, _ = where.partition("://")
    if not separator:
        from zigwheel.store.local import open_folder

        return open_folder(Path(where), create=create, limit=limit)
    if scheme != "s3":
        raise StoreError(
            f"{where!r} is not a place for a store", hint="name a folder, or s3://BUCKET/PREFIX"
        )
    from zigwheel.store.bucket import open_bucket

    return open_bucket(where, create=create, limit=limit)
