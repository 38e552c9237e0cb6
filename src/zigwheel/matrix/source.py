"""The sdist that all wheels are made from, unpacked where it was unpacked the last time."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zigwheel.lock import locked
from zigwheel.storage import told
from zigwheel.unpack import bring


@contextmanager
def unpacked(sdist: Path, shelf: Path) -> Iterator[Path]:
    """A folder below `shelf` that holds the files of an sdist, for this process alone.

    It is the same one each time, and what has not changed stays as it is, with its time: the compiler's
    cache knows files by these. Where another process has it, it is the next one.
    """
    with told("unpacking the sdist", shelf):
        shelf.mkdir(parents=True, exist_ok=True)
    for number in range(1000):
        with locked(shelf / f"{number}.lock") as mine:
            if not mine:
                continue
            folder = shelf / f"{number}" / "source"
            with told("unpacking the sdist", shelf):
                renew(sdist, folder)
            yield folder
            return
    raise AssertionError("a thousand processes build one project")


def renew(sdist: Path, folder: Path) -> None:
    """Make `folder` what is in an sdist; files that are the same are left alone."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as temporary:
        fresh = Path(temporary, "source")
        bring(sdist, fresh)
        if folder.is_dir():
            keep_equal(folder, fresh)
            shutil.rmtree(folder)
        os.rename(fresh, folder)


def keep_equal(old: Path, fresh: Path) -> None:
    """Put files of `old` in the place of equal ones in `fresh`."""
    for path, _, names in os.walk(fresh):
        before = old / os.path.relpath(path, fresh)
        for name in names:
            new, file = Path(path, name), before / name
            if file.is_file() and not file.is_symlink() and equal(file, new):
                os.replace(file, new)


def equal(one: Path, other: Path) -> bool:
    """Whether two files have the same mode and content."""
    if other.is_symlink() or one.stat().st_mode != other.stat().st_mode:
        return False
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
