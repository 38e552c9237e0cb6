"""What a build leaves behind: its wheel, and files in the project's tree."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from zigwheel.convert.assemble import Assembly, by_content, similar
from zigwheel.convert.environment import Run
from zigwheel.convert.events import Event
from zigwheel.convert.model import Record, RecordedFile, Tool
from zigwheel.unpack import digest

MOST = 100_000
"""Files of a wheel."""

LARGEST = 1 << 30
"""Bytes of all of them."""

PASSING = re.compile(
    r"(?:build|_skbuild|dist|\.eggs)/|(?:.*/)?[^/]+\.(?:egg|dist)-info/|.*\.py[co]$"
)
"""Files of the tree that a build leaves for itself."""


def read_wheel(
    record: Record, folder: Path, assembly: Assembly, contents: Mapping[str, str]
) -> Record:
    """The record with what its wheel holds."""
    import zipfile

    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        return replace(record, failure=f"the build left {len(wheels)} wheels")
    try:
        with zipfile.ZipFile(wheels[0]) as archive:
            return from_archive(record, wheels[0].name, archive, assembly, contents)
    except (zipfile.BadZipFile, EOFError, OSError, UnicodeDecodeError) as error:
        return replace(record, failure=f"the wheel {wheels[0].name!r} cannot be read: {error}")


def from_archive(
    record: Record, name: str, archive: object, assembly: Assembly, contents: Mapping[str, str]
) -> Record:
    """As `read_wheel`, from the open archive."""
    import zipfile

    assert isinstance(archive, zipfile.ZipFile)
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST or sum(info.file_size for info in infos) > LARGEST:
        return replace(record, failure=f"the wheel {name!r} is larger than {LARGEST >> 20} MiB")
    words = name.removesuffix(".whl").split("-")
    base = "-".join(words[:2])
    assembly.take_wheel(info.filename for info in infos)
    known = by_content({p: d for p, d in contents.items() if not PASSING.match(p)})
    modules = module_paths(assembly)
    files, texts = {}, {}
    for info in infos:
        data = archive.read(info)
        path = info.filename
        for folder, mark in ((f"{base}.dist-info/", "{dist-info}/"), (f"{base}.data/", "{data}/")):
            if path.startswith(folder):
                path = mark + path[len(folder) :]
        if path in ("{dist-info}/METADATA", "{dist-info}/entry_points.txt"):
            texts[path] = data[: 4 << 20].decode("utf-8")
        if path in modules:
            files[f"{{module:{modules[path]}}}"] = ""
        else:
            files[path] = similar(path, known.get(digest(data), ()))
    return replace(
        record,
        extensions=assembly.recorded_extensions(),
        wheel=dict(sorted(files.items())),
        metadata=texts.get("{dist-info}/METADATA", ""),
        entry_points=texts.get("{dist-info}/entry_points.txt", ""),
        tag="-".join(words[-3:]),
    )


def module_paths(assembly: Assembly) -> dict[str, str]:
    """Names of extension modules, by their path in a wheel."""
    found = {}
    for event in assembly.extensions.values():
        full = event.text("full")
        file = event.text("path").split("/")[-1].split(os.sep)[-1]
        found["/".join([*full.split(".")[:-1], file])] = full
    return found


def written_files(
    assembly: Assembly,
    events: Iterable[Event],
    before: Mapping[str, str],
    after: Mapping[str, str],
    run: Run,
    wheel: Mapping[str, str],
) -> tuple[RecordedFile, ...]:
    """Files that a build made or changed, as far as they are more than its own leavings.

    Those are what was compiled or may have been included, and what is in the wheel. A build that
    works in a copy of the project has made what was compiled there and is not in the project.
    """
    folders = assembly.folders
    kept = [event for event in events if event.kind in ("written", "cython", "cffi", "command")]
    changed = {
        os.path.join(folders.root, *p.split("/")) for p in after if before.get(p) != after[p]
    }
    wanted = {
        real for real in changed if READ.search(real) or folders.below(real) in wheel.values()
    }
    compiled = {folders.real(path) for path in assembly.in_use()}
    found = {}
    for real in sorted(wanted | compiled):
        path = folders.path(real)
        is_new = real in changed or path not in before
        passing = real not in compiled and PASSING.match(folders.below(real) or "")
        copy = real in changed and path in before and path != folders.below(real)
        if is_new and not passing and not copy:
            found[path] = described(path, real, kept, assembly)
    return tuple(found[path] for path in sorted(found))


READ = re.compile(r"\.(?:h|hh|hpp|hxx|inc|inl|def|c|cc|cpp|cxx|pyx|pxd|pxi|py|pyi|i|s|S|asm)$")
"""How files end that compilers and Python read."""


def described(path: str, real: str, events: list[Event], assembly: Assembly) -> RecordedFile:
    """One file, with the last thing that is known to have written it."""
    for event in reversed(events):
        if event.kind == "cython" and event.text("path") == real:
            return by_cython(path, event, assembly)
    for event in reversed(events):
        if event.kind == "written" and event.text("path") == real:
            return by_python(path, event, events, assembly)
    return by_command(path, real, events)


def by_cython(path: str, event: Event, assembly: Assembly) -> RecordedFile:
    """A file that Cython made."""
    options = {f"directive.{key}": value for key, value in event.table("directives").items()}
    options["language"] = event.text("language")
    folders = assembly.folders
    include = [f for f in folders.includes(event.texts("include_path")) if f != "."]
    if include:
        options["include-path"] = os.pathsep.join(include)
    if event.text("level") not in ("", "None"):  # told in another way, it goes before the directive
        options["directive.language_level"] = event.text("level")
    if event.text("environment") not in ("", "''", "None"):
        options["compile-time-env"] = event.text("environment")
    source = folders.path(event.text("source"))
    return RecordedFile(
        path=path, tool="cython", inputs=(source,), options=options, place=event.text("place")
    )


def by_python(path: str, event: Event, events: list[Event], assembly: Assembly) -> RecordedFile:
    """A file that the build's process wrote by itself."""
    told = event.text("tool")
    tool: Tool = "cffi" if told == "cffi" else "cython" if told == "cython" else "python"
    folders = assembly.folders
    inputs = [folders.path(name) for name in event.texts("inputs")]
    inputs = [name for name in inputs if name != path]
    options = {}
    if tool == "cffi":
        for other in events:
            if other.kind == "cffi" and is_source_of(event.text("path"), other):
                options = {"builder": other.text("spec"), "module": other.text("name")}
                inputs = [other.text("spec").partition(":")[0]]
    return RecordedFile(
        path=path, tool=tool, inputs=tuple(inputs), options=options, place=event.text("place")
    )


def is_source_of(real: str, told: Event) -> bool:
    """Whether cffi wrote a file for the module that an event names.

    It is called as the module, with dots or in folders, if the build gave it no other name.
    """
    if named := told.text("file"):
        return real == named
    dotted = os.path.splitext(real)[0].replace(os.sep, ".")
    return dotted.endswith(f".{told.text('name')}")


def by_command(path: str, real: str, events: list[Event]) -> RecordedFile:
    """A file that some other program made: the last one that was started before."""
    when = os.stat(real).st_mtime if os.path.exists(real) else float("inf")
    command = None
    for event in events:
        if event.kind == "command" and event.number("time") <= when + 0.01:
            command = event
    if command is None:
        return RecordedFile(path=path, tool="python", options={})
    words = " ".join(command.texts("words"))
    return RecordedFile(
        path=path, tool="command", options={"command": words}, place=command.text("place")
    )
