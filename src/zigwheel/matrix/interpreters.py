"""The interpreters that this machine has for an identifier: its own, emulated ones, named ones."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zigwheel.errors import TargetError
from zigwheel.matrix.emulate import Way, cross_name, runs_natively, ways
from zigwheel.matrix.named import VARIABLE, Named, named_ones
from zigwheel.matrix.probe import Answer, ask, misfit
from zigwheel.matrix.surroundings import for_tools
from zigwheel.target.model import Host, Target
from zigwheel.target.parse import resolve_target
from zigwheel.target.programs import Program, programs

UV_ARCHES = {"armv7l": "armv7", "i686": "x86", "ppc64le": "powerpc64le"}
"""What uv calls an architecture, where that is not the word of wheel tags."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interpreter:
    """A Python that runs on this machine."""

    identifier: str
    """What it was found for."""
    way: Way
    """How it is run."""
    answer: Answer
    """What it said that it is."""
    native: bool
    """It is one of this machine's own, with which a virtual environment can be made."""
    foreign_paths: bool = False
    """It runs under Wine: this machine's files are on its drive `Z:`."""

    @property
    def command(self) -> tuple[str, ...]:
        """The words that run it."""
        return self.way.command

    @property
    def title(self) -> str:
        """What ran a test, such as `CPython 3.13.5, qemu-aarch64-static`."""
        if self.native or len(self.command) == 1:
            return self.answer.title
        return f"{self.answer.title}, {Path(self.command[0]).name}"

    def path(self, path: Path) -> str:
        """A path as the interpreter writes it."""
        return "Z:" + str(path).replace("/", "\\") if self.foreign_paths else str(path)

    def prepare(self, environ: Mapping[str, str]) -> None:
        """Start what has to be there while it runs, outside of what a test's end takes with it."""
        prepare(self.way, environ)


class Once:
    """Answers that are found once, by whoever asks first while the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._found: dict[Hashable, Any] = {}

    def get(self, key: Hashable, find: Callable[[], Any]) -> Any:
        """The answer for a key."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._found:
                self._found[key] = find()
            return self._found[key]


class Interpreters:
    """Finds the interpreter for an identifier when it is asked for; may be used by several threads."""

    def __init__(self, environ: Mapping[str, str], host: Host, named: Sequence[Named]) -> None:
        self.environ = environ
        """The user's environment."""
        self.host = host
        """This machine."""
        self._tools = for_tools(environ)
        self._named = named
        self._found = Once()
        self._asked = Once()
        self._programs = Once()

    def get(self, identifier: str) -> Interpreter | None:
        """The interpreter for an identifier; None if this machine has none."""
        found = self._look(identifier)
        return found if isinstance(found, Interpreter) else None

    def why_not(self, identifier: str) -> str:
        """Why there is none, and what to do; empty if there is one."""
        found = self._look(identifier)
        return found if isinstance(found, str) else ""

    def _look(self, identifier: str) -> Interpreter | str:
        found: Interpreter | str = self._found.get(identifier, lambda: self._find(identifier))
        return found

    def _find(self, identifier: str) -> Interpreter | str:
        try:
            target = target_of(identifier, self.host)
        except TargetError as error:
            return f"`{identifier}` names no interpreter: {error.message}"
        notes: list[str] = []
        for named in self._named:
            if named.serves(identifier):
                answer = self._ask(named.way)
                wrong = answer if isinstance(answer, str) else misfit(answer, target)
                if not wrong and isinstance(answer, Answer):
                    return self._made(identifier, named.way, answer)
                if named.is_exact:
                    return f"the interpreter of {named.place} {wrong}"
        for program in self._programs.get("", lambda: list(programs(self.host, self._tools))):
            if program.version in (None, target.python.version):
                found = self._tried(identifier, program, target, notes)
                if found:
                    return found
        return missing(identifier, target, self.host, notes)

    def _tried(
        self, identifier: str, program: Program, target: Target, notes: list[str]
    ) -> Interpreter | None:
        """A program, if it can be run here and is for the target; why it is not goes to `notes`."""
        for way in ways(program.path, target.triple, self.host, self._tools):
            answer = self._ask(way)
            if isinstance(answer, str):
                notes.append(f"{program.path} {answer}")
            elif not misfit(answer, target):
                return self._made(identifier, way, answer)
        return None

    def _ask(self, way: Way) -> Answer | str:
        def asked() -> Answer | str:
            prepare(way, self._tools)
            return ask(way.command, {**self._tools, **way.environ})

        answer: Answer | str = self._asked.get((way.command, *sorted(way.environ.items())), asked)
        return answer

    def _made(self, identifier: str, way: Way, answer: Answer) -> Interpreter:
        own = runs_natively(self.host, answer.os, answer.arch)
        # On Windows a launcher such as `py -3.13` only chooses.
        native = own and (len(way.command) == 1 or self.host.os == "windows")
        if native and Path(answer.executable).is_file():
            way = Way(command=(answer.executable,), environ=way.environ, before=way.before)
        return Interpreter(
            identifier=identifier,
            way=way,
            answer=answer,
            native=native,
            foreign_paths=answer.os == "windows" and self.host.os != "windows",
        )


