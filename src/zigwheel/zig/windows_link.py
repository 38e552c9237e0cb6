"""Make a DLL or a program for Windows, and what is made for its linker alone; see `zig/windows.py`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from zigwheel.errors import CompileError
from zigwheel.plan.model import Artifact, BuildPlan
from zigwheel.storage import put_file
from zigwheel.zig.coff import read_archive
from zigwheel.zig.command import Places, command, library_commands, zig_root
from zigwheel.zig.execute import Run, execute, execute_link, failure, kept, repeatable
from zigwheel.zig.hints import hint_for
from zigwheel.zig.lacking import own_builtins
from zigwheel.zig.toolchain import Zig
from zigwheel.zig.windows import (
    export_definition,
    exported_symbols,
    import_definition,
    import_library_command,
    needs_python,
    objects_of,
    python_dll,
    python_symbols,
)


def make_for_windows(
    plan: BuildPlan, artifact: Artifact, places: Places, zig: Zig, run: Run, stop: threading.Event
) -> None:
    """Make a DLL or a program in two steps: its objects tell what they have to be linked with."""

    def words(sources: Artifact, *files: Path) -> list[str]:
        # MinGW's start files need compiler_rt, whatever the objects do
        return command(plan, sources, places, zig=zig.executable, compiler_rt=True, files=files)

    files = own_builtins(plan, artifact, places, zig, run)
    final = words(artifact, *files)
    if needs_python(plan, artifact):
        parts = windows_parts(plan, artifact, places, zig, run, stop)
        if parts.symbols:
            dll = python_dll(plan, artifact)
            files.append(import_library(dll, parts.symbols, plan, places, zig, run))
        if artifact.kind == "extension":
            files.append(kept(export_definition(parts.exports), "def", places))
        final = words(replace(artifact, sources=()), *files, *parts.objects)
        if zig_root(artifact, places):  # what Zig makes of its own language differs in a DLL
            final = words(artifact, *files)
    code, said = execute_link(final, artifact, places, run, stop)
    if code != 0:
        before = library_commands(plan, artifact, places, zig=zig.executable)
        raise failure(artifact, [*before, words(artifact, *files)], said, code, places)
    if said:
        run.say(said)


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowsParts:
    """What the sources of a file for Windows became, and what they ask of the linker."""

    objects: tuple[Path, ...]
    """Their objects, in the order of the sources."""
    symbols: Mapping[str, bool]
    """What they and the static libraries want of Python, and whether it is data."""
    exports: tuple[str, ...]
    """What is to be seen outside."""


def windows_parts(
    plan: BuildPlan,
    artifact: Artifact,
    places: Places,
    zig: Zig,
    run: Run,
    stop: threading.Event | None = None,
) -> WindowsParts:
    """Compile the sources of an artifact, whose static libraries are there already, and look at them."""
    alone = objects_of(artifact)
    words = command(plan, alone, places, zig=zig.executable, compiler_rt=False)
    code, said = execute(words, places.root, run, stop)
    if code != 0:
        raise failure(artifact, [words], said, code, places)
    if said:
        run.say(said)
    own = read_archive((places.out / alone.output).read_bytes())
    linked = [*own]
    for name in artifact.link:
        linked += read_archive((places.out / plan.library(name).output).read_bytes())
    for archive in places.zig_packages.archives(artifact.zig_links) if places.zig_packages else ():
        linked += read_archive(archive.read_bytes())
    folder = places.out / f"{artifact.name}.objects"
    folder.mkdir()
    objects = tuple(folder / f"{number}.obj" for number in range(len(own)))
    for file, found in zip(objects, own, strict=True):
        file.write_bytes(found.data)
    return WindowsParts(
        objects=objects,
        symbols=python_symbols(linked, plan.triple),
        exports=exported_symbols(linked, artifact.exports, plan.triple),
    )


def import_library(
    dll: str, symbols: Mapping[str, bool], plan: BuildPlan, places: Places, zig: Zig, run: Run
) -> Path:
    """An import library with `symbols` of `dll`; equal ones are one file, which outlives the build."""
    definition = kept(import_definition(dll, symbols), "def", places)
    library = definition.with_name(f"{definition.stem}-{plan.triple}.lib")
    if not library.is_file():
        fresh = places.out / library.name
        words = import_library_command(zig.executable, plan.triple, definition, fresh)
        code, said = execute(words, places.root, run)
        if code != 0:
            raise CompileError(
                f"the import library of {dll} could not be made:\n{said}\n"
                f"to repeat it:\n{repeatable([words], places.root, out=places.out)}",
                hint=hint_for(said),
            )
        put_file(library, fresh.read_bytes())
    return library
