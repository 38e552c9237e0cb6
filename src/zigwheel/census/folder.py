"""The files of a wheelhouse."""

from __future__ import annotations

from pathlib import Path

from zigwheel.census.model import Item, item
from zigwheel.errors import StorageError
from zigwheel.plan.files import digest


def items_in(folder: Path) -> list[Item]:
    """The wheels and sdists in a folder, by name. Raises `StorageError`."""
    try:
        files = sorted(
            file for file in folder.iterdir() if file.name.endswith((".whl", ".tar.gz", ".zip"))
        )
        return [item(file.name, file.stat().st_size, digest(file)) for file in files]
    except OSError as error:
        raise StorageError(
            f"the folder {str(folder)!r} cannot be read: {error.strerror or error}",
            hint="name a folder with wheels; --index-url asks an index",
        ) from error
