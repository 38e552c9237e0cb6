"""Run the compiler: a plan becomes files, and what goes wrong becomes a message that loses nothing."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zigwheel.errors import CompileError, ZigwheelError, raise_all
from zigwheel.plan.model import Artifact, BuildPlan
from zigwheel.zig.builtins import asks_for_builtins, undefined_in
from zigwheel.zig.command import Places, command, script_name, version_script
from zigwheel.zig.hints import hint_for
from zigwheel.zig.toolchain import Zig


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

    Raises `CompileError`, one for each artifact that failed, together.
    """
    for artifact in plan.artifacts:
        if artifact.kind == "extension":
            script = places.version_scripts / script_name(artifact)
            script.write_text(version_script(artifact), encoding="utf-8", newline="\n")
    libraries = [a for a in plan.artifacts if a.kind == "library"]
    for library in libraries:
        make(plan, library, places, zig, run)
    rest = [a for a in plan.artifacts if a.kind != "library"]
    side_by_side(rest, lambda artifact: make(plan, artifact, places, zig, run), jobs=run.jobs)
    return {a.install: places.out / a.output for a in rest}


def side_by_side(
    artifacts: Sequence[Artifact], action: Callable[[Artifact], None], *, jobs: int
) -> None:
    """Run `action` for each artifact; raise what failed, all together, in the plan's order."""
    errors: list[ZigwheelError] = []
    if jobs == 1 or len(artifacts) < 2:
        for artifact in artifacts:
            try:
                action(artifact)
            except CompileError as error:
                errors.append(error)
    else:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(jobs) as pool:
            for future in [pool.submit(action, artifact) for artifact in artifacts]:
                try:
                    future.result()
                except CompileError as error:
                    errors.append(error)
    raise_all(errors)


def make(plan: BuildPlan, artifact: Artifact, places: Places, zig: Zig, run: Run) -> None:
    """Make one artifact, first without compiler_rt, which few need and which is slow to build once."""
    words = command(plan, artifact, places, zig=zig.executable, compiler_rt=False)
    code, said = execute(words, places.root, run)
    file = places.out / artifact.output
    if code == 0:
        needs = artifact.kind == "extension" and asks_for_builtins(undefined_in(file))
    else:  # a program leaves nothing open, and Zig's static musl has its memset from compiler_rt
        needs = artifact.kind == "executable" and "undefined symbol: " in said
    if needs:
        words = command(plan, artifact, places, zig=zig.executable, compiler_rt=True)
        code, said = execute(words, places.root, run)
    if code != 0:
        raise failure(artifact, words, said, code, places.root)
    if said:
        run.say(said)


def execute(words: Sequence[str], folder: Path, run: Run) -> tuple[int, str]:
    """Run a command in `folder`; its exit code and what it said on both streams."""
    import subprocess

    if run.verbose:
        run.say(repeatable(words, folder))
    done = subprocess.run(
        list(words),
        cwd=folder,
        env=dict(run.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace").rstrip()


def failure(
    artifact: Artifact, words: Sequence[str], said: str, code: int, root: Path
) -> CompileError:
    """The error for an artifact that could not be made: the compiler's words and how to repeat it."""
    what = said or f"the compiler ended with code {code} and said nothing"
    return CompileError(
        f"{artifact.kind} `{artifact.name}` could not be built:\n{what}\n"
        f"to repeat it:\n{repeatable(words, root)}",
        hint=hint_for(said),
    )


def repeatable(words: Sequence[str], folder: Path) -> str:
    """A line that can be pasted into a shell."""
    if sys.platform == "win32":
        import subprocess

        return f"cd /d {subprocess.list2cmdline([str(folder)])} && {subprocess.list2cmdline(words)}"
    return f"cd {shlex.quote(str(folder))} && {shlex.join(words)}"
