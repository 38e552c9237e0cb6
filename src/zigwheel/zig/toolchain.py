"""Find the one Zig that zigwheel is pinned to, and keep it in a place that outlives a build environment.

Zig names its compiled libraries (libc++, compiler_rt, libc stubs) after what is in its own folder.
Every isolated build environment brings a new copy of that folder, so Zig runs from a copy in
zigwheel's cache, made of hard links once for each version: what was compiled in one build is found
by the next, and the next build need not even install `ziglang`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zigwheel.errors import ToolchainError
from zigwheel.target.interpreters import on_path
from zigwheel.target.model import Host

ZIG_VERSION = "0.16.0"
"""The pinned release; docs/explanation/zig-release.md has the measurements behind the choice."""

REQUIREMENT = f"ziglang=={ZIG_VERSION}"
"""What `get_requires_for_build_wheel` asks for when no Zig is at hand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Zig:
    """A compiler that can be run."""

    executable: Path
    """The `zig` program."""
    lib: Path
    """Its library folder, without symbolic links, for the map that keeps its path out of results."""
    version: str
    """What `zig version` prints."""


def find_zig(*, cache: Path, environ: Mapping[str, str], host: Host) -> Zig | None:
    """The pinned Zig if it can be had without installing anything, else None.

    In this order: `ZIGWHEEL_ZIG`, zigwheel's cache, the installed package `ziglang`, `zig` on PATH.
    Raises `ToolchainError` if `ZIGWHEEL_ZIG` names something else than the pinned release.
    """
    named = environ.get("ZIGWHEEL_ZIG")
    if named:
        return named_zig(named, environ)
    program = "zig.exe" if host.os == "windows" else "zig"
    kept = cache / "zig" / f"{ZIG_VERSION}-{host.os}-{host.arch}"
    if (kept / MARKER).is_file():
        return in_folder(kept, program)
    package = installed_package(program)
    if package is not None:
        return adopt(package, kept, program)
    # not `shutil.which`, which looks into the project's folder first on Windows
    found = on_path("zig", host.os, environ)
    if found and version_of(found) == ZIG_VERSION:
        return at(found)
    return None


def require_zig(*, cache: Path, environ: Mapping[str, str], host: Host) -> Zig:
    """As `find_zig`, but raises `ToolchainError` if there is none."""
    zig = find_zig(cache=cache, environ=environ, host=host)
    if zig is None:
        raise ToolchainError(
            f"Zig {ZIG_VERSION} was not found: not in ZIGWHEEL_ZIG, {str(cache / 'zig')!r}, "
            "the package `ziglang` or PATH",
            hint=f"`pip install {REQUIREMENT}`; where the package has no wheel for this machine, "
            "unpack a release of Zig and set ZIGWHEEL_ZIG to its `zig`",
        )
    return zig


def named_zig(path: str, environ: Mapping[str, str]) -> Zig:
    """The Zig that `ZIGWHEEL_ZIG` names, if it runs and is the pinned release."""
    found = shutil.which(path, path=environ.get("PATH"))
    if found is None:
        raise ToolchainError(
            f"ZIGWHEEL_ZIG is {path!r}, which is no program", hint="name the `zig` file itself"
        )
    version = version_of(found)
    if version != ZIG_VERSION:
        raise ToolchainError(
            f"ZIGWHEEL_ZIG is {path!r}, which is Zig {version or '(it does not run)'}; "
            f"this zigwheel builds with {ZIG_VERSION}",
            hint="equal compilers make equal wheels: unset ZIGWHEEL_ZIG, or point it at that release",
        )
    return at(found)


def at(executable: str) -> Zig:
    """The Zig whose program is `executable`, with the library folder that it reports."""
    program = Path(executable).resolve()
    # Zig tells a path below the folder that it is started in as a relative one
    lib = program.parent / reported(program, "env", "lib_dir")
    return Zig(executable=program, lib=lib, version=ZIG_VERSION)


def version_of(executable: str) -> str:
    """What `zig version` prints; empty if it cannot be run."""
    import subprocess

    try:
        done = subprocess.run([executable, "version"], capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def reported(program: Path, command: str, key: str) -> str:
    """A value of `zig env`, which prints ZON: `.lib_dir = "…",`."""
    import re
    import subprocess

    words = [str(program), command]
    done = subprocess.run(words, cwd=program.parent, capture_output=True, timeout=60)
    match = re.search(rb'\.%s = "((?:[^"\\]|\\.)*)"' % key.encode(), done.stdout)
    if match is None:
        said = done.stdout.decode("utf-8", "replace")
        raise ToolchainError(f"`{program} {command}` does not tell its `{key}`:\n{said}")
    return os.fsdecode(unescaped(match[1]))


ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def unescaped(text: bytes) -> bytes:
    """A string of Zig without its escapes; paths are printed in ASCII, each other byte as `\\xNN`."""
    import re

    def byte(match: re.Match[bytes]) -> bytes:
        return bytes([int(match[1], 16)]) if match[1] else ESCAPES.get(match[2], match[2])

    return re.sub(rb"\\(?:x([0-9a-fA-F]{2})|(.))", byte, text)


def in_folder(folder: Path, program: str) -> Zig:
    """The Zig of a folder in which program and library lie side by side."""
    real = Path(os.path.realpath(folder))
    return Zig(executable=real / program, lib=real / "lib", version=ZIG_VERSION)


MARKER = ".complete"
"""Written last, so that a copy that was cut short is not taken for whole."""


def installed_package(program: str) -> Path | None:
    """Folder of the package `ziglang`, if it is importable here and of the pinned release."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        found = distribution("ziglang")
    except PackageNotFoundError:
        return None
    folder = Path(str(found.locate_file("ziglang")))
    if found.version.partition(".post")[0] != ZIG_VERSION or not (folder / program).is_file():
        return None
    return folder


def adopt(package: Path, kept: Path, program: str) -> Zig:
    """Link `package` into the cache as `kept`; use it in place if the cache cannot be written."""
    from zigwheel.storage import replaced_folder

    try:
        with replaced_folder(kept) as fresh:
            shutil.copytree(package, fresh, copy_function=link_or_copy, dirs_exist_ok=True)
            (fresh / MARKER).touch()
    except OSError:
        return in_folder(package, program)
    return in_folder(kept, program)


def link_or_copy(source: str, target: str) -> None:
    """A hard link, which costs no room and outlives the build environment; a copy across disks."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
