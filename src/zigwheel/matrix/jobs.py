"""Chosen identifiers become jobs: one for each wheel, whichever and how many of them it serves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zigwheel.config.assignments import AssignmentError, expanded
from zigwheel.config.model import Config
from zigwheel.config.read import Project, load_config
from zigwheel.config.settings import read_settings
from zigwheel.config.words import quote
from zigwheel.errors import ConfigError, ZigwheelError, raise_all
from zigwheel.matrix.groups import requirement, requirements_of
from zigwheel.matrix.identifiers import Identifier, selects
from zigwheel.matrix.layers import Layers, Said
from zigwheel.matrix.model import Job, TestPlan
from zigwheel.matrix.words import in_targets, with_floor
from zigwheel.target.model import Host
from zigwheel.target.triple import ARCHITECTURES, MUSL_MINIMUM

if TYPE_CHECKING:
    from zigwheel.setup import Setup


@dataclass(frozen=True, kw_only=True, slots=True)
class Wheel:
    """What one identifier would be built as."""

    tag: str
    """The last three parts of the wheel's name: wheels of one tag are one. Of what cannot be planned, the
    identifier."""
    job: Job
    """The job that builds it, for this identifier alone."""
    config: Config | None
    """The config for it; None if it cannot be planned, which the build then says."""


@dataclass(kw_only=True, slots=True)
class Maker:
    """Makes the jobs of one project."""

    project: Project
    """The project."""
    layers: Layers
    """What is said of identifiers."""
    settings: Mapping[str, Any]
    """The command line's, which are above those of `config-settings`."""
    environ: Mapping[str, str]
    """The environment."""
    host: Host
    """This machine."""
    own_floors: frozenset[str] = frozenset()
    """Which of `manylinux` and `musllinux` zigwheel's own settings name."""
    warnings: dict[str, None] = field(default_factory=dict)
    """What may not be what the user meant, in order."""
    errors: list[ConfigError] = field(default_factory=list)
    """What is wrong with the settings of chosen identifiers."""
    setups: dict[str, Setup] = field(default_factory=dict)
    """Setups without a target, by what they were made from."""

    def jobs(self, chosen: Sequence[Identifier]) -> tuple[Job, ...]:
        """The jobs for identifiers, in their order. Raises all that is wrong with their settings."""
        planned = [self.job(one, self.layers.said(one.name)) for one in chosen]
        raise_all({str(error): error for error in self.errors}.values())
        wheels: dict[str, list[Wheel]] = {}
        for identifier, job in zip(chosen, planned, strict=True):
            wheel = self.wheel(identifier, job)
            wheels.setdefault(wheel.tag, []).append(wheel)
        return tuple(self.joined(group) for group in wheels.values())

    def joined(self, group: Sequence[Wheel]) -> Job:
        """The job for the one wheel that serves several identifiers, built as for the first."""
        first = group[0]
        for other in group[1:]:
            same = (other.job.settings, other.job.environ) == (
                first.job.settings,
                first.job.environ,
            )
            if not (same and other.config == first.config):
                what = "overrides" if same else "`config-settings` or `environment`"
                self.warnings.setdefault(
                    f"one wheel, {first.tag}, serves {first.job.identifier} and "
                    f"{other.job.identifier}, for which {what} say different things: it is built as "
                    f"for {first.job.identifier}"
                )
        return replace(first.job, tests=tuple(test for one in group for test in one.job.tests))

    def job(self, identifier: Identifier, said: Said) -> Job:
        """The job for one identifier alone."""
        environ = self.variables(said, "environment", self.environ)
        literal = self.variables(said, "environment", {})
        return Job(
            identifier=identifier.name,
            target=self.target(identifier, said),
            python=identifier.python.name,
            settings=MappingProxyType(self.build_settings(said)),
            environ=MappingProxyType(environ),
            withheld=tuple(k for k, v in environ.items() if literal.get(k) != v),
            tests=(self.test(identifier, said),),
        )

    def build_settings(self, said: Said) -> dict[str, str | list[str]]:
        """`config-settings` as front ends hand them over, but for what the command line says itself."""
        table = said.values.get("config-settings", {})
        found = {name: v[0] if len(v) == 1 else list(v) for name, v in table.items()}
        errors: list[ConfigError] = []
        read_settings(found, errors)
        place = said.path("config-settings")
        self.errors += [ConfigError(f"`{place}`: {e.message}", hint=e.hint) for e in errors]
        return {name: value for name, value in found.items() if name not in self.settings}

    def test(self, identifier: Identifier, said: Said) -> TestPlan:
        """How the wheel is tested."""
        keys = ("environment", "test-environment")
        self.variables(said, "test-environment", self.environ)  # whose mistakes show now
        skipped = selects(said.words("test-skip"), identifier.name)
        return TestPlan(
            identifier=identifier.name,
            command=" && ".join(said.values.get("test-command", ())),
            before=" && ".join(said.values.get("before-test", ())),
            requires=self.requirements(said),
            extras=tuple(said.values.get("test-extras", ())),
            sources=tuple(said.values.get("test-sources", ())),
            environ=tuple(f"{k}={v}" for key in keys for k, v in said.values.get(key, ())),
            skip=f"`{said.place('test-skip')}` names it" if skipped else "",
        )

    def requirements(self, said: Said) -> tuple[str, ...]:
        """`test-requires`, and what `test-groups` stands for."""
        own = said.values.get("test-requires", ())
        # Options of pip's, which cibuildwheel hands on, make paths of what follows.
        if not any(item.startswith("-") for item in own):
            for item in own:
                requirement(item, said.path("test-requires"), self.errors)
        groups = requirements_of(
            self.project.table, said.words("test-groups"), said.path("test-groups"), self.errors
        )
        return (*own, *(text for text in groups if text not in own))

    def variables(self, said: Said, key: str, outer: Mapping[str, str]) -> dict[str, str]:
        """The variables that a key adds to those outside, with the values of what they refer to."""
        found: dict[str, str] = {}
        for name, text in said.values.get(key, ()):
            try:
                found[name] = expanded(text, {**outer, **found})
            except AssignmentError as error:
                self.errors.append(
                    ConfigError(
                        f"`{said.path(key)}` sets `{name}` to {quote(text)}; {error}",
                        hint="write the value itself, or set a variable before and write `$NAME`",
                    )
                )
        return found

    def target(self, identifier: Identifier, said: Said) -> str:
        """zigwheel's option `target`: the platform, with the floor that settings give it."""
        platform = identifier.platform
        for word in reversed(said.words("targets")):
            if with_floor(word) and in_targets(word, platform, self.host):
                return word
        pypy = "pypy_" if identifier.python.is_pypy else ""
        image = said.values.get(f"{platform.family}-{pypy}{platform.arch}-image", ())
        if not image or platform.family in self.own_floors:
            return platform.name
        oldest = (
            MUSL_MINIMUM
            if platform.family == "musllinux"
            else ARCHITECTURES[platform.arch].glibc_minimum
        )
        major, minor = (int(part) for part in image[0].split("_"))
        floor = max(oldest, (major, minor))
        return f"{platform.family}_{floor[0]}_{floor[1]}_{platform.arch}"

    def wheel(self, identifier: Identifier, job: Job) -> Wheel:
        """What a job would make."""
        from zigwheel.pipeline import tag_of
        from zigwheel.setup import compiles, for_target
        from zigwheel.target.parse import resolve_target

        setup = self.setup(job)
        try:
            if "overrides" in self.project.tool or compiles(setup.config):
                target = resolve_target(
                    job.target,
                    job.python,
                    host=self.host,
                    manylinux=setup.config.manylinux,
                    musllinux=setup.config.musllinux,
                    macosx=setup.config.macosx,
                    environ=setup.environ,
                )
                setup = for_target(setup, target)
            tag = tag_of(setup, foreign=False).filename_part
        except ZigwheelError:
            # The build of this wheel says it, and the others are built.
            return Wheel(tag=identifier.name, job=job, config=None)
        return Wheel(tag=tag, job=job, config=setup.config)

    def setup(self, job: Job) -> Setup:
        """The project with what a job adds, and without a target."""
        from zigwheel.setup import Setup

        settings = {**job.settings, **self.settings, "target": "", "python": ""}
        environ = {**self.environ, **job.environ}
        key = json.dumps([settings, dict(job.environ)], sort_keys=True, default=str)
        if key not in self.setups:
            config = load_config(
                self.project,
                conditions=None,
                environ=environ,
                settings=settings,
                warn=lambda text: None,
            )
            self.setups[key] = Setup(
                project=self.project,
                config=config,
                target=None,
                host=self.host,
                settings=settings,
                environ=environ,
            )
        return self.setups[key]
