"""The whole run: one sdist, the environment, a graph of builds and tests, and what came of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from zigwheel.matrix.events import Began, Watcher
from zigwheel.matrix.journal import Journal, finished
from zigwheel.matrix.kept import keep, key_of, may_be_kept, take, tidy
from zigwheel.matrix.model import (
    Job,
    Manifest,
    Selection,
    TestPlan,
    TestResult,
    WheelResult,
)
from zigwheel.matrix.place import Place, opened
from zigwheel.matrix.release import Release, builds
from zigwheel.matrix.schedule import Limits, Task, carry_out
from zigwheel.plan.files import digest
from zigwheel.storage import put_file, told

FIRST_GUESS = 512 * 2**20
"""Bytes that a build is expected to need before one has ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A wheel that is not in its place yet, or why there is none."""

    result: WheelResult
    """What came of the build."""
    folder: Path
    """Where the wheel lies."""


Tester = Callable[[TestPlan, Path, Path, threading.Event], TestResult]
"""Tests a wheel, in a folder for its work, until it is told to stop."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How a run goes on; nothing of it shows in a wheel."""

    output: Path
    """Folder for the wheels and the sdist."""
    manifest: Path
    """File for the manifest."""
    limits: Limits
    """What may run side by side."""
    resume: bool = False
    """Go on where an interrupted run ended."""
    test: Tester | None = None
    """Runs a test; None: nothing is tested."""
    cache: Path
    """zigwheel's cache."""


@dataclass(kw_only=True)
class Progress:
    """What has come out so far; touched by one thread alone."""

    wheels: dict[str, WheelResult] = field(default_factory=dict)
    """By the identifier of the job."""
    tests: dict[str, TestResult] = field(default_factory=dict)
    """By the identifier that was tested."""
    memory: int = 0
    """The most that a build has needed, in bytes."""

    def of(self, job: Job) -> WheelResult:
        """What has come of a job, with its tests."""
        none = WheelResult(identifier=job.identifier, serves=job.serves, state="not built")
        result = self.wheels.get(job.identifier, none)
        return replace(result, tests=tuple(self.tests[i] for i in job.serves if i in self.tests))


def run_matrix(
    release: Release, selection: Selection, options: Options, watcher: Watcher
) -> Manifest:
    """Build and test all of a selection.

    What fails stops nothing else: it is in the manifest, which is written also where the run is
    interrupted. Raises `MatrixError` where there is nothing to resume, and `StorageError`.
    """
    with opened(options.output) as place:
        return Matrix(release, selection, options, watcher, place).run()


