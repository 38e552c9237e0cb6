"""A copy of what nobody could make again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from zigwheel.errors import StoreError
from zigwheel.index.opened import DATABASE
from zigwheel.index.shelf.publish import Shelves
from zigwheel.storage import told
from zigwheel.store.local import open_folder
from zigwheel.store.model import Store


def backup(shelves: Shelves, folder: Path) -> Iterator[str]:
    """Copy what nobody could make again into a folder, which is an index then: `zigwheel index serve` serves it.

    The database is copied first: what is uploaded meanwhile is not in it. Told are the files whose bytes
    were copied; wheels that a recipe makes are left out.
    """
    with told("making a backup", folder):
        folder.mkdir(parents=True, exist_ok=True)
    target = open_folder(folder / "store")
    copy = sqlite3.connect(folder / DATABASE)
    try:
        shelves.catalogue.copy_to(copy)
    finally:
        copy.close()
    for sha256 in shelves.catalogue.recipes():
        copy_blob(shelves, sha256, target)
    for file in shelves.catalogue.files():
        if file.metadata:
            copy_blob(shelves, file.metadata, target)
        if not file.recipe and copy_blob(shelves, file.sha256, target):
            yield file.filename


def copy_blob(shelves: Shelves, sha256: str, target: Store) -> bool:
    """Copy one blob; whether it was there."""
    try:
        stream = shelves.store.get(sha256)
    except StoreError:
        return False
    with stream:
        target.put(stream, sha256)
    return True
