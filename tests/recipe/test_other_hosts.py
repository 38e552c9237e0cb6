"""A recipe that was made on x86-64 is followed by a machine of another kind."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.corpus.project import prepared
from tests.corpus.record import packages
from tests.corpus.rig import open_workshop
from tests.foreign.cache import cache_root
from tests.foreign.python import Unavailable
from tests.foreign.registry import python_named
from tests.hosts.linux import LinuxMachine, aarch64_machine
from tests.hosts.parts import code
from tests.recipe.conftest import run

IDENTIFIERS = ("cp313-manylinux_x86_64", "cp313-musllinux_aarch64")


@pytest.fixture
def aarch64(tmp_path: Path) -> LinuxMachine:
    """A Linux machine on aarch64 that shares the test's folder."""
    try:
        return aarch64_machine(tmp_path)
    except Unavailable as error:
        if os.environ.get("CI"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.mark.slow
def test_a_package_of_the_corpus_is_rebuilt_on_aarch64(
    aarch64: LinuxMachine, tmp_path: Path
) -> None:
    (package,) = (one for one in packages() if one.name == "markupsafe")
    project = prepared(package, open_workshop(tmp_path / "work", cache_root() / "zigwheel-wheel"))
    include = python_named("cp313-manylinux_x86_64").include
    house, out, there = tmp_path / "house", tmp_path / "out", tmp_path / "installed"
    only = [word for name in IDENTIFIERS for word in ("--only", name)]
    run("wheels", project, "--no-test", "-o", house, f"-Cpython-headers={include}", *only)
    recipe = tmp_path / "house.recipe.json"
    install(recipe, there)
    path = os.pathsep.join(map(str, (code(), aarch64.own / "packages", there)))
    words = ["-m", "zigwheel", "rebuild", recipe, "-o", out, "--no-isolation"]
    done = aarch64.run(words, PYTHONPATH=path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 wheels equal" in done.stderr
    assert digests(out) == {
        subject["name"]: subject["digest"]["sha256"]
        for subject in json.loads(recipe.read_bytes())["subject"]
    }
    assert len(digests(out)) == len(IDENTIFIERS)


def install(recipe: Path, folder: Path) -> None:
    """Install what a recipe has on record but for Zig, which is there, checked by hash."""
    lines = run("rebuild", recipe, "--requirements").stdout.replace(" \\\n", " ").splitlines()
    listed = folder.with_suffix(".txt")
    listed.write_text("\n".join(line for line in lines if not line.startswith("ziglang==")))
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps"]
    subprocess.run([*words, "--target", str(folder), "-r", str(listed)], check=True)


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
