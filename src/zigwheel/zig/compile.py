"""Run the compiler: a plan becomes files, and what goes wrong becomes a message that loses nothing."""

from __future__ import annotations

import shlex
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zigwheel.errors import CompileError, raise_all
from zigwheel.plan.model import Artifact, BuildPlan
from zigwheel.storage import put_file
from zigwheel.zig.builtins import asks_for_builtins, undefined_in
from zigwheel.zig.command import Places, command, script_name, version_script
from zigwheel.zig.hints import hint_for
from zigwheel.zig.response import fitting
from zigwheel.zig.toolchain import Zig

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
        if artifact.kind == "extension":
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
    return {a.install: places.out / a.output for a in rest}


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
    words = command(plan, artifact, places, zig=zig.executable, compiler_rt=False)
    code, said = execute(words, places.root, run, stop)
    file = places.out / artifact.output
    if code == 0:
        needs = artifact.kind == "extension" and asks_for_builtins(undefined_in(file))
    else:  # a program may leave nothing open
        needs = artifact.kind == "executable" and "undefined symbol: " in said
    if needs:
        words = command(plan, artifact, places, zig=zig.executable, compiler_rt=True)
        code, said = execute(words, places.root, run, stop)
    if code != 0:
        before = [
            command(plan, plan.library(name), places, zig=zig.executable, compiler_rt=False)
            for name in reversed(artifact.link)
        ]
        raise failure(artifact, [*before, words], said, code, places)
    if said:
        run.say(said)


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
