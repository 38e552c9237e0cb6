"""What a wheel of the matrix is made from, as a recipe has it, and back: a job and its environment."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from zigwheel.errors import RecipeError
from zigwheel.matrix.model import Job
from zigwheel.recipe.model import Headers, Inputs, Recipe, Wheel
from zigwheel.reuse import HEEDED

OF_THE_MACHINE = re.compile(
    r"ZIGWHEEL_(?:ZIG|CACHE_DIR|BUILD_DIR|REUSE|VERBOSE|PYTHON_HEADERS|WHEELS_\w+|INTERPRETERS"
    r"|TEST_CACHE|CORPUS|RECORD|EDITABLE_SKIP|TARGET|PYTHON)|SDKROOT"
)
"""Variables that say where things are on one machine, what is built, or how it is shown."""

PLACES = frozenset({"cache-dir", "build-dir", "reuse", "verbose", "python-headers"})
"""Options of the same kind; `python-headers` is on record by what the headers are."""

NOT_RECORDED = frozenset({"PATH"})
"""Of what a project sets for its builds: it says where this machine has its programs."""


def counts(variable: str) -> bool:
    """Whether a variable of the user's environment has a part in what a wheel becomes."""
    return bool(HEEDED.fullmatch(variable)) and not OF_THE_MACHINE.fullmatch(variable)


def inputs_of(
    job: Job, settings: Mapping[str, Any], environ: Mapping[str, str], headers: Sequence[str]
) -> Inputs:
    """What a job's wheel is made from, beside the release's `settings` and the builds' `environ`."""
    own = {name: value for name, value in job.environ.items() if name not in NOT_RECORDED}
    kept = {
        name: value for name, value in {**settings, **job.settings}.items() if name not in PLACES
    }
    return Inputs(
        target=job.target,
        python=job.python,
        settings={
            name: value if isinstance(value, str) else tuple(map(str, value))
            for name, value in sorted(kept.items())
        },
        environ=dict(
            sorted(
                {
                    **{name: value for name, value in environ.items() if counts(name)},
                    **{name: value for name, value in own.items() if name not in job.withheld},
                }.items()
            )
        ),
        withheld={name: secret(own[name]) for name in sorted(own) if name in job.withheld},
        headers=tuple(
            Headers(version=version, sha256=sha256)
            for version, sha256 in (one.split(" ") for one in headers)
        ),
    )


def secret(value: str) -> str:
    """What a recipe says of a value that it does not tell."""
    return hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()


def job_of(wheel: Wheel, environ: Mapping[str, str]) -> Job:
    """The job that makes a wheel again; values that the recipe withholds come from `environ`.

    Raises `RecipeError` that names those which are not there, or have another value.
    """
    own = wheel.inputs
    wrong = [name for name in own.withheld if secret(environ.get(name, "")) != own.withheld[name]]
    if wrong:
        raise RecipeError(
            f"`withheld` of {wheel.name} names {', '.join(map(repr, wrong))}, whose values are not "
            "those of the first build",
            hint="set these variables to what they were; the recipe has only their hashes",
        )
    return Job(
        identifier=wheel.name,
        target=own.target,
        python=own.python,
        settings=MappingProxyType(
            {k: v if isinstance(v, str) else list(v) for k, v in own.settings.items()}
        ),
        environ=MappingProxyType({**own.environ, **{name: environ[name] for name in own.withheld}}),
    )


def surroundings(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's environment without what would have a part in a wheel: a recipe says that."""
    return {name: value for name, value in environ.items() if not counts(name)}


def chosen(recipe: Recipe, names: Sequence[str]) -> list[Wheel]:
    """The wheels of a recipe that patterns name, or all. Raises `RecipeError` for what names none."""
    from fnmatch import fnmatchcase

    def fits(wheel: Wheel, pattern: str) -> bool:
        return fnmatchcase(wheel.name, pattern) or fnmatchcase(wheel.identifier, pattern)

    none = [name for name in names if not any(fits(wheel, name) for wheel in recipe.wheels)]
    if none:
        raise RecipeError(
            f"the recipe has no wheel {', '.join(map(repr, none))}",
            hint=f"it has {recipe.wheels[0].name} and {len(recipe.wheels) - 1} more"
            if recipe.wheels
            else "it has none at all",
        )
    return [
        wheel for wheel in recipe.wheels if not names or any(fits(wheel, name) for name in names)
    ]
