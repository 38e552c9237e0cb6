"""Run the compiler: a plan becomes files, and what goes wrong becomes a message that loses nothing."""

from __future__ import annotations

import re
import shlex
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel import templates
from zigwheel.errors import CompileError, raise_all
from zigwheel.plan.model import Artifact, BuildPlan
from zigwheel.storage import put_file
from zigwheel.zig.builtins import asks_for_builtins, lacking, lacking_command, undefined_in
from zigwheel.zig.coff import read_archive
from zigwheel.zig.command import (
    Places,
    command,
    kept_name,
    linked_name,
    script_name,
    version_script,
    zig_root,
)
from zigwheel.zig.hints import hint_for
from zigwheel.zig.response import fitting
from zigwheel.zig.spelling import overlay
from zigwheel.zig.toolchain import ZIG_VERSION, Zig
from zigwheel.zig.windows import (
    export_definition,
    exported_symbols,
    for_windows,
    import_definition,
    import_library_command,
    needs_python,
    objects_of,
    python_dll,
    python_symbols,
)

if TYPE_CHECKING:
    import subprocess


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """How commands are run; a test passes another."""

    environ: Mapping[str, str]
    """The environment of the compiler."""
    say: Callable[[str], None]
    """Takes what the compiler said, and with `verbose` each command, for standard error."""
    verbose: bool = False
    """Print each command before it runs."""
    jobs: int = 1
    """Artifacts that are linked side by side; Zig compiles an artifact's sources side by side anyway."""


def compile_direct(plan: BuildPlan, places: Places, zig: Zig, run: Run) -> dict[str, Path]:
    """Make every artifact with commands of its own; the file of each that is shipped, by `install`.

    Raises `CompileError`, one for each artifact that failed, together; what links a static library
    that failed is not tried.
    """
    for artifact in plan.artifacts:
        if artifact.kind == "extension" and not for_windows(plan.triple):
            script = places.version_scripts / script_name(artifact)
            put_file(script, version_script(artifact).encode())

    def action(artifact: Artifact, stop: threading.Event) -> None:
        make(plan, artifact, places, zig, run, stop)

    errors: list[CompileError] = []
    failed: set[str] = set()
    for library in (a for a in plan.artifacts if a.kind == "library"):
        found = [] if failed & set(library.link) else side_by_side([library], action, jobs=1)
        failed |= {library.name} if found or failed & set(library.link) else set()
        errors += found
    rest = [a for a in plan.artifacts if a.kind != "library"]
    errors += side_by_side([a for a in rest if not failed & set(a.link)], action, jobs=run.jobs)
    raise_all(errors)
    return {a.install: places.out / linked_name(plan, a) for a in rest}


def side_by_side(
    artifacts: Sequence[Artifact], action: Callable[[Artifact, threading.Event], None], *, jobs: int
) -> list[CompileError]:
    """Run `action` for each artifact; what failed, in the order of `artifacts`.

    Where the user interrupts, or anything fails but the compiler, what waits is not begun, and what
    runs is told to stop by the event.
    """
    stop = threading.Event()
    errors: list[CompileError] = []
    if jobs == 1 or len(artifacts) < 2:
        for artifact in artifacts:
            try:
                action(artifact, stop)
            except CompileError as error:
                errors.append(error)
        return errors
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for future in [pool.submit(action, artifact, stop) for artifact in artifacts]:
                try:
                    future.result()
                except CompileError as error:
                    errors.append(error)
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return errors


def make(
    plan: BuildPlan, artifact: Artifact, places: Places, zig: Zig, run: Run, stop: threading.Event
) -> None:
    """Make one artifact, first without compiler_rt, which few need and which is slow to build once."""
    if for_windows(plan.triple) and artifact.kind != "library":
        make_for_windows(plan, artifact, places, zig, run, stop)
        return
    words = command(plan, artifact, places, zig=zig.executable, compiler_rt=False)
    code, said = execute_link(words, artifact, places, run, stop)
    file = places.out / linked_name(plan, artifact)
    if code == 0:
        needs = artifact.kind != "library" and asks_for_builtins(undefined_in(file))
    else:  # a program may leave nothing open
        needs = artifact.kind == "executable" and "undefined symbol: " in said
    if needs:
        files = own_builtins(plan, places, zig, run)
        words = command(plan, artifact, places, zig=zig.executable, compiler_rt=True, files=files)
        code, said = execute_link(words, artifact, places, run, stop)
    if code != 0:
        before = library_commands(plan, artifact, places, zig)
        raise failure(artifact, [*before, words], said, code, places)
    if said:
        run.say(said)


def own_builtins(plan: BuildPlan, places: Places, zig: Zig, run: Run) -> list[Path]:
    """What compiler_rt lacks on a target, as a static library that outlives the build."""
    import tempfile

    name = lacking(plan.triple)
    if not name:
        return []
    source = templates.folder() / "builtins" / name
    key = "\0".join((source.read_text(encoding="utf-8"), plan.triple, ZIG_VERSION))
    library = places.version_scripts / kept_name(key, "a")
    if not library.is_file():
        with tempfile.TemporaryDirectory(dir=places.out) as folder:
            file = Path(folder, source.stem + ".a")
            words = lacking_command(plan.triple, zig=zig.executable, source=source, file=file)
            caches = ["--cache-dir", folder, "--global-cache-dir", str(places.global_cache)]
            code, said = execute([*words, *caches], places.root, run)
            if code != 0:
                raise CompileError(f"the builtins of {plan.triple} could not be made:\n{said}")
            put_file(library, file.read_bytes())
    return [library]


