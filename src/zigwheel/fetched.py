"""What an sdist carries of Zig packages that are fetched, so that a build from it needs no network."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
from pathlib import Path

from zigwheel.artifacts import run_of, usable_cache
from zigwheel.plan.packages import every_package, fetches
from zigwheel.setup import Setup
from zigwheel.storage import told
from zigwheel.wheel.deflate import gzip_bytes
from zigwheel.wheel.entries import Entry
from zigwheel.zig.command import Places
from zigwheel.zig.packages import CARRIED, fetch_all
from zigwheel.zig.toolchain import require_zig


def carried_entries(setup: Setup, name: str) -> list[Entry]:
    """An archive for each fetched package, packages of packages included. Raises `CompileError`.

    `name` is the distribution's.
    """
    packages = every_package(setup.root, setup.config, setup.project.tool)
    if not fetches(setup.root, packages):
        return []
    zig = require_zig(cache=setup.cache, environ=setup.environ, host=setup.host)
    with tempfile.TemporaryDirectory(prefix="zigwheel-", ignore_cleanup_errors=True) as work:
        cache = usable_cache(setup.cache, Path(work))
        places = Places(
            root=setup.root,
            headers=None,
            zig_lib=zig.lib,
            out=Path(work),
            local_cache=cache / "zig-local",
            global_cache=cache / "zig-global",
            version_scripts=cache / "exports",
        )
        with told("fetching Zig packages", cache):
            archives = fetch_all(packages, name, places, zig, run_of(setup))
            return [
                Entry(path=f"{CARRIED}/{archive.name}", data=repacked(archive))
                for archive in archives
            ]


def repacked(archive: Path) -> bytes:
    """The files of an archive that Zig has written, in an archive that is the same everywhere.

    Zig's hash is of names, contents and links alone; it takes the files in any order.
    """
    packed = io.BytesIO()
    with (
        tarfile.TarFile(fileobj=io.BytesIO(gzip.decompress(archive.read_bytes()))) as old,
        tarfile.TarFile(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            plain = tarfile.TarInfo(member.name)
            plain.type, plain.linkname, plain.size = member.type, member.linkname, member.size
            plain.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            new.addfile(plain, old.extractfile(member) if member.isfile() else None)
    return gzip_bytes(packed.getvalue())
