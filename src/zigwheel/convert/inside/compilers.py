"""Compilers of setuptools that write down what they are asked to do, and leave small files behind."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from zigwheel.convert.inside.answers import put, stand_in, try_out
from zigwheel.convert.inside.notes import Notes
from zigwheel.convert.inside.words import Job, is_probe, read_command

current = threading.local()
"""`names`: the extensions that are being built in this thread, innermost last."""

BASES = (
    ("distutils.ccompiler", "CCompiler"),
    ("distutils.compilers.C.base", "Compiler"),
    ("setuptools._distutils.ccompiler", "CCompiler"),
)
"""Where the base class of all compilers lies, in old and new releases."""

MICROSOFT = (
    "distutils._msvccompiler",
    "distutils.compilers.C.msvc",
    "setuptools._distutils._msvccompiler",
    "setuptools._distutils.compilers.C.msvc",
)


class Recorder:
    """What takes the place of running a compiler."""

    def __init__(self, notes: Notes, spec: Mapping[str, Any]) -> None:
        self.notes = notes
        self.spec = spec

    def run(self, compiler: Any, words: Sequence[Any], **options: Any) -> None:
        """What a compiler object runs: recorded, tried out if it is a question, or really run."""
        told = [os.fsdecode(word) for word in words]
        cwd = os.getcwd()
        job = read_command(told, cwd)
        if job.kind == "other":
            program = os.path.basename(told[0]) if told else ""
            if program in ("ranlib", "strip", "mt.exe", "rc.exe", "mc.exe"):
                return
            subprocess.run(told, check=True, env=options.get("env"))
            return
        if self.asks(job, cwd):
            self.ask(told, job, cwd)
            return
        if self.spec["fail"]:
            raise subprocess.CalledProcessError(1, told)
        self.notes.note(
            "built",
            words=told,
            cwd=cwd,
            names=[str(extension.name) for extension in innermost()],
            place=self.notes.place(),
            seen=self.notes.digests(job.sources),
        )
        output = job.output_or_default()
        if output:
            put(os.path.join(cwd, output), stand_in(job))

    def asks(self, job: Job, cwd: str) -> bool:
        """Whether a command is a question: its sources are no part of the project."""
        if job.kind == "preprocess":
            return True
        project = self.notes.project
        if job.sources:
            own = {str(os.path.abspath(s)) for e in innermost() for s in e.sources}
            return not any(
                os.path.abspath(source) in own
                or not (is_probe(source, cwd, project) or self.is_trial(source))
                for source in job.sources
            )
        if job.kind != "link" or innermost():
            return False
        return bool(job.objects) and all(
            is_probe(item, cwd, project) or os.path.join(cwd, item) in answered
            for item in job.objects
        )

    def is_trial(self, source: str) -> bool:
        """Whether the build's own code wrote a source, and compiles it for no module or library."""
        path = os.path.abspath(source)
        fresh = os.path.realpath(path) in self.notes.fresh
        return fresh and path not in declared and not innermost()

    def ask(self, words: list[str], job: Job, cwd: str) -> None:
        """Let Zig answer for the platform."""
        self.notes.quiet.on = True  # Zig is no program of the build's
        try:
            done = try_out(words, job, cwd, self.spec)
        finally:
            self.notes.quiet.on = False
        self.notes.note("asked", words=words, cwd=cwd, place=self.notes.place(), ok=done == 0)
        if done:
            raise subprocess.CalledProcessError(done, words)
        answered.add(os.path.join(cwd, job.output))


def innermost() -> list[Any]:
    """The extension that is being built, if there is one."""
    return getattr(current, "names", [])[-1:]


declared: set[str] = set()
"""Absolute paths of the sources that `Extension`s and `libraries=` name."""

answered: set[str] = set()
"""Files that came out of questions."""


def patch_compilers(notes: Notes, spec: Mapping[str, Any]) -> None:
    """Patch the classes that all compilers have in common; theirs is what finally runs a program."""
    from distutils.errors import DistutilsExecError  # of setuptools

    recorder = Recorder(notes, spec)

    def call(self: Any, cmd: Sequence[Any], **options: Any) -> None:
        recorder.run(self, cmd, **options)

    def spawn(self: Any, cmd: Sequence[Any], **options: Any) -> None:
        try:
            recorder.run(self, cmd, **options)
        except (OSError, subprocess.CalledProcessError) as error:
            raise DistutilsExecError(f"command {cmd[0]!r} failed: {error}") from error

    for name, kind in BASES:
        base = getattr(optional(name), kind, None)
        if base is not None:
            base.spawn = spawn
            if hasattr(base, "call"):
                base.call = call
    for name in MICROSOFT:
        module = optional(name)
        if "_get_vc_env" in vars(module or object):
            module._get_vc_env = lambda spec: {"path": "", "include": "", "lib": ""}
            module._find_exe = lambda exe, paths=None: exe
    settle()


def settle() -> None:
    """Have `from distutils import …` find what `import distutils.…` finds.

    `distutils` and `setuptools._distutils` are one object, whose modules are loaded once under either
    name: the errors of one are not caught by those of the other.
    """
    twin = "setuptools._distutils."
    for name in [name for name in sys.modules if name.startswith(twin)]:
        optional(f"distutils.{name.removeprefix(twin)}")
    for name, module in list(sys.modules.items()):
        parent, _, last = name.rpartition(".")
        if parent.partition(".")[0] == "distutils" and parent in sys.modules:
            setattr(sys.modules[parent], last, module)


def optional(name: str) -> Any:
    """A module, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
