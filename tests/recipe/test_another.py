"""A recipe that another release of zigwheel has written is followed by that one."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.recipe.conftest import EXAMPLES, NATIVE, Built, files_for, run
from zigwheel import __version__
from zigwheel.errors import RecipeError
from zigwheel.reuse import code_of, own_code

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
OLD = "0.1.0.post1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """A release of the past."""

    release: Built
    """What it has built."""
    files: Path
    """All that its recipe asks for, and that zigwheel."""


def command(words: Sequence[str | Path]) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A zigwheel that calls itself otherwise, and differs in a way that does no harm."""
    folder = tmp_path_factory.mktemp("past")
    tree = folder / "tree"
    tree.mkdir()
    for name in ("src", "templates"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    own = tree / "src" / "zigwheel" / "__init__.py"
    text = own.read_text(encoding="utf-8")
    own.write_text(text.replace(f'"{__version__}"', f'"{OLD}"'), encoding="utf-8")
    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    command([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, tree])
    (wheel,) = wheels.glob(f"zigwheel-{OLD}-*.whl")

    environment = folder / "environment"
    command([sys.executable, "-m", "venv", "--without-pip", environment])
    python = environment / "bin" / "python"
    command([*pip, "--python", python, "install", wheel])
    source = shutil.copytree(EXAMPLES / "fastsum", folder / "fastsum")
    only = ["--only", f"{NATIVE}-manylinux_x86_64", "--only", f"{NATIVE}-win_amd64"]
    command(
        [
            python,
            "-m",
            "zigwheel",
            "wheels",
            source,
            "-o",
            folder / "wheelhouse",
            "--no-test",
            *only,
        ]
    )
    release = Built(folder=folder, wheels=folder / "wheelhouse")
    files = shutil.copytree(files_for(release), folder / "files")
    shutil.copy(wheel, files)
    return Past(release=release, files=files)


def test_it_was_another(past: Past) -> None:
    text = past.release.recipe.read_text(encoding="utf-8")
    assert re.search(rf'"zigwheel": "{re.escape(OLD)}"', text)
    assert own_code() not in text
    assert code_of(ROOT / "src" / "zigwheel") == own_code()


def test_that_one_follows_it(past: Past, tmp_path: Path) -> None:
    out, store = tmp_path / "out", tmp_path / "store"
    more = ("--find-links", past.files, "--no-index")
    done = run("rebuild", past.release.recipe, "-o", out, "--store", store, *more)
    assert f"zigwheel {OLD} has written this recipe, and follows it" in done.stderr
    assert {file.name for file in out.iterdir()} == set(past.release.names())
    for file in out.iterdir():
        data = (past.release.wheels / file.name).read_bytes()
        assert file.read_bytes() == data
        sha256 = hashlib.sha256(data).hexdigest()
        assert (store / "blobs" / "sha256" / sha256[:2] / sha256).read_bytes() == data
    # prepared, it goes without anything more
    none = tmp_path / "none"
    none.mkdir()
    run("rebuild", past.release.recipe, "--prepare", *more)
    again = ("-o", tmp_path / "again", "--find-links", none, "--no-index")
    run("rebuild", past.release.recipe, *again)
    assert len(list((tmp_path / "again").iterdir())) == 2


def test_code_that_is_not_as_recorded_is_not_run(past: Past, tmp_path: Path) -> None:
    release = past.release.copied(tmp_path / "copy")

    def change(table: dict[str, object]) -> None:
        text = json.dumps(table)
        code = re.search(r'"code": "([0-9a-f]{64})"', text)
        assert code is not None
        table.update(json.loads(text.replace(code[1], "0" * 64)))

    release.write(change)
    words = ("-o", tmp_path / "out", "--find-links", past.files, "--no-index")
    done = run("rebuild", release.recipe, *words, code=RecipeError.exit_code)
    assert "`internalParameters.toolchain.code` of the recipe is '000" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_release_that_cannot_be_had(past: Past, tmp_path: Path) -> None:
    files = shutil.copytree(past.files, tmp_path / "files")
    for wheel in files.glob("zigwheel-*"):
        wheel.unlink()
    release = past.release.copied(tmp_path / "copy")
    text = release.recipe.read_text(encoding="utf-8").replace(f'"{OLD}"', '"0.1.0.post2"')
    release.recipe.write_text(text, encoding="utf-8")
    words = ("-o", tmp_path / "out", "--find-links", files, "--no-index")
    done = run("rebuild", release.recipe, *words, code=RecipeError.exit_code)
    assert "`internalParameters.toolchain.zigwheel` of the recipe is '0.1.0.post2'" in done.stderr
    assert "cannot be installed" in done.stderr
    assert not (tmp_path / "out").exists()
