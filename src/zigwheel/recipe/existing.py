"""Recipes for wheels that exist: each is built again from the sdist, and recorded if that gives its bytes."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zigwheel.audit.archive import BROKEN, parse_name
from zigwheel.config.read import Project
from zigwheel.errors import AuditError, RecipeError, raise_all
from zigwheel.matrix.identifiers import Identifier, identifiers, platform_name
from zigwheel.matrix.kept import may_be_kept
from zigwheel.matrix.model import Job, Selection
from zigwheel.matrix.release import Release, builds
from zigwheel.matrix.run import FIRST_GUESS, result_of
from zigwheel.matrix.schedule import Limits, carry_out
from zigwheel.matrix.select import Limits as Wanted
from zigwheel.matrix.select import select
from zigwheel.plan.files import digest
from zigwheel.recipe.create import wheel_of
from zigwheel.recipe.differences import between
from zigwheel.recipe.model import Wheel
from zigwheel.target.model import Host

VERSIONED = re.compile(r"[a-z]+_\d+_\d+_\w+")
"""A platform tag that says how old a system may be; `manylinux2014` and its like say it by a name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Traced:
    """What came of a wheel."""

    file: Path
    """The wheel that exists."""
    wheel: Wheel | None = None
    """Its part of a recipe; None if it does not come out of the build."""
    problems: tuple[str, ...] = ()
    """How what comes out differs from it, or why nothing does."""
    seconds: float = 0.0
    """Wall time of the build."""


def selected(
    project: Project,
    wheels: Sequence[Path],
    *,
    settings: Mapping[str, Any],
    environ: Mapping[str, str],
    host: Host,
) -> Selection:
    """A job for each wheel, in their order: what the project says of its Python and platform, and the very
    platform tag of the wheel.

    Raises `RecipeError` for wheels that are none of the project's, and what reading its settings raises.
    """
    served = {file: serving(file.name) for file in wheels}
    raise_all(
        RecipeError(
            f"{file.name!r} is no wheel that zigwheel could have made for others: its tags are for no "
            "Python and platform that it knows",
            hint="`linux_…` wheels are made from one machine's own libraries",
        )
        for file, those in served.items()
        if not those
    )
    only = tuple(dict.fromkeys(name for those in served.values() for name in those))
    chosen = select(project, Wanted(only=only), settings=settings, environ=environ, host=host)
    left_out = {one.identifier: one.reason for one in chosen.left_out}
    jobs, errors = [], []
    for file, those in served.items():
        found = [job for job in chosen.jobs if those.keys() & set(job.serves)]
        if found:
            target = target_of(file.name)
            ending = f"-{platform_name(target)}"
            job = next((one for one in found if one.identifier.endswith(ending)), found[0])
            target = target or job.target
            jobs.append(replace(job, identifier=file.name, target=target, tests=()))
        else:
            reasons = {left_out[name] for name in those if name in left_out}
            errors.append(
                RecipeError(f"{file.name!r} is not to be built: {'; '.join(sorted(reasons))}")
            )
    raise_all(errors)
    return replace(chosen, jobs=tuple(jobs), left_out=())


def serving(name: str) -> dict[str, None]:
    """The identifiers that a wheel of this file name serves, in their order; none if it has no such name."""
    parts = parse_name(name)
    tags = [tag.split("-") for tag in parts.tags] if parts else []
    return dict.fromkeys(
        one.name
        for one in identifiers().values()
        if any(fits(one, python, abi, platform) for python, abi, platform in tags)
    )


def fits(one: Identifier, python: str, abi: str, platform: str) -> bool:
    """Whether a tag is for a Python and a platform."""
    if platform != "any" and platform_name(platform) != one.platform.name:
        return False
    if abi == "none":
        return python.startswith("py3") and python[3:] in ("", str(one.python.version[1]))
    if abi.startswith("abi3"):
        return python == one.python.tag and abi.endswith("t") == one.python.free_threaded
    return (python, abi) == (one.python.tag, one.python.abi)


def target_of(name: str) -> str:
    """The platform tag that a wheel is to be built for; empty if it is for any."""
    parts = parse_name(name)
    platforms = sorted({tag.rpartition("-")[2] for tag in parts.tags}) if parts else ["any"]
    for wanted in ("universal2", ""):
        for platform in platforms:
            if VERSIONED.fullmatch(platform) and platform.endswith(wanted):
                return platform
    return "" if platforms[0] == "any" else platforms[0]


def traced(
    release: Release,
    selection: Selection,
    files: Iterable[Path],
    limits: Limits,
    ended: Callable[[Traced], None],
) -> list[Traced]:
    """Build the jobs of `selected`, and hold what comes out against the files; `ended` is told of each."""
    results: list[Traced] = []
    by_name = {file.name: file for file in files}

    def tell(one: Traced | None) -> None:
        if one is not None:
            results.append(one)
            ended(one)

    with tempfile.TemporaryDirectory(prefix="zigwheel-") as work:
        carry_out(
            builds(
                selection.jobs,
                release.generate,
                lambda job, n: trace(release, job, by_name[job.identifier], Path(work), n),
            ),
            limits,
            began=lambda task: None,
            ended=lambda task, one: tell(one),
            need=lambda: FIRST_GUESS,
            halt=release.workers.stop,
        )
    return results


def trace(release: Release, job: Job, file: Path, work: Path, processors: int) -> Traced:
    """Build one wheel, and hold it against one that exists; called from a thread."""
    folder = Path(tempfile.mkdtemp(dir=work))
    wheel, problems, seconds = recorded(release, job, folder, processors)
    if wheel is not None:
        made = folder / wheel.name
        problems = tuple(differences(file, made))
        own = next(name for name in serving(file.name) if name.startswith(f"{job.python}-"))
        wheel = replace(wheel, identifier=own)
    return Traced(file=file, wheel=None if problems else wheel, problems=problems, seconds=seconds)


def recorded(
    release: Release, job: Job, folder: Path, processors: int
) -> tuple[Wheel | None, tuple[str, ...], float]:
    """Build a wheel into a folder: its part of a recipe, or why there is none; and the seconds it took."""
    since = time.monotonic()
    answer = release.build(job, folder, processors)
    result = result_of(job, answer, folder, time.monotonic() - since)
    if result.error:
        return None, (result.error,), result.seconds
    if not may_be_kept(job, result.file, release.environ):
        reason = f"{result.file} is made from libraries or an SDK of this machine"
        return None, (reason,), result.seconds
    return wheel_of(release, job, result, folder / result.file), (), result.seconds


def differences(file: Path, made: Path) -> Iterable[str]:
    """How a wheel that was made differs from the one that exists; nothing if it is the same."""
    if file.name != made.name:
        yield f"the build makes {made.name}"
        return
    try:
        if digest(file) == digest(made):
            return
        found = list(between(file, made))
    except (*BROKEN, AuditError) as error:
        yield f"it cannot be read as a wheel: {error}"
        return
    yield from found or ["the members are the same, and the archive is another"]
