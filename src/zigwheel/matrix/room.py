"""Where a test runs: a Python with the wheel and what it requires, as if on the wheel's own machine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zigwheel.environments import find_uv, given, installing, making, python_of
from zigwheel.matrix.interpreters import Interpreter
from zigwheel.matrix.probe import Answer, platforms
from zigwheel.matrix.process import Ended, Limits, run
from zigwheel.matrix.shims import furnish
from zigwheel.matrix.surroundings import for_tools

INSIDE = Path(__file__).parent / "inside"

NO_WHEEL = re.compile(
    r"(?:satisfies the requirement|No matching distribution found for) (\S+)|ResolutionImpossible"
)
"""What pip says where there is no wheel of a distribution for a platform."""

OLDEST_PIP = (22, 3)
"""The first that installs for another Python (`--python`)."""


class Unable(Exception):
    """A test cannot be run here."""

    def __init__(self, reason: str, output: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.output = output


class Failed(Unable):
    """A test went wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """The place of one test."""

    folder: Path
    """Everything lies in it."""
    interpreter: Interpreter
    """What runs the test."""
    python: tuple[str, ...]
    """The words that run the test's Python."""
    environ: Mapping[str, str]
    """What the test's Python needs in its environment."""
    bin: Path
    """Folder for PATH."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Builder:
    """Makes rooms."""

    folder: Path
    """Everything lies in it."""
    interpreter: Interpreter
    """What runs the test."""
    host_python: str
    """The running Python."""
    tools: Mapping[str, str]
    """The environment of tools that install."""
    limits: Limits
    """When it has to be done."""

    def bare(self) -> Room:
        """A Python that finds what is in `site`, and nothing else but its standard library."""
        return Room(
            folder=self.folder,
            interpreter=self.interpreter,
            python=(*self.interpreter.command, "-S"),
            environ={"PYTHONPATH": self.interpreter.path(self.folder / "site")},
            bin=self.folder / "bin",
        )

    def empty(self, *, with_pip: bool) -> Room:
        """A room with nothing in it, but for pip if a command line asks for that."""
        room = self.native() if self.interpreter.native else self.foreign()
        if with_pip and self.interpreter.native:
            self.install(room, ["pip"])
        return room

    def native(self) -> Room:
        """A virtual environment."""
        python = self.interpreter.command[0]
        folder = self.folder / "environment"
        uv = self.uv()
        if uv:
            words = [uv, "venv", "--quiet", "--python", python, str(folder)]
        elif self.pip_for(python):
            words = making(python, folder)
        else:
            words = [python, "-m", "venv", str(folder)]
        self.done(words, "a virtual environment could not be made")
        own = python_of(folder)
        return Room(
            folder=self.folder,
            interpreter=self.interpreter,
            python=(str(own),),
            environ={"VIRTUAL_ENV": str(folder)},
            bin=own.parent,
        )

    def foreign(self) -> Room:
        """A folder that Python finds by PYTHONPATH, and scripts that start what belongs to it."""
        if os.name == "nt":
            raise Unable("on Windows, an interpreter that another program runs cannot be used")
        spec = self.folder / "pip.json"
        spec.write_text(json.dumps(self.spec()), encoding="utf-8")
        pip = [self.host_python, str(INSIDE / "pip_as.py"), str(spec)]
        return Room(
            folder=self.folder,
            interpreter=self.interpreter,
            python=self.interpreter.command,
            environ=furnish(self.folder, self.interpreter, pip),
            bin=self.folder / "bin",
        )

    def spec(self) -> dict[str, object]:
        """What `pip_as.py` is told."""
        answer = self.interpreter.answer
        return {
            "pip": self.pip_folder(),
            "markers": dict(answer.markers),
            "options": [
                *("--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"),
                *("--only-binary=:all:", "--target", str(self.folder / "site")),
                *tags(answer),
            ],
        }

    def install(self, room: Room, requires: Sequence[str], folder: Path | None = None) -> None:
        """Install requirements, whose paths start in `folder`. Raises `Unable`, or `Failed`."""
        if not requires:
            return
        if self.interpreter.native:
            own = Path(room.python[0])
            uv = self.uv()
            pip = "" if uv else self.pip_for(self.interpreter.command[0]) or str(own)
            words = installing(requires, own, uv=uv, pip=pip)
            self.done(words, "it could not be installed", folder)
            return
        ended = self.run([str(room.bin / "pip"), "install", *given(requires)], folder)
        if ended.code:
            raise self.not_installed(ended)
        furnish(self.folder, self.interpreter, None)

    def not_installed(self, ended: Ended) -> Unable:
        """Why requirements cannot be had for a platform: a wheel that is not there is no failure."""
        found = NO_WHEEL.search(ended.output)
        if found is None:
            return Failed(f"it could not be installed: {ended.reason}", ended.output)
        which = f"`{found[1]}` has" if found[1] else "what is required has"
        where = self.interpreter.answer.where
        return Unable(
            f"{which} no wheel for {where} that fits; on such a machine it may be built",
            ended.output,
        )

    def done(self, words: Sequence[str], wrong: str, folder: Path | None = None) -> None:
        """Run a tool that has to succeed. Raises `Failed`."""
        ended = self.run(words, folder)
        if ended.code:
            raise Failed(f"{wrong}: {ended.reason}", ended.output)

    def run(self, words: Sequence[str], folder: Path | None = None) -> Ended:
        """Run a tool. Raises `Unable` if it had to be ended."""
        log = self.folder / "install.log"
        here = folder or self.folder
        ended = run(words, folder=here, environ=self.tools, log=log, limits=self.limits)
        if ended.problem:
            raise Unable(f"its environment was not made: {ended.problem}", ended.output)
        return ended

    def uv(self) -> str:
        """uv, from PATH or from beside the running Python."""
        beside = shutil.which("uv", path=os.path.dirname(self.host_python)) or ""
        return find_uv(self.tools) or beside

    def pip_for(self, python: str) -> str:
        """A Python whose pip can install for another: the interpreter's, else this one; or empty."""
        for one in (python, self.host_python):
            version = self.asked(one, "import pip; print(pip.__version__)")
            numbers = [int(number) for number in re.findall(r"\d+", version)[:2]]
            if tuple(numbers) >= OLDEST_PIP:
                return one
        return ""

    def pip_folder(self) -> str:
        """The folder in which this Python finds pip; it is got by uv if need be. Raises `Unable`."""
        question = "import os, pip; print(os.path.dirname(os.path.dirname(pip.__file__)))"
        found = self.asked(self.host_python, question)
        if found:
            return found
        uv = self.uv()
        if not uv:
            raise Unable("neither pip nor uv is installed, which bring what a test needs")
        folder = self.folder / "pip"
        words = installing(["pip"], Path(self.host_python), uv=uv, pip="", target=folder)
        self.done(words, "pip could not be installed")
        return str(folder)

    def asked(self, python: str, question: str) -> str:
        """What a line of Python prints; empty where it fails."""
        done = subprocess.run(
            [python, "-c", question],
            env=dict(self.tools),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        return "" if done.returncode else done.stdout.decode("utf-8", "replace").strip()


def tags(answer: Answer) -> list[str]:
    """The options of pip for the wheels that an interpreter loads."""
    number = "".join(map(str, answer.version))
    full = re.match(r"\d+\.\d+\.\d+", answer.markers.get("python_full_version", ""))
    version = full[0] if full else ".".join(map(str, answer.version))
    if answer.pypy_abi:
        kind, abi = "pp", f"pypy{number}_{answer.pypy_abi}"
    else:
        kind, abi = "cp", f"cp{number}{'t' if answer.free_threaded else ''}"
    words = [f"--implementation={kind}", f"--abi={abi}", f"--python-version={version}"]
    return [*words, *(f"--platform={platform}" for platform in platforms(answer))]


def builder(
    folder: Path,
    interpreter: Interpreter,
    *,
    host_python: str,
    environ: Mapping[str, str],
    limits: Limits,
) -> Builder:
    """What makes the room of a test in a folder."""
    return Builder(
        folder=folder,
        interpreter=interpreter,
        host_python=host_python,
        tools=for_tools(environ),
        limits=limits,
    )
