"""Wheels are made again from a recipe, and handed over only if they come out as they were."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from zigwheel.config.read import read_project
from zigwheel.errors import RecipeError, raise_all
from zigwheel.matrix.environment import Environment, here
from zigwheel.matrix.model import EMPTY, Job, SdistResult
from zigwheel.matrix.release import Release, builds, shelf_of
from zigwheel.matrix.schedule import Limits, carry_out
from zigwheel.matrix.source import unpacked
from zigwheel.matrix.workers import Workers
from zigwheel.recipe.compilers import check_compiler
from zigwheel.recipe.differences import against
from zigwheel.recipe.environment import Origin, check_here, furnished, needed
from zigwheel.recipe.inputs import job_of, surroundings
from zigwheel.recipe.kept import environment_of
from zigwheel.recipe.model import File, Recipe, Wheel
from zigwheel.store.model import chunks, hashed
from zigwheel.target.host import describe_host
from zigwheel.zig.toolchain import find_zig

State: TypeAlias = Literal["equal", "different", "failed"]

FIRST_GUESS = 512 * 2**20
"""Bytes that a build needs where the recipe does not say it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How wheels are made again; nothing of it shows in one."""

    sdist: Path
    """The sdist, which is checked."""
    origin: Origin
    """Where requirements come from."""
    isolation: bool = True
    """Make an environment; else this one has to be as the recipe says."""
    limits: Limits
    """What may run side by side."""
    cache: Path
    """zigwheel's cache."""
    environ: Mapping[str, str]
    """The user's environment."""
    work: Path | None = None
    """An existing folder for all that is made on the way; None: where the system keeps such things."""
    additions: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    """Variables for the builds alone, which no wheel may depend on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remade:
    """What became of one wheel."""

    wheel: Wheel
    """As the recipe has it."""
    state: State
    """Whether it came out as it was."""
    file: Path | None = None
    """Where it lies, until the block of `remade` ends; None if it could not be built."""
    problems: tuple[str, ...] = ()
    """What differs, or why there is none, in words."""
    seconds: float = 0.0
    """Wall time."""
    cpu_seconds: float = 0.0
    """Processor time, of its compilers included."""


def remade(
    recipe: Recipe,
    wheels: Sequence[Wheel],
    options: Options,
    ended: Callable[[Remade], None],
) -> list[Remade]:
    """Make wheels of a recipe again. `ended` is told of each, while its file is there.

    Raises `RecipeError` where something is not as the recipe says, before anything is built.
    """
    results: list[Remade] = []

    def tell(one: Remade | None) -> None:
        if one is not None:
            results.append(one)
            ended(one)

    check_toolchain(recipe, options)
    jobs = {wheel.name: job_of(wheel, options.environ) for wheel in wheels}
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="zigwheel-", dir=options.work)
        work = Path(stack.enter_context(temporary))
        release = stack.enter_context(opened(recipe, options, work))
        check_headers(wheels, release.compiled_with([jobs[wheel.name] for wheel in wheels]))
        made = {wheel.name: wheel for wheel in wheels}
        most = max((wheel.record.memory for wheel in wheels), default=0)
        carry_out(
            builds(
                list(jobs.values()),
                release.generate,
                lambda job, n: build(release, made[job.identifier], job, work, n),
            ),
            options.limits,
            began=lambda task: None,
            ended=lambda task, one: tell(one),
            need=lambda: most or FIRST_GUESS,
            halt=release.workers.stop,
        )
    return results


def prepare(recipe: Recipe, options: Options) -> None:
    """Have at hand what a rebuild needs, such as its environment, and build nothing. Raises `RecipeError`."""
    check_toolchain(recipe, options)
    with ExitStack() as stack:
        furnish(recipe, options, stack)


def furnish(recipe: Recipe, options: Options, stack: ExitStack) -> Environment:
    """The environment that wheels of a recipe are built in."""
    environ = surroundings(options.environ)
    at_hand = find_zig(cache=options.cache, environ=environ, host=describe_host())
    requirements = needed(recipe, zig=at_hand is not None)
    if options.isolation:
        own = environment_of(
            requirements,
            "",
            lambda folder: furnished(folder, requirements, options.origin, environ),
            environ,
            options.cache,
        )
        return stack.enter_context(own)
    check_here(requirements)
    return here(environ)


@contextmanager
def opened(recipe: Recipe, options: Options, work: Path) -> Iterator[Release]:
    """The release, as the recipe says it was: its sdist unpacked, its requirements installed."""
    sdist = checked_copy(options.sdist, recipe.sdist, work / "sdist")
    with ExitStack() as stack:
        environment = furnish(recipe, options, stack)
        variables = {**environment.environ, **options.additions}
        workers = Workers(environment.python, variables)
        stack.callback(workers.stop)
        source = stack.enter_context(unpacked(sdist, shelf_of(options.cache, sdist)))
        yield Release(
            name=recipe.name,
            version=recipe.version,
            sdist=sdist,
            result=SdistResult(file=sdist.name, size=recipe.sdist.size, sha256=recipe.sdist.sha256),
            project=read_project(source),
            settings={},
            environ=variables,
            requires=(),
            workers=workers,
        )


def checked_copy(file: Path, wanted: File, folder: Path) -> Path:
    """A copy of an sdist that is what a recipe says, under the name that it has there."""
    folder.mkdir()
    copy = folder / wanted.name
    try:
        size = file.stat().st_size
        if size != wanted.size:
            raise RecipeError(
                f"`externalParameters.sdist.size` of the recipe is {wanted.size}, and "
                f"{str(file)!r} has {size} bytes",
                hint="get the sdist of this release again",
            )
        with file.open("rb") as stream, copy.open("wb") as into:
            blob = hashed(chunks(stream), into=into, limit=wanted.size)
    except OSError as error:
        raise RecipeError(
            f"the sdist {str(file)!r} cannot be read: {error.strerror or error}",
            hint="name it with --sdist",
        ) from error
    if blob.sha256 != wanted.sha256:
        raise RecipeError(
            f"`externalParameters.sdist.digest.sha256` of the recipe is {wanted.sha256!r}, and "
            f"{str(file)!r} has {blob.sha256!r}",
            hint="get the sdist of this release again",
        )
    return copy


def check_toolchain(recipe: Recipe, options: Options) -> None:
    """Refuse a zigwheel or a Zig that is not the recorded one. Raises `RecipeError`."""
    from zigwheel import __version__
    from zigwheel.reuse import own_code
    from zigwheel.zig.toolchain import ZIG_VERSION

    own, place = recipe.toolchain, "`internalParameters.toolchain"
    install = f"equal tools make equal wheels: pip install zigwheel=={own.zigwheel}"
    errors = [
        RecipeError(f"{place}.{name}` of the recipe is {said!r}, and {whose} {found!r}", hint=hint)
        for name, said, whose, found, hint in (
            ("zigwheel", own.zigwheel, "this zigwheel is", __version__, install),
            ("zig", own.zig, "this zigwheel builds with Zig", ZIG_VERSION, install),
        )
        if said != found
    ]
    raise_all(errors)
    if own.code != own_code():
        raise RecipeError(
            f"{place}.code` of the recipe is {own.code!r}, and this zigwheel's is {own_code()!r}: "
            "the version is the same, and the code another",
            hint="one of the two was changed, or is of a development tree: install what the recipe "
            "was made with",
        )
    check_compiler(
        own.compilers, cache=options.cache, environ=options.environ, host=describe_host()
    )


def check_headers(wheels: Sequence[Wheel], found: Sequence[Sequence[str]]) -> None:
    """Refuse headers of Python that are not the recorded ones. Raises `RecipeError`."""
    wrong: dict[tuple[str, ...], list[str]] = {}
    for wheel, own in zip(wheels, found, strict=True):
        wanted = [f"{one.version} {one.sha256}" for one in wheel.inputs.headers]
        if wanted != list(own):
            words = (", ".join(wanted), ", ".join(own) or "none")
            wrong.setdefault(words, []).append(wheel.name)
    raise_all(
        RecipeError(
            f"`headers` of {names[0]}{f' and {len(names) - 1} more' if names[1:] else ''} is "
            f"{wanted!r} in the recipe, and this machine has {there!r}",
            hint="`zigwheel headers` fetches those of a release of Python, and shows what there is",
        )
        for (wanted, there), names in wrong.items()
    )


def build(release: Release, wheel: Wheel, job: Job, work: Path, processors: int) -> Remade:
    """Build one wheel, and compare it; called from a thread."""
    import time

    since = time.monotonic()
    folder = Path(tempfile.mkdtemp(dir=work))
    answer = release.build(job, folder, processors)
    file: Path | None = None
    state: State = "failed"
    problems: tuple[str, ...] = (str(answer.get("error", "")),)
    if "error" not in answer:
        file = folder / str(answer["file"])
        problems = tuple(against(wheel.output, file))
        state = "different" if problems else "equal"
    return Remade(
        wheel=wheel,
        state=state,
        file=file,
        problems=problems,
        seconds=time.monotonic() - since,
        cpu_seconds=float(answer.get("cpu", 0.0)),
    )