LINKERS = re.compile(r"^(?:(ld\.lld|lld-link|zig ld)|ar) .*\n?", re.MULTILINE)
"""Command lines of the linkers and of the archiver inside of Zig, as `--verbose-link` prints them."""


def execute_link(
    words: Sequence[str], artifact: Artifact, places: Places, run: Run, stop: threading.Event
) -> tuple[int, str]:
    """Run a command as `execute` does, and note the command line of its linker beside the artifact."""
    if artifact.kind == "library":
        return execute(words, places.root, run, stop)
    code, said = execute([*words, "--verbose-link"], places.root, run, stop)
    lines = [line[0].rstrip("\n") for line in LINKERS.finditer(said) if line[1]]
    if lines:  # the earlier ones are of libraries that Zig has compiled for this one
        link_line_file(places, artifact).write_text(lines[-1], encoding="utf-8")
    return code, LINKERS.sub("", said).strip()


def link_line_file(places: Places, artifact: Artifact) -> Path:
    """Where the linker's command line stands."""
    return places.out / f"{artifact.kind}-{artifact.name}.link"


def library_commands(
    plan: BuildPlan, artifact: Artifact, places: Places, zig: Zig
) -> list[list[str]]:
    """The commands for the static libraries that an artifact links."""
    return [
        command(plan, plan.library(name), places, zig=zig.executable, compiler_rt=False)
        for name in reversed(artifact.link)
    ]


def make_for_windows(
    plan: BuildPlan, artifact: Artifact, places: Places, zig: Zig, run: Run, stop: threading.Event
) -> None:
    """Make a DLL or a program in two steps: its objects tell what they have to be linked with."""

    def words(sources: Artifact, *files: Path) -> list[str]:
        # MinGW's start files need compiler_rt, whatever the objects do
        return command(plan, sources, places, zig=zig.executable, compiler_rt=True, files=files)

    files: list[Path] = []
    final = words(artifact)
    if needs_python(plan, artifact):
        parts = windows_parts(plan, artifact, places, zig, run, stop)
        if parts.symbols:
            dll = python_dll(plan, artifact)
            files.append(import_library(dll, parts.symbols, plan, places, zig, run))
        if artifact.kind == "extension":
            files.append(kept(export_definition(parts.exports), "def", places))
        final = words(replace(artifact, sources=()), *files, *parts.objects)
        if zig_root(artifact):  # what Zig makes of its own language differs in a DLL
            final = words(artifact, *files)
    code, said = execute_link(final, artifact, places, run, stop)
    if code != 0:
        before = library_commands(plan, artifact, places, zig)
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


def kept(text: str, ending: str, places: Places) -> Path:
    """`text` as a file for the compiler; equal ones are one file, which outlives the build."""
    file = places.version_scripts / kept_name(text, ending)
    put_file(file, text.encode("utf-8", "surrogateescape"))
    return file


def with_overlay(places: Places) -> Places:
    """The same places, and what lets clang find Windows' headers by any spelling."""
    text = overlay(places.zig_lib)
    return replace(places, overlay=kept(text, "yaml", places)) if text else places


def execute(
    words: Sequence[str], folder: Path, run: Run, stop: threading.Event | None = None
) -> tuple[int, str]:
    """Run a command in `folder`; its exit code and what it said on both streams.

    The command is killed where an exception ends the wait, such as the user's interrupt, and where
    `stop` is set: the interrupt reaches the main thread alone.
    """
    import subprocess

    if run.verbose:
        run.say(repeatable([words], folder))
    with (
        fitting(words) as fit,
        subprocess.Popen(
            fit,
            cwd=folder,
            env=dict(run.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            said = waited(process, stop)
        except BaseException:
            process.kill()
            raise
    return process.returncode, said.decode("utf-8", "replace").rstrip()


def waited(process: subprocess.Popen[bytes], stop: threading.Event | None) -> bytes:
    """All that a process says until it ends. Raises `TimeoutExpired` once `stop` is set."""
    import subprocess

    while True:
        try:
            return process.communicate(timeout=0.2 if stop else None)[0]
        except subprocess.TimeoutExpired:
            if stop and stop.is_set():
                raise


def failure(
    artifact: Artifact, commands: Sequence[Sequence[str]], said: str, code: int, places: Places
) -> CompileError:
    """The error for an artifact that could not be made: the compiler's words and how to repeat it."""
    what = said or f"the compiler ended with code {code} and said nothing"
    return CompileError(
        f"{artifact.kind} `{artifact.name}` could not be built:\n{what}\n"
        f"to repeat it:\n{repeatable(commands, places.root, out=places.out)}",
        hint=hint_for(said),
    )


def repeatable(commands: Sequence[Sequence[str]], folder: Path, *, out: Path | None = None) -> str:
    """A line that can be pasted into a shell, also after the build, which takes `out` away."""
    if sys.platform == "win32":
        import subprocess

        lines = [f"cd /d {subprocess.list2cmdline([str(folder)])}"]
        if out:
            quoted = subprocess.list2cmdline([str(out)])
            lines.append(f"(if not exist {quoted} mkdir {quoted})")
        return " && ".join([*lines, *(subprocess.list2cmdline(words) for words in commands)])
    lines = [f"cd {shlex.quote(str(folder))}"]
    lines += [f"mkdir -p {shlex.quote(str(out))}"] if out else []
    return " && ".join([*lines, *(shlex.join(words) for words in commands)])
