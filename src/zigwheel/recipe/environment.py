"""An environment with exactly what a recipe has on record, checked by hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from zigwheel.errors import MatrixError, RecipeError, raise_all
from zigwheel.matrix.environment import Environment, bare, install
from zigwheel.matrix.surroundings import for_tools
from zigwheel.recipe.create import OWN
from zigwheel.recipe.model import Recipe, Requirement

FIELD = "`buildDefinition.resolvedDependencies`"


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where requirements are installed from."""

    folders: tuple[Path, ...] = ()
    """Folders with files of distributions."""
    index: bool = True
    """Whether an index is asked, too: the one that pip or uv is set up for."""


def listed(requirements: Sequence[Requirement]) -> str:
    """Requirements with their hashes, as pip and uv read them from a file."""
    lines = []
    for one in requirements:
        hashes = "".join(f" \\\n    --hash=sha256:{sha256}" for sha256 in one.hashes)
        lines.append(f"{one.name}=={one.version}{hashes}\n")
    return "".join(lines)


def furnished(
    folder: Path, requirements: Sequence[Requirement], origin: Origin, environ: Mapping[str, str]
) -> Environment:
    """A new environment in a folder with these requirements; nothing is built for it, nothing else added.

    Raises `RecipeError` where a file with one of the recorded hashes cannot be had, and `MatrixError`.
    """
    environment = bare(folder / "environment", environ)
    file = folder / "requirements.txt"
    file.write_text(listed(requirements), encoding="utf-8")
    words = [f"-r {quoted(file)}", "--require-hashes", "--no-deps", "--only-binary :all:"]
    words += places(origin)
    try:
        install(environment, words, for_tools(environ))
    except MatrixError as error:
        raise RecipeError(
            f"{FIELD} of the recipe: {error.message}",
            hint="each file has to have a hash that the recipe names; `zigwheel rebuild RECIPE "
            "--requirements` prints them for `pip download --require-hashes --no-deps -r`",
        ) from error
    return environment


def places(origin: Origin) -> list[str]:
    """Where things are installed from, as options of pip's and uv's."""
    words = [f"--find-links {quoted(one)}" for one in origin.folders]
    return words if origin.index else [*words, "--no-index"]


def quoted(file: Path) -> str:
    """A path as `given` splits it."""
    import shlex

    return shlex.quote(str(file))


def check_here(requirements: Sequence[Requirement]) -> None:
    """Refuse this environment if it has other versions than a recipe. Raises `RecipeError`."""
    errors = []
    for one in requirements:
        try:
            found = version(one.name)
        except PackageNotFoundError:
            found = ""
        if found != one.version:
            errors.append(
                RecipeError(
                    f"{FIELD} of the recipe has {one.name} {one.version}, and this environment "
                    + (f"{found}" if found else "does not have it"),
                    hint="leave --no-isolation out, or install that version",
                )
            )
    raise_all(errors)


def needed(recipe: Recipe, *, zig: bool) -> tuple[Requirement, ...]:
    """What has to be installed: all of it, but Zig's own distribution where Zig is at hand."""
    return tuple(one for one in recipe.requirements if not (zig and one.name == OWN))
