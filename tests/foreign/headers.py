"""Debian's headers of CPython with their real `pyconfig.h`, also where no interpreter runs here."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.foreign.cache import cache_root, made_once
from tests.foreign.debian import from_suites
from tests.foreign.sysroot import MACHINES, SUITES

LONG_TERM = ("aarch64", "armv7l", "i686", "x86_64")
"""The architectures of Debian's oldest release, which has long term support."""

HEADERS = {
    (version, arch): machine.debian
    for version in SUITES
    for arch, machine in MACHINES.items()
    if version not in ("3.9", "3.11")
    or arch in LONG_TERM
    or (version == "3.11" and arch != "riscv64")
} | {(version, "loongarch64"): "loong64" for version in ("3.13", "3.14", "3.15")}
"""Every CPython of Debian and its architecture, with Debian's name of that."""


def debian_headers(version: str, arch: str) -> Path:
    """The folder `usr/include` of a CPython for an architecture. Raises `Unavailable`."""
    debian = HEADERS[version, arch]
    suites = SUITES[version]

    def make(folder: Path) -> None:
        package = [f"libpython{version}-dev"]
        with tempfile.TemporaryDirectory() as temporary:
            unpacked = Path(temporary)
            from_suites(suites, debian, lambda a: a.unpack((), unpacked, alone=package))
            shutil.move(unpacked / "usr/include", folder / "include")

    return made_once(cache_root() / f"{suites[0]}-{debian}-include{version}", make) / "include"
