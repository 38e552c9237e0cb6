"""Recipes for wheels that exist, and for a single one that is built."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.recipe.conftest import EXAMPLES, NATIVE, Built, run
from zigwheel.errors import CompileError, RecipeError
from zigwheel.recipe.document import parsed
from zigwheel.recipe.existing import serving, target_of

REFUSED = RecipeError.exit_code


@pytest.mark.parametrize(
    ("name", "first", "number", "target"),
    [
        (
            "a-1-cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
            "cp313-manylinux_x86_64",
            1,
            "manylinux_2_17_x86_64",
        ),
        ("a-1-cp313-cp313t-musllinux_1_2_aarch64.whl", "cp313t-musllinux_aarch64", 1, None),
        ("a-1-cp39-cp39-win32.whl", "cp39-win32", 1, "win32"),
        ("a-1-cp311-abi3-win_amd64.whl", "cp311-win_amd64", 1, "win_amd64"),
        ("a-1-pp311-pypy311_pp80-macosx_11_0_arm64.whl", "pp311-macosx_arm64", 1, None),
        (
            "a-1-cp313-cp313-macosx_10_13_x86_64.macosx_11_0_arm64.macosx_10_13_universal2.whl",
            "cp313-macosx_x86_64",
            3,
            "macosx_10_13_universal2",
        ),
        ("a-1-py3-none-any.whl", "cp39-manylinux_x86_64", 200, ""),
        ("a-1-py3-none-win_arm64.whl", "cp39-win_arm64", 8, "win_arm64"),
        ("a-1-cp313-cp313-linux_x86_64.whl", "", 0, "linux_x86_64"),
        ("a-1-cp27-cp27mu-manylinux1_x86_64.whl", "", 0, "manylinux1_x86_64"),
        ("no wheel", "", 0, ""),
    ],
)
def test_what_a_name_says(name: str, first: str, number: int, target: str | None) -> None:
    found = list(serving(name))
    assert (found[0] if found else "") == first or first in found
    assert len(found) >= number if number > 3 else len(found) == number
    if target is not None:
        assert target_of(name) == target


@pytest.mark.slow
def test_wheels_that_exist(fastsum: Built, tmp_path: Path) -> None:
    release = fastsum.copied(tmp_path / "copy")
    first = parsed(release.recipe.read_bytes(), "first")
    release.recipe.unlink()
    done = run("recipe", release.sdist, release.wheels, "--no-isolation")
    assert done.stdout.count("= ") == 3
    assert "3 of 3 wheels recorded" in done.stderr
    second = parsed(release.recipe.read_bytes(), "second")
    assert [one.output for one in second.wheels] == [one.output for one in first.wheels]
    assert [one.identifier for one in second.wheels] == [one.identifier for one in first.wheels]
    assert (second.sdist, second.toolchain) == (first.sdist, first.toolchain)
    done = run("rebuild", release.recipe, "--no-isolation", "-o", tmp_path / "out")
    assert "3 wheels equal" in done.stderr


@pytest.mark.slow
def test_a_wheel_that_something_else_has_made(fastsum: Built, tmp_path: Path) -> None:
    release = fastsum.copied(tmp_path / "copy")
    release.recipe.unlink()
    wheel = next(release.wheels.glob("*win_amd64.whl"))
    other = wheel.with_name("other")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(other, "w") as two:
        for info in one.infolist():
            data = one.read(info)
            two.writestr(info, data + b"# more\n" if info.filename.endswith(".py") else data)
    other.replace(wheel)
    done = run("recipe", release.sdist, release.wheels, "--no-isolation", code=REFUSED)
    assert f"≠ {wheel.name}" in done.stdout
    assert "more" in done.stderr
    assert "2 of 3 wheels recorded" in done.stderr
    recorded = [one.name for one in parsed(release.recipe.read_bytes(), "x").wheels]
    assert len(recorded) == 2
    assert wheel.name not in recorded
    wheel.write_bytes(b"no archive")
    done = run("recipe", release.sdist, wheel, "-o", tmp_path / "no.json", code=REFUSED)
    assert "it cannot be read as a wheel" in done.stderr
    assert not (tmp_path / "no.json").exists()


def test_wheels_of_nobody(fastsum: Built, tmp_path: Path) -> None:
    wheel = tmp_path / "fastsum-1.2.0-cp313-cp313-linux_x86_64.whl"
    wheel.touch()
    done = run("recipe", fastsum.sdist, wheel, code=REFUSED)
    assert "is no wheel that zigwheel could have made for others" in done.stderr
    done = run("recipe", fastsum.sdist, tmp_path / "none.whl", code=REFUSED)
    assert "there is no file" in done.stderr
    done = run("recipe", tmp_path / "none.tar.gz", wheel, code=REFUSED)
    assert "there is no sdist" in done.stderr


@pytest.mark.slow
def test_one_wheel_with_its_recipe(tmp_path: Path) -> None:
    source = tmp_path / "fastsum"
    shutil.copytree(EXAMPLES / "fastsum", source, ignore=shutil.ignore_patterns("build*"))
    dist = tmp_path / "dist"
    words = ("build", source, "-o", dist, "--recipe", tmp_path / "dist.recipe.json")
    done = run(*words, "--target", "manylinux_2_28_aarch64", "--python", NATIVE)
    wheel = Path(done.stdout.strip())
    assert wheel.parent == dist
    data = wheel.read_bytes()
    (one,) = parsed((tmp_path / "dist.recipe.json").read_bytes(), "x").wheels
    assert one.name == wheel.name
    assert one.identifier == f"{NATIVE}-manylinux_aarch64"
    assert one.inputs.target == "manylinux_2_28_aarch64"
    assert str(tmp_path) not in json.dumps((tmp_path / "dist.recipe.json").read_text())
    wheel.unlink()
    run("rebuild", tmp_path / "dist.recipe.json", "-o", dist, "--no-isolation")
    assert wheel.read_bytes() == data


@pytest.mark.slow
def test_this_machine_is_named_in_the_recipe(tmp_path: Path) -> None:
    """A recipe without a target would be another one on every machine."""
    source = tmp_path / "fastsum"
    shutil.copytree(EXAMPLES / "fastsum", source, ignore=shutil.ignore_patterns("build*"))
    run("build", source, "-o", tmp_path / "dist", "--recipe", tmp_path / "dist.recipe.json")
    (one,) = parsed((tmp_path / "dist.recipe.json").read_bytes(), "x").wheels
    assert one.inputs.target in one.name
    assert one.inputs.python == NATIVE


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "fastsum"
    shutil.copytree(EXAMPLES / "fastsum", source, ignore=shutil.ignore_patterns("build*"))
    broken = next((source / "src").rglob("*.c"))
    broken.write_text("#error broken on purpose\n")
    words = ("build", source, "-o", tmp_path / "dist", "--recipe", tmp_path / "r.json")
    done = run(*words, "--target", "win_amd64", "--python", NATIVE, code=CompileError.exit_code)
    assert "broken on purpose" in done.stderr
    assert not (tmp_path / "dist").exists()
    assert not (tmp_path / "r.json").exists()
    done = run("build", source, "--recipe", "x", "--target", "vax", code=5)
    assert "vax" in done.stderr
