"""Wheels that were built before, under keys that name all that decides their bytes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zigwheel.matrix.model import Job

MOST = 2000
"""Wheels that stay; those that were used longest ago go first."""

NOTE = "note.json"


def key_of(
    *,
    code: str,
    sdist: str,
    settings: Mapping[str, Any],
    environ: Mapping[str, str],
    own: Mapping[str, str],
    distributions: Sequence[str],
    headers: str,
) -> str:
    """What decides the bytes of a wheel, as one digest.

    `code` is the digest of zigwheel itself, `sdist` the sdist's; `settings` (which name the target) and `environ` are what the build is given,
    `own` the part of `environ` that the config names, all of which counts, `distributions` what is
    installed for it, `headers` the state of Python's.
    """
    from zigwheel.generate.model import digest_of
    from zigwheel.reuse import HEEDED
    from zigwheel.zig.toolchain import ZIG_VERSION

    heeded = {name: value for name, value in environ.items() if HEEDED.fullmatch(name)}
    return digest_of(
        [
            [code, ZIG_VERSION, sdist, list(distributions), headers],
            [dict(settings), heeded, dict(own)],
        ]
    )


def may_be_kept(job: Job, file: str, environ: Mapping[str, str]) -> bool:
    """Whether nothing outside of the key has a part in a wheel: not this system's libraries, no SDK."""
    return "-linux_" not in file and not ("macosx" in file and environ.get("SDKROOT"))


def take(shelf: Path, key: str, into: Path) -> dict[str, Any] | None:
    """Copy the wheel that is kept under `key` into a folder; what was noted of it, or None."""
    folder = shelf / key
    try:
        note: dict[str, Any] = json.loads((folder / NOTE).read_bytes())
        shutil.copyfile(folder / note["file"], into / note["file"])
        (folder / NOTE).touch()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return note


def keep(shelf: Path, key: str, wheel: Path, note: Mapping[str, Any]) -> None:
    """Keep a copy of a wheel with what is to be noted of it; without room, it is not kept."""
    from zigwheel.storage import replaced_folder

    try:
        with replaced_folder(shelf / key) as fresh:
            shutil.copyfile(wheel, fresh / wheel.name)
            (fresh / NOTE).write_text(json.dumps({**note, "file": wheel.name}), encoding="utf-8")
    except OSError:
        return  # the wheel is there; the next run builds it again


def tidy(shelf: Path) -> None:
    """Remove what was used longest ago, where there are more than `MOST`."""
    if not shelf.is_dir():
        return
    folders = [folder for folder in shelf.iterdir() if (folder / NOTE).is_file()]
    for old in sorted(folders, key=lambda folder: (folder / NOTE).stat().st_mtime)[:-MOST]:
        shutil.rmtree(old, ignore_errors=True)
