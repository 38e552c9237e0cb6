"""Packages of PyPI for an interpreter of another machine, which cannot run pip here."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.foreign.cache import cache_root, made_once
from tests.foreign.debian import from_suites
from tests.foreign.python import ForeignPython, Unavailable
from tests.foreign.sysroot import MACHINES, SUITES

PLATFORMS = {
    "musllinux": ("musllinux_1_2", "musllinux_1_1"),
    "manylinux": ("manylinux_2_28", "manylinux2014", "manylinux_2_17"),
}
"""Platforms of wheels, by the first word of an interpreter's platform; others stand for themselves."""


def installed_for(python: ForeignPython, name: str) -> Path:
    """A folder with the newest wheel of a distribution that an interpreter loads. Raises `Unavailable`."""

    def install(folder: Path) -> None:
        system, _, arch = python.target.partition("_")
        names = [f"{platform}_{arch}" for platform in PLATFORMS.get(system, (system,))]
        version = python.tag.removeprefix("cp").rstrip("t")
        words = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        words += ["--only-binary=:all:", "--implementation=cp", f"--abi={python.tag}"]
        words += [f"--python-version={version}", *(f"--platform={name}" for name in names)]
        done = subprocess.run(
            [sys.executable, *words, "--dest", str(folder), name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode:
            raise Unavailable(f"pip did not get {name} for {python.name}: {done.stderr.strip()}")
        (wheel,) = folder.iterdir()
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        wheel.unlink()

    return made_once(cache_root() / f"{name}-{python.name}", install)


def loading_cxx(python: ForeignPython) -> dict[str, str]:
    """The environment in which a Linux interpreter finds libstdc++, which some wheels need of the system.

    Debian's Python has none with it. Raises `Unavailable`.
    """
    if python.is_windows:
        return {}
    version = f"3.{python.tag.removeprefix('cp3').rstrip('t')}"
    machine = MACHINES[python.target.partition("_")[2]]
    suites = SUITES[version]

    def make(folder: Path) -> None:
        libraries = ("libstdc++6", "libgcc-s1")
        from_suites(suites, machine.debian, lambda a: a.unpack((), folder, alone=libraries))

    root = made_once(cache_root() / f"{suites[0]}-{machine.debian}-libstdc++", make)
    return {"LD_LIBRARY_PATH": str(root / "usr/lib" / machine.multiarch)}
