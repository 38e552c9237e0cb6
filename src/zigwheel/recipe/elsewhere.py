"""Somewhere else: a rebuild under circumstances that no wheel may depend on."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from zigwheel.matrix.schedule import Limits
from zigwheel.recipe.rebuild import Options
from zigwheel.target.host import describe_host
from zigwheel.zig.toolchain import find_zig

FAR = {"UTC+14": "<+14>-14", "UTC-12": "<-12>12"}
"""Time zones in which another day may be; `TZ` in the words of POSIX."""

PACKS = "header-packs"
"""The folder of zigwheel's cache with what `zigwheel headers` has fetched."""


@contextmanager
def elsewhere(options: Options) -> Iterator[tuple[Options, Mapping[str, str]]]:
    """The same rebuild in other circumstances, and what is other, in words by what they are about.

    Other are: every folder, zigwheel's cache and Zig's with it (which are empty), the home and the name of
    the user, the time zone, the locale, the mask of new files, the seed of Python's hashes, and how many
    things go on at once. Of the first cache only the compiler's program and packs of headers are used.
    """
    with tempfile.TemporaryDirectory(prefix="zigwheel-elsewhere-") as name:
        root = Path(name)
        folders = {key: root / "a folder" / key for key in ("cache", "home", "work")}
        for folder in folders.values():
            folder.mkdir(parents=True)
        packs = options.cache / PACKS
        if packs.is_dir():
            (folders["cache"] / PACKS).symlink_to(packs, target_is_directory=True)
        zig = find_zig(cache=options.cache, environ=options.environ, host=describe_host())
        zone = "UTC-12" if options.environ.get("TZ") == FAR["UTC+14"] else "UTC+14"
        utf8 = "utf" in (options.environ.get("LC_ALL") or options.environ.get("LANG") or "").lower()
        locale = "C" if utf8 else "C.UTF-8"
        jobs = 1 if options.limits.jobs > 1 else 2
        additions = {
            "ZIGWHEEL_CACHE_DIR": str(folders["cache"]),
            **({"ZIGWHEEL_ZIG": str(zig.executable)} if zig else {}),
            **{name: str(folders["home"]) for name in ("HOME", "USERPROFILE", "LOCALAPPDATA")},
            **dict.fromkeys(("USER", "LOGNAME", "USERNAME"), "somebody"),
            **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folders["work"])),
            "TZ": FAR[zone],
            "LC_ALL": locale,
            "PYTHONHASHSEED": "4711",
        }
        before = os.umask(0o077)
        try:
            yield (
                replace(
                    options,
                    cache=folders["cache"],
                    work=folders["work"],
                    limits=Limits(jobs=jobs, memory=options.limits.memory),
                    additions=additions,
                ),
                {
                    "folder": "another, with a space in its name",
                    "cache": "empty",
                    "user": "somebody",
                    "time zone": zone,
                    "locale": locale,
                    "umask": "077",
                    "jobs": str(jobs),
                },
            )
        finally:
            os.umask(before)
