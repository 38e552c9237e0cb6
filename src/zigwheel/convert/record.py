"""Run an existing project's own build, once for each platform, and record what it asks for.

The build is foreign code. It runs in a process and a folder of its own, in an environment made for
it, with a time limit; nothing else keeps it from what the user may do.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zigwheel.convert.assemble import Assembly, by_content, with_optional
from zigwheel.convert.environment import (
    Backend,
    Room,
    Run,
    call_hook,
    install,
    make_environment,
    read_backend,
)
from zigwheel.convert.events import Event, read_events
from zigwheel.convert.folders import Folders
from zigwheel.convert.model import Record, name_of
from zigwheel.convert.produced import read_wheel, written_files
from zigwheel.convert.shims import put_shims
from zigwheel.errors import ZigwheelError
from zigwheel.target.believed import Platform, believed, gnu_type, own_flags
from zigwheel.unpack import bring, digests

PLATFORMS = (
    Platform(os="linux", arch="x86_64"),
    Platform(os="linux", arch="aarch64"),
    Platform(os="linux", arch="i686"),
    Platform(os="linux", arch="x86_64", libc="musl"),
    Platform(os="macos", arch="aarch64", libc="none"),
    Platform(os="macos", arch="x86_64", libc="none"),
    Platform(os="windows", arch="x86_64", libc="none"),
    Platform(os="windows", arch="aarch64", libc="none"),
    Platform(os="windows", arch="i686", libc="none"),
    Platform(os="linux", arch="x86_64", implementation="pypy"),
    Platform(os="linux", arch="x86_64", free_threaded=True),
)
"""Where wheels are asked for most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Studio:
    """What all runs of one project share."""

    room: Room
    backend: Backend
    project: Path
    """The project as it came."""
    contents: Mapping[str, str]
    """Digests of its files."""
    requires: tuple[str, ...]
    """All requirements of its build."""
    version: tuple[int, int]
    """Of the Python that the build runs in."""
    zig: tuple[str, str]
    """Zig and its cache, for builds that try out the compiler; empty where there is none."""
    python: str
    """The Python that runs pip."""
    here: tuple[str, str] | None
    """Operating system and architecture of this machine where setuptools has no part in the build."""


def records(
    project: Path,
    platforms: Sequence[Platform] = PLATFORMS,
    *,
    work: Path,
    python: str,
    environ: Mapping[str, str],
    seconds: int,
    say: Callable[[str], None],
    zig: tuple[str, str] = ("", ""),
) -> list[Record]:
    """Record the build of `project`, a folder or an sdist, below the empty folder `work`.

    `python` runs `venv` and pip; `zig` is Zig's program and a folder for its cache. Raises
    `ZigwheelError` where the project cannot be read, or its requirements cannot be installed; what
    goes wrong in a build is in its record.
    """
    work = Path(os.path.realpath(work))
    studio = furnish(project, work, python, environ, seconds, say, zig)
    found = []
    for number, where in enumerate(platforms):
        say(f"zigwheel: the build is recorded for {name_of(where)}")
        found.append(record(studio, where, work / f"run-{number}"))
    return marked(studio, found)


def furnish(
    project: Path,
    work: Path,
    python: str,
    environ: Mapping[str, str],
    seconds: int,
    say: Callable[[str], None],
    zig: tuple[str, str],
) -> Studio:
    """Copy the project, and make the environment of its build."""
    work.mkdir(parents=True, exist_ok=True)
    bring(project, work / "project")
    backend = read_backend(work / "project")
    room = Room(work=work, environ=environ, seconds=seconds)
    say("zigwheel: the environment of the build is made")
    make_environment(room, python)
    install(room, python, backend.requires)
    shutil.copytree(work / "project", work / "asked" / "project", symlinks=True)
    run = call_hook(room, work / "asked", backend, "get_requires_for_build_wheel", {})
    events = list(read_events(run.events))
    problem = run.problem or failure_of(events)
    if problem:
        raise ZigwheelError(
            f"the build cannot say what it requires: {problem}\n{run.said()}",
            hint="the project's own backend has to work here before it can be converted",
        )
    more = [text for event in events if event.kind == "answer" for text in event.texts("value")]
    more = [text for text in more if text not in backend.requires]
    install(room, python, more)
    told = next((event for event in events if event.kind == "python"), None)
    by_setuptools = any(event.truth("setuptools") for event in events)
    return Studio(
        room=room,
        backend=backend,
        project=work / "project",
        contents=digests(work / "project"),
        requires=(*backend.requires, *more),
        version=version_of(told),
        zig=zig,
        python=python,
        here=None if by_setuptools else here(told),
    )


