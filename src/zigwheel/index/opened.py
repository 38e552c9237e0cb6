"""An index in a folder: its database, its store, its settings.

index.toml        what the operator has decided; need not be there
index.sqlite      what is known
store/            the bytes, unless the settings name another store
work/             what is being uploaded or built
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zigwheel.index.settings import Settings, read_settings
from zigwheel.index.shelf.catalogue import open_catalogue
from zigwheel.index.shelf.publish import Shelves
from zigwheel.storage import told
from zigwheel.store.named import open_store

DATABASE = "index.sqlite"
WORK = "work"


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """An open index."""

    folder: Path
    """Where it lies."""
    settings: Settings
    """How it is run."""
    shelves: Shelves
    """Its database and its store."""

    @property
    def work(self) -> Path:
        """A folder for what is on its way."""
        return self.folder / WORK


@contextmanager
def opened(folder: Path, environ: Mapping[str, str], *, create: bool = False) -> Iterator[Index]:
    """The index in a folder. Raises `ServiceError` where there is none, `StoreError` and `ConfigError`."""
    folder = folder.absolute()
    settings = read_settings(folder, environ)
    if create:
        with told("making an index", folder):
            folder.mkdir(parents=True, exist_ok=True)
    catalogue = open_catalogue(folder / DATABASE, create=create)
    try:
        store = open_store(settings.store or str(folder / "store"))
        with told("opening the index", folder):
            (folder / WORK).mkdir(exist_ok=True)
        yield Index(
            folder=folder, settings=settings, shelves=Shelves(catalogue=catalogue, store=store)
        )
    finally:
        catalogue.close()


def sweep(index: Index) -> None:
    """Remove what a server that was killed has left in `work`. Only for who serves the index."""
    for left in index.work.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