class Matrix:
    """One run, opened; its methods with a thread's work touch nothing of `progress`."""

    def __init__(
        self,
        release: Release,
        selection: Selection,
        options: Options,
        watcher: Watcher,
        place: Place,
    ) -> None:
        self.release = release
        self.selection = selection
        self.options = options
        self.watcher = watcher
        self.place = place
        self.progress = Progress()
        self.stop = threading.Event()
        self.shelf = options.cache / "matrix" / "wheels"
        self.keys: Mapping[str, str] = {}

    def run(self) -> Manifest:
        """Do all of it."""
        name = self.release.run_name(self.selection)
        if self.options.resume:
            self.take_up(finished(self.place.journal, name))
        journal = Journal(self.place.journal, name, go_on=bool(self.progress.wheels))
        complete = False
        self.watcher.begin(self.selection, self.options.limits.jobs)
        try:
            self.place.put(self.release.sdist)
            self.show_finished()
            self.keys = self.find_keys()
            carry_out(
                self.tasks(),
                self.options.limits,
                began=self.began,
                ended=lambda _, result: self.ended(result, journal),
                need=lambda: self.progress.memory or FIRST_GUESS,
                halt=self.halt,
            )
            complete = True
        finally:
            self.halt()
            journal.close()
            manifest = self.manifest(complete=complete)
            with told("writing the manifest", self.options.manifest.parent):
                self.write(manifest)
            self.watcher.end(manifest)
        self.place.finish()
        tidy(self.shelf)
        return manifest

    def halt(self) -> None:
        """End all that runs."""
        self.stop.set()
        self.release.workers.stop()

    def take_up(self, results: Mapping[str, WheelResult]) -> None:
        """Count what an interrupted run has finished, where its wheel is what it was."""
        for identifier, result in results.items():
            if self.place.holds(result):
                self.progress.wheels[identifier] = replace(result, tests=())
                self.progress.tests |= {test.identifier: test for test in result.tests}

    def show_finished(self) -> None:
        """Tell the watcher of what was taken up."""
        for job in self.selection.jobs:
            if job.identifier in self.progress.wheels:
                result = self.progress.of(job)
                self.watcher.built(result)
                for test in result.tests:
                    self.watcher.tested(result, test)

    def find_keys(self) -> dict[str, str]:
        """The key of each wheel that is still to be built."""
        from zigwheel.reuse import own_code

        jobs = [j for j in self.selection.jobs if j.identifier not in self.progress.wheels]
        found = self.release.inputs(jobs)
        keys = {}
        code = own_code()
        for job, headers in zip(jobs, found.headers, strict=True):
            request = self.release.request(job)
            keys[job.identifier] = key_of(
                code=code,
                sdist=self.release.result.sha256,
                settings=request["settings"],
                environ=request["environ"],
                own=job.environ,
                distributions=found.distributions,
                headers=headers,
            )
        return keys

    def tasks(self) -> Iterator[Task]:
        """The graph: what is generated, then for each target one build, then all others and the tests."""
        jobs = [j for j in self.selection.jobs if j.identifier not in self.progress.wheels]
        yield from builds(jobs, self.release.generate, self.build)
        built = {job.identifier for job in jobs}
        for job in self.selection.jobs:
            for plan in job.tests:
                if plan.identifier not in self.progress.tests:
                    yield Task(
                        key=f"test {plan.identifier}",
                        after=(job.identifier,) if job.identifier in built else (),
                        rank=2,
                        run=lambda n, job=job, plan=plan: self.test(job, plan),  # type: ignore[misc]
                    )

    def began(self, task: Task) -> None:
        """Tell the watcher."""
        if task.key.startswith("test "):
            job, plan = self.tested_by(task.key.removeprefix("test "))
            if self.options.test and not plan.skip and self.progress.of(job).state == "built":
                self.watcher.began(Began(identifier=plan.identifier, step="testing"))
        elif task.key != "generate":
            self.watcher.began(Began(identifier=task.key, step="building"))

    def tested_by(self, identifier: str) -> tuple[Job, TestPlan]:
        """The job and the plan of a test."""
        return next(
            (job, plan)
            for job in self.selection.jobs
            for plan in job.tests
            if plan.identifier == identifier
        )

    def ended(self, outcome: Made | TestResult | None, journal: Journal) -> None:
        """Count what has come of a task; a wheel is put into its place here, one after the other."""
        if isinstance(outcome, Made):
            result = self.place.accept(outcome.result, outcome.folder)
            self.progress.memory = max(self.progress.memory, result.memory)
            self.progress.wheels[result.identifier] = result
            journal.built(result)
            self.watcher.built(result)
        elif isinstance(outcome, TestResult):
            self.progress.tests[outcome.identifier] = outcome
            journal.tested(outcome)
            job, _ = self.tested_by(outcome.identifier)
            self.watcher.tested(self.progress.of(job), outcome)

    def build(self, job: Job, processors: int) -> Made:
        """The wheel of a job, in a folder beside its place; called from a thread."""
        since = time.monotonic()
        folder = self.place.folder_for(job.identifier)
        key = self.keys[job.identifier]
        answer = self.taken(key, folder)
        if answer is None:
            answer = self.release.build(job, folder, processors)
            if "error" not in answer and may_be_kept(job, answer["file"], self.release.environ):
                wheel = folder / answer["file"]
                kept = {name: answer[name] for name in ("said", "headers", "cpu", "memory")}
                kept |= {"sha256": digest(wheel), "seconds": time.monotonic() - since}
                keep(self.shelf, key, wheel, kept)
        result = result_of(job, answer, folder, time.monotonic() - since)
        return Made(result=result, folder=folder)

    def taken(self, key: str, folder: Path) -> dict[str, Any] | None:
        """What an earlier run has built under a key, copied into a folder; None if it is not whole."""
        note = take(self.shelf, key, folder)
        if note is None or digest(folder / note["file"]) != note["sha256"]:
            return None
        return {**note, "reused": True}

    def test(self, job: Job, plan: TestPlan) -> TestResult:
        """What a test of a wheel comes to; called from a thread, after the wheel is in its place."""
        blank = TestResult(identifier=plan.identifier, state="not tested")
        result = self.progress.wheels[job.identifier]
        if result.state != "built":
            return replace(blank, reason="its wheel could not be built")
        if plan.skip or self.options.test is None:
            return replace(blank, reason=plan.skip or "tests were not asked for")
        wheel = self.place.output / result.file
        return self.options.test(plan, wheel, self.place.aside / "work", self.stop)

    def manifest(self, *, complete: bool) -> Manifest:
        """All that has come out."""
        from zigwheel import __version__
        from zigwheel.zig.toolchain import ZIG_VERSION

        return Manifest(
            name=self.release.name,
            version=self.release.version,
            zigwheel=__version__,
            zig=ZIG_VERSION,
            sdist=self.release.result,
            wheels=tuple(self.progress.of(job) for job in self.selection.jobs),
            left_out=self.selection.left_out,
            plans=tuple(plan for job in self.selection.jobs for plan in job.tests),
            complete=complete,
        )

    def write(self, manifest: Manifest) -> None:
        """Write the manifest, and take away what an earlier run of the same release has left behind."""
        from zigwheel.matrix.manifest import to_json

        if manifest.complete:
            self.place.sweep(self.options.manifest, manifest)
        put_file(self.options.manifest, to_json(manifest).encode("utf-8"))


def said(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """The lines that a build said."""
    return tuple(line for line in str(answer.get("said", "")).splitlines() if line.strip())


def result_of(job: Job, answer: Mapping[str, Any], folder: Path, seconds: float) -> WheelResult:
    """What a build has come to, by the worker's answer, or by the note of a wheel that is reused."""
    reused, cpu = answer.get("reused", False), answer.get("cpu", 0.0)
    result = WheelResult(
        identifier=job.identifier,
        serves=job.serves,
        state="failed",
        error=answer.get("error", ""),
        reused=reused,
        seconds=seconds,
        cpu_seconds=0.0 if reused else cpu,
        memory=answer.get("memory", 0),
        made_in=(answer.get("seconds", seconds), cpu),
        headers=tuple(answer.get("headers", ())),
        warnings=said(answer),
    )
    if result.error:
        return result
    wheel = folder / answer["file"]
    size, sha256 = wheel.stat().st_size, digest(wheel)
    return replace(result, state="built", file=wheel.name, size=size, sha256=sha256)