def here(told: Event | None) -> tuple[str, str]:
    """Operating system and architecture, from `sys.platform` and `platform.machine` of this machine."""
    system, machine = (*(told.texts("machine") if told else ()), "", "")[:2]
    names = {"darwin": "macos", "win32": "windows"}
    arch = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine.lower(), machine)
    return names.get(system, system), arch


def version_of(told: Event | None) -> tuple[int, int]:
    """Version of the environment's Python."""
    match = re.fullmatch(r"(\d+)\.(\d+)", told.text("version") if told else "")
    if match is None:
        raise ZigwheelError("the environment of the build does not tell the version of its Python")
    return int(match[1]), int(match[2])


def failure_of(events: Sequence[Event]) -> str:
    """What a hook raised; empty if it returned."""
    for event in events:
        if event.kind == "failed":
            place = event.text("place")
            return f"{event.text('text')} ({place})" if place else event.text("text")
        if event.kind == "missing":
            return f"the backend has no hook `{event.text('hook')}`"
    if any(event.kind == "answer" for event in events):
        return ""
    return "the process ended without a result"


def record(studio: Studio, where: Platform, folder: Path, *, fail: bool = False) -> Record:
    """One run."""
    if studio.here and where != next((p for p in PLATFORMS if (p.os, p.arch) == studio.here), None):
        problem = (
            f"the backend is {studio.backend.name!r}; only what setuptools builds is recorded "
        )
        problem += "for other platforms than this machine"
        return Record(platform=where, failure=problem, wheel={}, requires=studio.requires)
    folder.mkdir()
    shutil.copytree(studio.project, folder / "project", symlinks=True)
    values = believed(where, studio.version)
    spec = {
        "believed": values,
        "fail": fail,
        "kept": str(studio.room.work / "cython"),
        "zig": studio.zig[0],
        "zig_cache": studio.zig[1],
        "zig_target": where.triple.zig,
        "gnu_type": gnu_type(where),
        "more_path": brought_by_pypy(studio) if where.implementation == "pypy" else [],
    }
    put_shims(folder / "bin", studio.room.python, spec)
    run = call_hook(studio.room, folder, studio.backend, "build_wheel", spec)
    return assembled(studio, where, run, values)


def brought_by_pypy(studio: Studio) -> list[str]:
    """A folder with cffi, which is in every PyPy."""
    folder = studio.room.work / "pypy"
    if not folder.is_dir():
        install(studio.room, studio.python, ["cffi"], into=folder)
    return [str(folder)]


def assembled(studio: Studio, where: Platform, run: Run, values: Mapping[str, Any]) -> Record:
    """The record of a run that has ended."""
    events = list(read_events(run.events))
    after = digests(run.project)
    problem = run.problem or failure_of(events)
    python = next((event for event in events if event.kind == "python"), None)
    folders = Folders(
        str(run.project),
        site=python.texts("site") if python else (),
        python=python.texts("includes") if python else (),
        before=by_content(studio.contents),
        after=after,
    )
    folders.learn({str(run.project / path): name for path, name in after.items()})
    assembly = Assembly(
        folders=folders,
        compile_base=own_flags(values, linking=False),
        link_base=own_flags(values, linking=True),
    )
    for event in events:
        assembly.take(event)
    found = Record(
        platform=where,
        failure=problem,
        extensions=assembly.recorded_extensions(),
        libraries=assembly.recorded_libraries(),
        commands=tuple(assembly.commands),
        wheel={},
        requires=studio.requires,
    )
    if not problem:
        assembly.endings = values["suffixes"]
        found = read_wheel(found, run.folder / "out", assembly, {**studio.contents, **after})
    written = written_files(assembly, events, studio.contents, after, run, found.wheel)
    return replace(found, written=written)


def marked(studio: Studio, found: list[Record]) -> list[Record]:
    """The records, with those extensions marked that the build's own code goes on without.

    That is seen by a run in which every compilation fails.
    """
    for record_ in found:
        asked = [e for e in record_.extensions if not e.optional]
        if record_.failure or not asked:
            continue
        failing = record(studio, record_.platform, studio.room.work / "failing", fail=True)
        names = frozenset(e.name for e in asked) if not failing.failure else frozenset()
        return [replace(r, extensions=with_optional(r.extensions, names)) for r in found]
    return found
