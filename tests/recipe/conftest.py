"""Releases with recipes: built once for all tests, by the command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.cache import cache_root, made_once
from tests.foreign.python import Unavailable

EXAMPLES = Path(__file__).parent.parent.parent / "examples"

NATIVE = f"cp{sys.version_info[0]}{sys.version_info[1]}"
"""The Python that runs the tests, whose headers are there."""

TARGETS = (
    "manylinux_x86_64",
    "manylinux_aarch64",
    "manylinux_i686",
    "manylinux_riscv64",
    "musllinux_x86_64",
    "musllinux_aarch64",
    "win_amd64",
    "win_arm64",
    "macosx_universal2",
    "macosx_arm64",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """A release as `zigwheel wheels` leaves it."""

    folder: Path
    """Where the recipe lies."""
    wheels: Path
    """The folder with the wheels and the sdist."""

    @property
    def recipe(self) -> Path:
        return self.folder / "wheelhouse.recipe.json"

    @property
    def sdist(self) -> Path:
        return next(self.wheels.glob("*.tar.gz"))

    def names(self) -> list[str]:
        return sorted(file.name for file in self.wheels.glob("*.whl"))

    def table(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.recipe.read_bytes())
        return found

    def copied(self, folder: Path) -> Built:
        """A copy that a test may change."""
        shutil.copytree(self.folder, folder)
        return Built(folder=folder, wheels=folder / "wheelhouse")

    def write(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the recipe."""
        table = self.table()
        change(table)
        self.recipe.write_text(json.dumps(table))


def run(
    *words: str | Path, code: int = 0, prefix: Sequence[str] = (), **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of zigwheel's."""
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "zigwheel", *map(str, words)],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def built(folder: Path, name: str, targets: Sequence[str], *, more: str = "") -> Built:
    """Build an example for targets."""
    source = folder / name
    shutil.copytree(EXAMPLES / name, source, ignore=shutil.ignore_patterns("__pycache__", "build*"))
    with (source / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    only = [word for target in targets for word in ("--only", f"{NATIVE}-{target}")]
    run("wheels", source, "--no-test", "-o", folder / "wheelhouse", *only)
    return Built(folder=folder, wheels=folder / "wheelhouse")


@pytest.fixture(scope="session")
def fastsum(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The C example for three systems."""
    folder = tmp_path_factory.mktemp("fastsum")
    return built(folder, "fastsum", ("manylinux_x86_64", "win_amd64", "macosx_universal2"))


def files_for(release: Built) -> Path:
    """A folder with all that a rebuild installs, downloaded by pip, which checks the hashes.

    What has been downloaded stays in the cache of the tests.
    """
    import hashlib

    text = run("rebuild", release.recipe, "--requirements").stdout
    name = hashlib.sha256(text.encode()).hexdigest()[:16]

    def make(folder: Path) -> None:
        listed = folder / "requirements.txt"
        listed.write_text(text)
        words = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--require-hashes",
            "--no-deps",
        ]
        done = subprocess.run(
            [*words, "-d", str(folder), "-r", str(listed)], capture_output=True, text=True
        )
        if done.returncode:
            raise Unavailable(done.stderr.strip())

    return made_once(cache_root() / f"requirements-{name}", make)
