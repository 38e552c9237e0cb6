"""A release: the sdist, its files, and the processes that build from them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zigwheel.config.read import Project, read_project
from zigwheel.errors import MatrixError
from zigwheel.matrix.environment import (
    Environment,
    build_requires,
    here,
    install,
    made,
    own_requires,
)
from zigwheel.matrix.model import Job, SdistResult, Selection
from zigwheel.matrix.schedule import Task
from zigwheel.matrix.source import unpacked
from zigwheel.matrix.workers import Ended, Workers
from zigwheel.plan.files import digest
from zigwheel.target.header_packs import REQUIREMENT as HEADERS

Settings = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """What decides wheels beside the sdist and the settings."""

    distributions: tuple[str, ...]
    """What is installed in the environment of the build."""
    headers: tuple[str, ...]
    """The state of Python's headers, for each job."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """What all wheels are made from."""

    name: str
    """Name of the distribution."""
    version: str
    """Its version."""
    sdist: Path
    """The sdist."""
    result: SdistResult
    """The same, as the manifest has it."""
    project: Project
    """Its files, unpacked."""
    settings: Settings
    """PEP 517's `config_settings` that every build gets."""
    environ: Mapping[str, str]
    """Variables of the build."""
    requires: tuple[str, ...]
    """What is required for the builds, beside what zigwheel itself requires."""
    workers: Workers
    """What builds."""

    def run_name(self, selection: Selection) -> str:
        """What is to be built, by what, from what: an interrupted run goes on only if it is the same."""
        from zigwheel.generate.model import digest_of
        from zigwheel.matrix.manifest import plain
        from zigwheel.reuse import own_code

        jobs = plain(selection.jobs)
        return digest_of([self.result.sha256, own_code(), dict(self.settings), jobs])

    def request(self, job: Job) -> dict[str, Any]:
        """What every request about a job holds."""
        named = {"target": job.target, "python": job.python}
        return {
            "project": str(self.project.root),
            "settings": {**self.settings, **job.settings, **{k: v for k, v in named.items() if v}},
            "environ": {**self.environ, **job.environ},
        }

    def build(self, job: Job, out: Path, processors: int) -> dict[str, Any]:
        """Build a wheel into `out`: its `file`, or `error`."""
        try:
            request = self.request(job)
            return self.workers.ask(do="wheel", out=str(out), jobs=processors, **request)
        except Ended as error:
            return {"error": str(error)}

    def generate(self, job: Job, processors: int) -> None:
        """Make what is generated for all targets. A failure shows again in each build, which tells it."""
        with suppress(Ended):
            self.workers.ask(do="generate", jobs=processors, **self.request(job))

    def inputs(self, jobs: Sequence[Job]) -> Inputs:
        """What decides the wheels of `jobs`, as it is now."""
        found = asked(self.workers, do="inputs", jobs=1, all=[self.request(job) for job in jobs])
        return Inputs(distributions=tuple(found["distributions"]), headers=tuple(found["headers"]))

    def installed(self) -> dict[str, str]:
        """What is installed for the builds, zigwheel's own requirements included: versions by name."""
        requires = [*own_requires(), *self.requires]
        found: list[list[str]] = asked(self.workers, do="installed", requires=requires)["installed"]
        return {one[0]: one[1] for one in found}

    def compiled_with(self, jobs: Sequence[Job]) -> list[list[str]]:
        """Python's headers for each of `jobs`, as `WheelResult.headers` has them."""
        requests = [self.request(job) for job in jobs]
        found: list[list[str]] = asked(self.workers, do="compiled_with", jobs=1, all=requests)[
            "headers"
        ]
        return found


def builds(
    jobs: Sequence[Job], generate: Callable[[Job, int], None], build: Callable[[Job, int], Any]
) -> Iterator[Task]:
    """The graph of builds: what is generated, then for each target one wheel, then all others."""
    if jobs:
        yield Task(key="generate", rank=-1, run=lambda n: generate(jobs[0], n))
    first: dict[str, str] = {}
    for job in jobs:
        # its objects and libraries serve the others, which would wait for them otherwise
        leader = first.setdefault(job.target, job.identifier)
        after = ("generate",) if leader == job.identifier else ("generate", leader)
        yield Task(
            key=job.identifier,
            after=after,
            rank=0 if leader == job.identifier else 1,
            run=lambda n, job=job: build(job, n),  # type: ignore[misc]
        )


