"""Run the compiler: a plan becomes files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from zigwheel.errors import CompileError, raise_all
from zigwheel.plan.model import Artifact, BuildPlan
from zigwheel.zig.builtins import RUNTIME_DATA, asks_for_builtins, undefined_in
from zigwheel.zig.command import (
    Places,
    command,
    library_commands,
    linked_name,
    version_script,
)
from zigwheel.zig.execute import Run, execute_link, failure, kept
from zigwheel.zig.lacking import own_builtins
from zigwheel.zig.made import Made, spared
from zigwheel.zig.spelling import overlay
from zigwheel.zig.toolchain import Zig
from zigwheel.zig.windows import for_windows
from zigwheel.zig.windows_link import make_for_windows


def compile_direct(plan: BuildPlan, places: Places, zig: Zig, run: Run) -> Made:
    """Make every artifact with commands of its own.

    Raises `CompileError`, one for each artifact that failed and is not optional, together; what links
    a static library that failed is not tried.
    """
    for artifact in plan.artifacts:
        if artifact.kind == "extension" and not for_windows(plan.triple):
            kept(version_script(artifact), "map", places)

    def action(artifact: Artifact, stop: threading.Event) -> None:
        make(plan, artifact, places, zig, run, stop)

    failed: dict[Artifact, CompileError] = {}
    causes: dict[str, CompileError] = {}
    for library in (a for a in plan.artifacts if a.kind == "library"):
        if cause := cause_of(library, causes):
            causes[library.name] = cause
            continue
        failed |= side_by_side([library], action, jobs=1)
        causes |= {library.name: failed[library]} if library in failed else {}
    rest = [a for a in plan.artifacts if a.kind != "library"]
    failed |= side_by_side([a for a in rest if not cause_of(a, causes)], action, jobs=run.jobs)
    raise_all(error for artifact, error in failed.items() if not spared(plan, artifact))
    found = {a.install: failed.get(a) or cause_of(a, causes) for a in rest}
    return Made(
        files={a.install: places.out / linked_name(plan, a) for a in rest if not found[a.install]},
        left_out={install: error for install, error in found.items() if error},
    )


def cause_of(artifact: Artifact, causes: Mapping[str, CompileError]) -> CompileError | None:
    """Why a static library that an artifact links is not there, if so."""
    return next((causes[name] for name in artifact.link if name in causes), None)


def side_by_side(
    artifacts: Sequence[Artifact], action: Callable[[Artifact, threading.Event], None], *, jobs: int
) -> dict[Artifact, CompileError]:
    """Run `action` for each artifact; what failed, in the order of `artifacts`.

    Where the user interrupts, or anything fails but the compiler, what waits is not begun, and what
    runs is told to stop by the event.
    """
    stop = threading.Event()
    errors: dict[Artifact, CompileError] = {}
    if jobs == 1 or len(artifacts) < 2:
        for artifact in artifacts:
            try:
                action(artifact, stop)
            except CompileError as error:
                errors[artifact] = error
        return errors
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(jobs) as pool:
        try:
            futures = {artifact: pool.submit(action, artifact, stop) for artifact in artifacts}
            for artifact, future in futures.items():
                try:
                    future.result()
                except CompileError as error:
                    errors[artifact] = error
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
    else:  # a program may leave nothing open, and no file a variable of the compiler's own
        needs = artifact.kind == "executable" and "undefined symbol: " in said
        needs = needs or RUNTIME_DATA.search(said) is not None
    if needs:
        files = own_builtins(plan, artifact, places, zig, run)
        words = command(plan, artifact, places, zig=zig.executable, compiler_rt=True, files=files)
        code, said = execute_link(words, artifact, places, run, stop)
    if code != 0:
        before = library_commands(plan, artifact, places, zig=zig.executable)
        raise failure(artifact, [*before, words], said, code, places)
    if said:
        run.say(said)


def with_overlay(places: Places) -> Places:
    """The same places, and what lets clang find Windows' headers by any spelling."""
    text = overlay(places.zig_lib)
    return replace(places, overlay=kept(text, "yaml", places)) if text else places
