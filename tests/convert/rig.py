"""Small projects of setuptools, and what is recorded of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from zigwheel.convert.model import Platform, Record
from zigwheel.convert.record import records

LINUX = Platform(os="linux", arch="x86_64")
ARM = Platform(os="linux", arch="aarch64")
MAC = Platform(os="macos", arch="aarch64", libc="none")
WINDOWS = Platform(os="windows", arch="x86_64", libc="none")
SMALL_WINDOWS = Platform(os="windows", arch="i686", libc="none")
PYPY = Platform(os="linux", arch="x86_64", implementation="pypy")

SETUP = "from setuptools import Extension, setup\n"
"""What most of the projects start with."""

Recorder = Callable[..., list[Record]]


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """A project of these files."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def record_all(
    project: Path,
    work: Path,
    *platforms: Platform,
    seconds: int = 120,
    zig: tuple[str, str] = ("", ""),
) -> list[Record]:
    """Record a project for some platforms, on this Python."""
    return records(
        project,
        platforms or (LINUX,),
        work=work,
        python=sys.executable,
        environ=dict(os.environ),
        seconds=seconds,
        say=lambda text: None,
        zig=zig,
    )
