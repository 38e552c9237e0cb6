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


def free_memory() -> int:
    """Bytes that this process and its children may still take; 0 where the system does not tell."""
    found = [value for value in (memory_of_machine(), memory_of_group()) if value]
    return min(found, default=0)


def memory_of_machine() -> int:
    """What the machine has to give: on Linux what could be made free, elsewhere all."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        sysconf = getattr(os, "sysconf", None)  # Windows has none
        return int(sysconf("SC_PHYS_PAGES") * sysconf("SC_PAGE_SIZE")) if sysconf else 0
    except (ValueError, OSError):
        return 0


def memory_of_group() -> int:
    """What the control group leaves, as containers have one (Linux, cgroup v2: memory.max); 0 for no limit."""
    group = Path("/sys/fs/cgroup")
    try:
        most = (group / "memory.max").read_text(encoding="ascii").strip()
        now = (group / "memory.current").read_text(encoding="ascii").strip()
    except OSError:
        return 0
    return max(1, int(most) - int(now)) if most.isdigit() and now.isdigit() else 0
