"""What a matrix consists of: the wheels to build, the tests of each, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class TestPlan:
    """How a wheel is tested under one identifier: `test-*` of `[tool.zigwheel.wheels]`."""

    __test__ = False  # pytest takes the name for one of its own

    identifier: str
    """The Python and the platform that run the test, such as `cp313-manylinux_x86_64`."""
    command: str = ""
    """A shell's command line with `{project}`, `{package}` and `{wheel}`; empty: there is no test."""
    before: str = ""
    """A command line that runs before the wheel is installed; empty: none."""
    requires: tuple[str, ...] = ()
    """Requirements that are installed beside the wheel, `test-groups` included."""
    extras: tuple[str, ...] = ()
    """Extras of the wheel itself that are installed."""
    sources: tuple[str, ...] = ()
    """Paths of the project that are copied into the folder that the test runs in."""
    environ: tuple[str, ...] = ()
    """Added to the environment of the test: `NAME=TEXT`, in order. What a text refers to by `$NAME` is filled
    in where the test runs: a manifest is published, and a variable may be a secret."""
    skip: str = ""
    """Why the test is not to be run, such as "`test-skip` names it"; empty: it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One wheel to build."""

    identifier: str
    """cibuildwheel's name of it, such as `cp313-manylinux_x86_64`; of what serves several Pythons, that of
    the oldest one."""
    target: str
    """zigwheel's option `target`, such as `manylinux_x86_64` or `macosx_universal2`."""
    python: str
    """zigwheel's option `python`, such as `cp313t`."""
    settings: Mapping[str, str | list[str]] = field(default_factory=lambda: MappingProxyType({}))
    """PEP 517's `config_settings`."""
    environ: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    """Added to the environment of the build."""
    withheld: tuple[str, ...] = ()
    """Names of those variables whose values come from the user's environment, and may be secrets."""
    tests: tuple[TestPlan, ...] = ()
    """One for each identifier that the wheel serves, its own first."""

    @property
    def serves(self) -> tuple[str, ...]:
        """The identifiers that the wheel is for, its own first."""
        return tuple(test.identifier for test in self.tests)


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """An identifier that is known and not built."""

    identifier: str
    """Its name."""
    reason: str
    """Why, such as "`skip` names it" or "`requires-python` is >=3.10"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """The whole matrix: what is built, and what is not."""

    jobs: tuple[Job, ...]
    """In the order of identifiers: by platform, then by Python."""
    left_out: tuple[LeftOut, ...]
    """Every other identifier that zigwheel knows."""
    warnings: tuple[str, ...] = ()
    """Settings of cibuildwheel's that have no meaning here, each with the reason."""


TestState: TypeAlias = Literal["passed", "failed", "not tested"]
WheelState: TypeAlias = Literal["built", "failed", "not built"]


@dataclass(frozen=True, kw_only=True, slots=True)
class TestResult:
    """What a test came to."""

    __test__ = False

    identifier: str
    """The Python and the platform that it was for."""
    state: TestState
    """`not tested` where there is no interpreter here, no command, or `test-skip` names it."""
    reason: str = ""
    """Why it was not tested, or the last line of why it failed; empty if it passed."""
    interpreter: str = ""
    """What ran it, such as `CPython 3.13.5, qemu-aarch64-static`; empty if nothing did."""
    command: str = ""
    """What was run: the command line; `import spam._core` where the plan has none; empty: nothing was."""
    seconds: float = 0.0
    """Wall time."""
    output: str = ""
    """The end of what the commands printed; at most some thousand characters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WheelResult:
    """What a job came to."""

    identifier: str
    """The job's."""
    serves: tuple[str, ...]
    """The identifiers that the wheel is for."""
    state: WheelState
    """`not built` where the run was ended before."""
    file: str = ""
    """File name of the wheel; empty if there is none."""
    size: int = 0
    """Bytes."""
    sha256: str = ""
    """Digest of the wheel, in hexadecimal."""
    reused: bool = False
    """Taken from the cache: nothing had changed."""
    seconds: float = 0.0
    """Wall time of the build."""
    cpu_seconds: float = 0.0
    """Processor time of the build, of its compilers included."""
    memory: int = 0
    """The most that one process of the build held, in bytes."""
    made_in: tuple[float, ...] = ()
    """Wall time and processor time of the build that made the wheel, where it is reused an earlier one."""
    headers: tuple[str, ...] = ()
    """Python's headers that it was compiled with, for each architecture: a version and their digest."""
    error: str = ""
    """What went wrong, with the compiler's words; empty if nothing did."""
    warnings: tuple[str, ...] = ()
    """What zigwheel and the compiler said."""
    tests: tuple[TestResult, ...] = ()
    """In the order of `serves`; those still to come are missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SdistResult:
    """The sdist that all wheels are made from."""

    file: str
    """File name."""
    size: int
    """Bytes."""
    sha256: str
    """Digest, in hexadecimal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """All of a run: what `wheelhouse.json` holds, and every report is made from."""

    name: str
    """Name of the distribution."""
    version: str
    """Its version."""
    zigwheel: str
    """Version of zigwheel."""
    zig: str
    """Version of Zig."""
    sdist: SdistResult
    """What was built from."""
    wheels: tuple[WheelResult, ...]
    """One for each job, in the order of the selection."""
    left_out: tuple[LeftOut, ...]
    """Identifiers that are not built, with the reasons."""
    plans: tuple[TestPlan, ...] = ()
    """The tests, for `zigwheel test --from`; one for each identifier that is served."""
    complete: bool = False
    """The run came to its end."""

    @property
    def failed(self) -> bool:
        """Whether a wheel could not be built or a test failed."""
        return any(
            wheel.state == "failed" or any(test.state == "failed" for test in wheel.tests)
            for wheel in self.wheels
        )