def asked(workers: Workers, **request: Any) -> dict[str, Any]:
    """The answer to a request that has to succeed. Raises `MatrixError`."""
    answer = workers.ask(**request)
    if "error" in answer:
        raise MatrixError(str(answer["error"]))
    return answer


@contextmanager
def released(
    origin: Path,
    select: Callable[[Project], Selection],
    *,
    settings: Settings,
    environ: Mapping[str, str],
    cache: Path,
    isolation: bool,
    say: Callable[[str], None],
) -> Iterator[tuple[Release, Selection]]:
    """The release of a project, or of its sdist, with what is to be built; its processes end with the block.

    With `isolation` the builds run in an environment of their own, if they require anything. Raises
    `MatrixError`, `ConfigError` and what reading and building an sdist raises.
    """
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zigwheel-")))
        room = Room(work, environ, isolation=isolation, say=say)
        stack.callback(room.stop)
        sdist = origin
        if origin.is_dir():
            sdist = room.build_sdist(read_project(origin.resolve()), settings)
        source = stack.enter_context(unpacked(sdist, shelf_of(cache, sdist)))
        project = read_project(source)
        selection = select(project)
        room.require(build_requires(project.table))
        name, _, version = sdist.name.removesuffix(".tar.gz").removesuffix(".zip").rpartition("-")
        release = Release(
            name=name,
            version=version,
            sdist=sdist,
            result=SdistResult(file=sdist.name, size=sdist.stat().st_size, sha256=digest(sdist)),
            project=project,
            settings=settings,
            environ=room.environment.environ,
            requires=(),
            workers=room.workers,
        )
        requests = [release.request(job) for job in selection.jobs]
        lacking = asked(room.workers, do="lacking", jobs=1, all=requests, **{"for": "wheel"})
        packs = [text for text in lacking["requires"] if text == HEADERS]
        room.require([text for text in lacking["requires"] if text not in packs])
        room.require_if_any(packs)
        release = replace(
            release,
            environ=room.environment.environ,
            requires=tuple(room.wanted),
            workers=room.workers,
        )
        yield release, selection


def shelf_of(cache: Path, sdist: Path) -> Path:
    """The folder of the cache for the unpacked sdists of one project."""
    return cache / "matrix" / "sources" / sdist.name.rpartition("-")[0].lower()


class Room:
    """The environment, which grows, and the processes in it."""

    def __init__(
        self,
        work: Path,
        environ: Mapping[str, str],
        *,
        isolation: bool,
        say: Callable[[str], None],
    ) -> None:
        self.work = work
        self.outer = environ
        self.isolation = isolation
        self.say = say
        self.environment: Environment = here(environ)
        self.workers = Workers(self.environment.python, environ)
        self.isolated = False
        self.wanted: list[str] = []
        """What was asked for, and is there."""

    def stop(self) -> None:
        """End the processes."""
        self.workers.stop()

    def require(self, requires: Sequence[str]) -> None:
        """Have requirements installed, in an environment that is made for the first of them."""
        wanted = [text for text in requires if text not in self.wanted]
        if not wanted or not self.isolation:
            self.wanted += wanted
            return
        self.say(f"installing {', '.join(wanted)}")
        if not self.isolated:
            self.environment = made(self.work / "environment", self.outer)
            self.workers.stop()
            self.workers = Workers(self.environment.python, self.environment.environ)
            self.isolated = True
        install(self.environment, wanted, self.outer)
        self.wanted += wanted

    def require_if_any(self, requires: Sequence[str]) -> None:
        """As `require`; where an index has none of them, what needs them fails, and all else is built."""
        if not self.isolation:
            return
        try:
            self.require(requires)
        except MatrixError as error:
            last = error.message.strip().splitlines()[-1]
            self.say(f"zigwheel: warning: {', '.join(requires)} cannot be installed: {last}")

    def build_sdist(self, project: Project, settings: Settings) -> Path:
        """Build the sdist of a project."""
        self.require(build_requires(project.table))
        request = {
            "project": str(project.root),
            "settings": dict(settings),
            "environ": self.environment.environ,
            "jobs": 0,
        }
        self.require(asked(self.workers, do="lacking", **{"for": "sdist"}, **request)["requires"])
        self.say("building the sdist")
        out = self.work / "sdist"
        out.mkdir()
        request["environ"] = self.environment.environ
        return out / str(asked(self.workers, do="sdist", out=str(out), **request)["file"])
