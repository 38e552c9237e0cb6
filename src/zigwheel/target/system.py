"""What this machine offers to a build whose target it is itself."""

from __future__ import annotations

import os
from pathlib import Path

from zigwheel.target.model import Host
from zigwheel.target.triple import Triple


def is_target(host: Host, triple: Triple) -> bool:
    """Whether what is built for `triple` runs on this machine's own libraries."""
    return (host.arch, host.os, host.libc) == (triple.arch, triple.os, triple.libc)


def system_folders(triple: Triple) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Include and library folders of this system, those that are there, for its own libraries."""
    if triple.os != "linux":
        return (), ()
    includes = ("/usr/local/include", f"/usr/include/{triple.multiarch}", "/usr/include")
    libraries = (
        "/usr/local/lib",
        f"/usr/lib/{triple.multiarch}",
        "/usr/lib64" if not triple.is_32bit else "/usr/lib32",
        "/usr/lib",
    )
    return existing(includes), existing(libraries)


def existing(folders: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `folders` that are there."""
    return tuple(folder for folder in folders if Path(folder).is_dir())


def cores() -> int:
    """Processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
