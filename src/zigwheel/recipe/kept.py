"""Environments that earlier rebuilds have made stay in the cache, and are used while they are as they were made.

To make one costs a second or two of pip's time: as much as to build a small wheel. All that is in one was
checked by hash when it was installed, so that what the recipe names tells the content.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from zigwheel.lock import waited
from zigwheel.matrix.environment import Environment, environment_in
from zigwheel.recipe.environment import listed
from zigwheel.recipe.model import Requirement
from zigwheel.storage import told

SHELF = "environments"

NOTE = "made"
"""Beside the environment: the digest of what it had when it was new. It was last used when this was written."""

MOST = 8
"""Environments that stay, of those that are not in use."""

UNUSED = 24 * 3600.0
"""Seconds after which nobody uses an environment any more."""


@contextmanager
def environment_of(
    requirements: Sequence[Requirement],
    more: str,
    make: Callable[[Path], object],
    environ: Mapping[str, str],
    cache: Path,
) -> Iterator[Environment]:
    """An environment with these requirements: one that was kept, or a new one, which `make` makes in a folder.

    `more` says what else is in it. It is shared, and nothing may be installed into it.
    """
    shelf = cache / SHELF
    folder = shelf / key_of(requirements, more)
    with told("keeping environments", shelf):
        shelf.mkdir(parents=True, exist_ok=True)
        tidy(shelf, folder)
        with waited(folder.with_suffix(".lock")):
            if not intact(folder):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                (folder / NOTE).write_text(digest(folder), encoding="ascii")
            os.utime(folder / NOTE)
    yield environment_in(folder / "environment", environ)


def key_of(requirements: Sequence[Requirement], more: str) -> str:
    """What an environment has, and the interpreter that it is of, as one name."""
    own = f"{sys.version}\n{sys.executable}\n{sys.base_prefix}\n"
    return sha256((own + more + listed(requirements)).encode()).hexdigest()[:32]


def intact(folder: Path) -> bool:
    """Whether an environment is there and as it was made: a build may have changed it, or a killed one."""
    try:
        return (folder / NOTE).read_text(encoding="ascii") == digest(folder)
    except (OSError, ValueError):
        return False


def digest(folder: Path) -> str:
    """What an environment has, but for what Python compiles on its way."""
    found = sha256()
    for place, folders, files in os.walk(folder / "environment"):
        folders[:] = sorted(set(folders) - {"__pycache__"})
        for name in sorted(files):
            file = Path(place, name)
            content = os.readlink(file).encode() if file.is_symlink() else file.read_bytes()
            path = file.relative_to(folder).as_posix().encode()
            found.update(b"%d %s %s\n" % (len(path), path, sha256(content).digest()))
    return found.hexdigest()


def tidy(shelf: Path, wanted: Path) -> None:
    """Remove what nobody uses any more, where there are more than `MOST`; never the wanted one."""
    notes = sorted(shelf.glob(f"*/{NOTE}"), key=lambda note: note.stat().st_mtime)
    before = time.time() - UNUSED
    for note in notes[:-MOST]:
        if note.stat().st_mtime < before and note.parent != wanted:
            shutil.rmtree(note.parent, ignore_errors=True)
            note.parent.with_suffix(".lock").unlink(missing_ok=True)
