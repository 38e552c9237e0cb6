"""The steps: the matrix by one command, then its wheels in another order, then each one alone."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.corpus.rig import Workshop, said
from tests.examples.rig import ROOT, in_place
from tests.proof.judging import objections

SEED = 5
"""For the other order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """What one command has made."""

    house: Path
    """The folder with the sdist and the wheels."""
    manifest: Mapping[str, Any]
    """The manifest."""
    seconds: float
    """From the start to the end."""

    @property
    def wheels(self) -> dict[str, str]:
        """The sha256 of each wheel, by identifier."""
        return {w["identifier"]: w["sha256"] for w in self.manifest["wheels"] if w["file"]}

    @property
    def sdist(self) -> Path:
        """The sdist."""
        return self.house / str(self.manifest["sdist"]["file"])

    def tests(self) -> dict[str, dict[str, str]]:
        """Reasons of all tests by identifier, for each state."""
        found: dict[str, dict[str, str]] = {}
        for wheel in self.manifest["wheels"]:
            for test in wheel["tests"]:
                found.setdefault(test["state"], {})[test["identifier"]] = test["reason"]
        return found


def matrix(
    source: Path, workshop: Workshop, name: str, *words: str | Path, **environ: str
) -> Matrix:
    """`zigwheel wheels`. What fails is in the manifest."""
    house = workshop.folder / "houses" / name
    house.parent.mkdir(parents=True, exist_ok=True)
    since = time.monotonic()
    log = house.with_suffix(".log")
    with log.open("wb") as file:
        subprocess.run(
            zigwheel("wheels", source, "-o", house, *words),
            env={**in_place(workshop.environ), **environ},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    seconds = time.monotonic() - since
    manifest = house.with_suffix(".json")
    if not manifest.is_file():
        raise SystemExit(log.read_text(encoding="utf-8", errors="replace"))
    return Matrix(house=house, manifest=json.loads(manifest.read_bytes()), seconds=seconds)


def zigwheel(*words: str | Path) -> list[str]:
    """A command line of the zigwheel at hand."""
    return [sys.executable, "-m", "zigwheel", *map(str, words)]


def judged(made: Matrix, *, jobs: int) -> dict[str, str]:
    """What the judges of other projects hold against the wheels."""
    return objections(sorted(made.house.glob("*.whl")), jobs=jobs)


def differs_in_another_order(made: Matrix, workshop: Workshop, name: str) -> list[str]:
    """Wheels that come out otherwise with an empty cache, shuffled, three at a time."""
    names = sorted(made.wheels)
    random.Random(SEED).shuffle(names)
    with fresh_cache(workshop) as environ:
        words = [word for one in names for word in ("--only", one)]
        other = matrix(
            made.sdist, workshop, f"{name}-again", *words, "--no-test", "-j", "3", **environ
        )
    return [one for one in names if other.wheels.get(one) != made.wheels[one]]


def differs_alone(made: Matrix, workshop: Workshop, *, jobs: int) -> list[str]:
    """Wheels that come out otherwise where each is built by a command, with an empty cache, of its own."""
    with ThreadPoolExecutor(jobs) as pool:
        same = pool.map(lambda one: alone(made, one, workshop) == made.wheels[one], made.wheels)
        return [one for one, equal in zip(made.wheels, same, strict=True) if not equal]


def rebuilt(made: Matrix, workshop: Workshop) -> list[str]:
    """The wheels that come out of the recipe again, in a fresh environment, without a network."""
    recipe = made.house.with_name(f"{made.house.name}.recipe.json")
    out, files = made.house.with_name(f"{made.house.name}-rebuilt"), recipe.with_suffix(".files")
    environ = in_place(workshop.environ)
    listed = recipe.with_suffix(".txt")
    words = zigwheel("rebuild", recipe, "--requirements")
    listed.write_bytes(
        subprocess.run(words, env=environ, check=True, stdout=subprocess.PIPE).stdout
    )
    pip = [sys.executable, "-m", "pip", "download", "--require-hashes", "--no-deps"]
    said("the requirements", [*pip, "-d", files, "-r", listed], environ)
    with fresh_cache(workshop) as fresh:
        subprocess.run(
            [
                *("unshare", "--map-root-user", "--net"),
                *zigwheel("rebuild", recipe, "--sdist", made.sdist, "-o", out),
                *("--find-links", str(files), "--no-index"),
            ],
            env={**environ, **fresh},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    found = {file.name: digest(file) for file in out.glob("*.whl")}
    return [
        wheel["identifier"]
        for wheel in made.manifest["wheels"]
        if wheel["file"] and found.get(wheel["file"]) == wheel["sha256"]
    ]


def alone(made: Matrix, identifier: str, workshop: Workshop) -> str:
    """The sha256 of a wheel that `zigwheel build` makes."""
    python, _, target = identifier.partition("-")
    with TemporaryDirectory() as folder, fresh_cache(workshop) as environ:
        variables = {**in_place(workshop.environ), **environ}
        with tarfile.open(made.sdist) as archive:
            archive.extractall(folder, filter="data")
        (project,) = Path(folder).iterdir()
        words = ["--target", target, "--python", python, "-o", f"{folder}/dist"]
        said(f"{identifier} alone", zigwheel("build", project, *words), variables)
        (wheel,) = Path(folder).glob("dist/*.whl")
        return digest(wheel)


def digest(file: Path) -> str:
    """The sha256 of a file."""
    import hashlib

    return hashlib.sha256(file.read_bytes()).hexdigest()


@contextmanager
def fresh_cache(workshop: Workshop) -> Iterator[Mapping[str, str]]:
    """A cache with the toolchain, with header packs, and nothing of any project."""
    warm = Path(workshop.environ["ZIGWHEEL_CACHE_DIR"])
    with TemporaryDirectory(prefix="zigwheel-cache-") as folder:
        for name in ("zig", "zig-global", "header-packs"):
            if (warm / name).is_dir():
                os.symlink(warm / name, Path(folder) / name)
        yield {"ZIGWHEEL_CACHE_DIR": folder}


def furnished(workshop: Workshop, pythons: Sequence[str]) -> Workshop:
    """The workshop with a cache of its own, which has the toolchain and header packs of these Pythons."""
    from tests.foreign.headers import debian_headers

    with fresh_cache(workshop) as environ:
        cache = shutil.copytree(
            environ["ZIGWHEEL_CACHE_DIR"], workshop.folder / "cache", symlinks=True
        )
    own = {**workshop.environ, "ZIGWHEEL_CACHE_DIR": str(cache)}
    for version in (re.sub(r"cp3(\d+)", r"3.\1", name) for name in pythons):
        include = debian_headers(version, "x86_64") / f"python{version}"
        folder = workshop.folder / "packs" / version
        words = ["pack", include, "-o", folder, "--license", ROOT / "LICENSE"]
        said("packing headers", zigwheel("headers", *words), in_place(own))
        (pack,) = folder.glob("*.whl")
        said("adding headers", zigwheel("headers", "add", pack), in_place(own))
    return replace(workshop, environ=own)
