"""A recipe of another zigwheel is followed by that very one, in an environment of its own.

Recipes live longer than releases of zigwheel, and equal bytes come of equal tools alone.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from zigwheel.errors import MatrixError, RecipeError
from zigwheel.matrix.environment import Environment, install
from zigwheel.matrix.surroundings import for_tools
from zigwheel.recipe.environment import Origin, furnished, places
from zigwheel.recipe.kept import environment_of
from zigwheel.recipe.model import Recipe, Toolchain
from zigwheel.recipe.rebuild import Options
from zigwheel.reuse import code_of

WHERE = "import importlib.util as u; print(u.find_spec('zigwheel').submodule_search_locations[0])"
"""Tells where zigwheel is, without running any of it."""


def is_another(recipe: Recipe) -> bool:
    """Whether a recipe was written by a zigwheel of another version than this one."""
    from zigwheel import __version__

    return recipe.toolchain.zigwheel != __version__


def rebuilt_by_another(recipe: Recipe, words: Sequence[str | Path], options: Options) -> int:
    """Run `zigwheel rebuild` of the zigwheel that has written a recipe: its exit code.

    With no `words` it is only installed. Raises `RecipeError` where it cannot be had, or is not the one on
    record.
    """

    environ = options.environ

    def make(folder: Path) -> None:
        environment = furnished(folder, recipe.requirements, options.origin, environ)
        add_zigwheel(environment, recipe.toolchain, options.origin)

    key = f"zigwheel {recipe.toolchain.zigwheel} {recipe.toolchain.code}"
    with environment_of(recipe.requirements, key, make, environ, options.cache) as environment:
        if not words:
            return 0
        command = [environment.python, "-m", "zigwheel", "rebuild", "--no-isolation"]
        variables = {k: v for k, v in environ.items() if not k.startswith("PYTHON")}
        return subprocess.run([*command, *map(str, words)], env=variables).returncode


def add_zigwheel(environment: Environment, toolchain: Toolchain, origin: Origin) -> None:
    """Install a release of zigwheel, and hold its files against the digest on record before they are run."""
    wanted = f"zigwheel=={toolchain.zigwheel}"
    words = [wanted, "--no-deps", "--only-binary :all:", *places(origin)]
    try:
        install(environment, words, for_tools(environment.environ))
    except MatrixError as error:
        raise RecipeError(
            f"`internalParameters.toolchain.zigwheel` of the recipe is {toolchain.zigwheel!r}, which "
            f"cannot be installed: {error.message}",
            hint="that release is needed: equal tools make equal wheels; --find-links names a folder with it",
        ) from error
    done = subprocess.run([environment.python, "-I", "-c", WHERE], capture_output=True)
    found = code_of(Path(done.stdout.decode("utf-8", "replace").strip()))
    if found != toolchain.code:
        raise RecipeError(
            f"`internalParameters.toolchain.code` of the recipe is {toolchain.code!r}, and {wanted}, as it "
            f"is published, has {found!r}",
            hint="the recipe was made with a zigwheel under development, and only that one can follow it",
        )
