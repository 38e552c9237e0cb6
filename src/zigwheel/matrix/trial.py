"""One test of one wheel: its environment, its command line, its outcome."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zigwheel.config.assignments import AssignmentError, expanded
from zigwheel.errors import MatrixError
from zigwheel.matrix.inside.imports import MISSING
from zigwheel.matrix.interpreters import Interpreter, Interpreters
from zigwheel.matrix.model import TestPlan, TestResult, TestState
from zigwheel.matrix.process import Ended, Limits, run, shell
from zigwheel.matrix.room import INSIDE, Builder, Failed, Room, Unable, builder
from zigwheel.matrix.surroundings import for_tests
from zigwheel.matrix.wheel_files import (
    WheelFiles,
    imports,
    read_wheel,
    refused,
    requirements,
    unpack,
)
from zigwheel.wheel.paths import path_problem

MEMORY = Path("/dev/shm")
"""A folder whose offsets of entries are small numbers.

qemu hands out the 64-bit offsets of this kernel's disks, which a 32-bit kernel never does, and for
which some libraries' `readdir` has no room.
"""


def run_test(
    plan: TestPlan,
    wheel: Path,
    *,
    project: Path,
    interpreters: Interpreters,
    work: Path,
    environ: Mapping[str, str],
    stop: threading.Event,
    seconds: int,
) -> TestResult:
    """Install a wheel as if on its target, and run its test there; never raises for what it does.

    Everything lies in a new folder in `work`, which is gone afterwards. It is ended after `seconds`,
    and once `stop` is set.
    """
    if plan.skip:
        return TestResult(identifier=plan.identifier, state="not tested", reason=plan.skip)
    interpreter = interpreters.get(plan.identifier)
    if interpreter is None:
        why = interpreters.why_not(plan.identifier)
        return TestResult(identifier=plan.identifier, state="not tested", reason=why)
    start = time.monotonic()
    limits = Limits(stop=stop, ends=start + seconds, seconds=seconds)
    with folder_in(work) as folder:
        trial = Trial(
            plan=plan,
            wheel=wheel.absolute(),
            project=project.absolute(),
            folder=folder,
            environ=environ,
            builder=builder(
                folder,
                interpreter,
                host_python=interpreters.host.executable,
                environ=environ,
                limits=limits,
            ),
        )
        state, reason, output, command = trial.outcome()
    return TestResult(
        identifier=plan.identifier,
        state=state,
        reason=reason,
        interpreter=interpreter.title,
        seconds=round(time.monotonic() - start, 3),
        output=output,
        command=command,
    )


@contextmanager
def folder_in(work: Path) -> Iterator[Path]:
    """A folder of its own, with a short name: Windows counts the letters of a path."""
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="t", dir=work)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """A test that is run."""

    plan: TestPlan
    """What is asked for."""
    wheel: Path
    """The wheel."""
    project: Path
    """`{project}`."""
    folder: Path
    """Everything lies in it."""
    environ: Mapping[str, str]
    """The user's environment."""
    builder: Builder
    """Makes the room."""

    @property
    def interpreter(self) -> Interpreter:
        """What runs it."""
        return self.builder.interpreter

    def outcome(self) -> tuple[TestState, str, str, str]:
        """State, reason, output, and what was run."""
        command = self.expand(self.plan.command)
        try:
            files = read_wheel(self.wheel)
            if reason := refused(files, self.interpreter.answer):
                return "not tested", reason, "", ""
            names = () if command else imports(files, self.interpreter.answer)
            if not (command or names):
                return "not tested", "it has no `test-command` and nothing to import", "", ""
            command = command or f"import {', '.join(names)}"
            self.interpreter.prepare(self.builder.tools)
            ended = self.carried_out(files, names)
        except Failed as error:
            return "failed", error.reason, error.output, command
        except Unable as error:
            return "not tested", error.reason, error.output, command
        except MatrixError as error:
            return "failed", error.message, "", command
        if self.builder.limits.stop.is_set() and ended.problem:
            return "not tested", ended.problem, ended.output, command
        if names and ended.code == MISSING:
            hint = "; name it in `test-requires`, or give a `test-command`"
            return "not tested", ended.reason + hint, ended.output, command
        return ("failed" if ended.reason else "passed"), ended.reason, ended.output, command

    def carried_out(self, files: WheelFiles, names: Sequence[str]) -> Ended:
        """Make the room and run the test in it. Raises `Unable` and `Failed`."""
        plan = self.plan
        needed = requirements(files, self.interpreter.answer, plan.extras)
        if names and not (plan.requires or plan.before or needed):
            unpack(files, self.folder)
            return self.imported(self.builder.bare(), names)
        text = f"{plan.before} {plan.command}"
        room = self.builder.empty(with_pip=re.search(r"\bpip\b", text) is not None)
        if plan.before:
            ended = self.shell(room, plan.before, self.project)
            if ended.reason:
                raise Failed(f"`before-test`: {ended.reason}", ended.output)
        wanted = [requirement(files, plan.extras), *plan.requires]
        self.builder.install(room, wanted, self.project)
        if names:
            return self.imported(room, names)
        return self.shell(room, plan.command, self.sources())

    def imported(self, room: Room, names: Sequence[str]) -> Ended:
        """Import modules."""
        here = self.place("here")
        script = self.interpreter.path(INSIDE / "imports.py")
        return self.run(room, [*room.python, script, *names], here)

    def shell(self, room: Room, command: str, folder: Path) -> Ended:
        """Run a shell's command line."""
        return self.run(room, shell(self.expand(command), self.environ), folder)

    def run(self, room: Room, words: Sequence[str] | str, folder: Path) -> Ended:
        """Run a command in the room."""
        log = self.folder / "test.log"
        with self.temporary() as temporary:
            environ = self.surroundings(room, temporary)
            return run(words, folder=folder, environ=environ, log=log, limits=self.builder.limits)

    def surroundings(self, room: Room, temporary: Path) -> dict[str, str]:
        """The variables that the test sees."""
        kept = for_tests(self.environ)
        home = str(self.place("home"))
        homes = dict.fromkeys(("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"), home)
        return {
            **kept,
            **homes,
            **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(temporary)),
            "PYTHONNOUSERSITE": "1",
            "PATH": os.pathsep.join(filter(None, [str(room.bin), kept.get("PATH", "")])),
            **self.interpreter.way.environ,
            **room.environ,
            **self.variables(),
        }

    def variables(self) -> dict[str, str]:
        """What the plan adds; what it refers to is this machine's. Raises `Failed`."""
        found: dict[str, str] = {}
        for assignment in self.plan.environ:
            name, _, text = assignment.partition("=")
            try:
                found[name] = self.expand(expanded(text, {**self.environ, **found}))
            except AssignmentError as error:
                raise Failed(f"its environment sets `{name}` to {text!r}; {error}") from error
        return found

    @contextmanager
    def temporary(self) -> Iterator[Path]:
        """The folder for temporary files."""
        if self.interpreter.answer.bits == 32 and MEMORY.is_dir():
            with tempfile.TemporaryDirectory(dir=MEMORY, ignore_cleanup_errors=True) as folder:
                yield Path(folder)
        else:
            yield self.place("tmp")

    def place(self, name: str) -> Path:
        """A folder in the test's own."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return folder

    def sources(self) -> Path:
        """The folder that the test runs in, with the copies of `test-sources`. Raises `Failed`."""
        here = self.place("here")
        for path in self.plan.sources:
            clean = path.replace("\\", "/").strip("/")
            source = self.project / clean
            if path_problem(clean) or not source.resolve().is_relative_to(self.project.resolve()):
                raise Failed(f"`test-sources` names {path!r}, which leaves the project")
            if not source.exists():
                raise Failed(
                    f"`test-sources` names {path!r}, which is not in {str(self.project)!r}"
                )
            (here / clean).parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, here / clean, dirs_exist_ok=True)
            else:
                shutil.copy2(source, here / clean)
        return here

    def expand(self, text: str) -> str:
        """A command line with its `{project}`, `{package}` and `{wheel}`; `#{...}` is left as `{...}`."""
        known = {"project": self.project, "package": self.project, "wheel": self.wheel}
        return re.sub(
            r"(#?)\{(project|package|wheel)\}",
            lambda found: found[0][1:] if found[1] else str(known[found[2]]),
            text,
        )


def requirement(files: WheelFiles, extras: Sequence[str]) -> str:
    """The wheel as a requirement (PEP 508)."""
    listed = f"[{','.join(extras)}]" if extras else ""
    return f"{files.name.distribution}{listed} @ {files.path.as_uri()}"