def find_interpreters(
    environ: Mapping[str, str],
    host: Host,
    *,
    named: Sequence[str] = (),
    table: Path | None = None,
) -> Interpreters:
    """What finds this machine's interpreters; nothing is run yet.

    `named` are words `IDENTIFIER=COMMAND`; without a `table`, `ZIGWHEEL_INTERPRETERS` may name one.
    Raises `MatrixError`.
    """
    variable = environ.get(VARIABLE, "")
    if table is None and variable:
        table = Path(variable)
    return Interpreters(environ, host, named_ones(named, table))


def target_of(identifier: str, host: Host) -> Target:
    """The target of an identifier. Raises `TargetError`."""
    return resolve_target(identifier, "", host=host, manylinux="2_17", musllinux="1_2", environ={})


def missing(identifier: str, target: Target, host: Host, notes: Sequence[str]) -> str:
    """Why a test cannot be run here, and what to do about it."""
    steps = list(next_steps(target, host))
    steps.append("`zigwheel test --from MANIFEST` runs it on a machine that has one")
    # What was tried for this platform and failed says more than that there is none.
    tried = f" ({'; '.join(notes[:3])})" if notes else ""
    return f"no interpreter for {identifier} on this machine{tried}; {', or '.join(steps)}"


def next_steps(target: Target, host: Host) -> Iterator[str]:
    """What would bring an interpreter."""
    triple, python = target.triple, target.python
    if triple.os == "macos" and host.os != "macos":
        return
    arch = triple.slices[0].arch
    if triple.arch == "universal2":
        arch = host.arch
    implementation = "pypy" if python.is_pypy else "cpython"
    mark = "+freethreaded" if python.free_threaded else ""
    libc = "none" if triple.os != "linux" else f"{triple.libc}{triple.facts.eabi}"
    name = f"{python.version_text}{mark}-{triple.os}-{UV_ARCHES.get(arch, arch)}-{libc}"
    install = f"`uv python install {implementation}-{name}`"
    if runs_natively(host, triple.os, arch):
        yield install
    elif triple.os == "windows" and host.os != "windows" and arch != "aarch64":
        yield f"{install} and Wine"
    elif triple.os == "linux" and host.os == "linux":
        parts = [install, "qemu (Debian's `qemu-user-static`)"]
        if triple.libc == "gnu":
            parts.append(f"the C library in `/usr/{cross_name(triple)}`")
        yield f"{', '.join(parts[:-1])} and {parts[-1]}"


def prepare(way: Way, environ: Mapping[str, str]) -> None:
    """Run what has to be run before a program."""
    if way.before:
        subprocess.run(
            way.before,
            env={**environ, **way.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
