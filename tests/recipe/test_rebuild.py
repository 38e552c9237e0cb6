"""Wheels are deleted and made again from a recipe, in a fresh environment, without a network."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.foreign.cache import cache_root
from tests.recipe.conftest import NATIVE, TARGETS, Built, built, files_for, run
from zigwheel.errors import RecipeError

pytestmark = pytest.mark.slow

REFUSED = RecipeError.exit_code
OFFLINE = ("unshare", "--map-root-user", "--net")
"""Runs a command where there is no network at all."""


def offline() -> tuple[str, ...]:
    if not shutil.which("unshare") or subprocess.run([*OFFLINE, "true"]).returncode:
        refuse = pytest.fail if os.environ.get("CI") else pytest.skip
        refuse("there is no `unshare` here, or it may not make namespaces")
    return OFFLINE


def digests(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
        if file.suffix != ".gz"
    }


@pytest.mark.parametrize("name", ["fastsum", "geometry", "sieve"])
def test_deleted_and_rebuilt_without_a_network(name: str, tmp_path: Path) -> None:
    release = built(tmp_path / "first", name, TARGETS)
    before = digests(release.wheels)
    assert len(before) == len(TARGETS)
    files = files_for(release)
    for wheel in release.names():
        (release.wheels / wheel).unlink()
    done = run(
        "rebuild",
        release.recipe,
        "-o",
        release.wheels,
        "--find-links",
        files,
        "--no-index",
        prefix=offline(),
    )
    assert digests(release.wheels) == before
    assert done.stdout.count("= ") == len(TARGETS)


def test_one_wheel_by_name_or_identifier(fastsum: Built, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("rebuild", fastsum.recipe, "-o", out, "--no-isolation", "--wheel", f"{NATIVE}-win_amd64")
    (wheel,) = out.iterdir()
    assert wheel.read_bytes() == (fastsum.wheels / wheel.name).read_bytes()
    other = run("rebuild", fastsum.recipe, "-o", out, "--wheel", "*linux_mips*", code=REFUSED)
    assert "no wheel '*linux_mips*'" in other.stderr


def test_without_the_sdist(fastsum: Built, tmp_path: Path) -> None:
    release = fastsum.copied(tmp_path / "copy")
    release.sdist.unlink()
    done = run("rebuild", release.recipe, "-o", tmp_path / "out", code=REFUSED)
    assert "--sdist" in done.stderr


def in_sdist(table: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = table["predicate"]["buildDefinition"]["externalParameters"]["sdist"]
    return found


def toolchain(table: dict[str, Any]) -> dict[str, Any]:
    inner = table["predicate"]["buildDefinition"]["internalParameters"]
    found: dict[str, Any] = inner["toolchain"]
    return found


def other_headers(table: dict[str, Any]) -> None:
    wheels = table["predicate"]["buildDefinition"]["externalParameters"]["wheels"]
    for wheel in wheels.values():
        wheel["headers"][0]["sha256"] = "0" * 64


def other_sdist(table: dict[str, Any]) -> None:
    in_sdist(table)["digest"]["sha256"] = "0" * 64
    table["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"]["sha256"] = "0" * 64


def other_compiler(table: dict[str, Any]) -> None:
    own = toolchain(table)["compilers"]
    own.update(dict.fromkeys(own, "0" * 64))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (other_sdist, "`externalParameters.sdist.digest.sha256`"),
        (lambda t: in_sdist(t).update(size=7), "`externalParameters.sdist.size`"),
        (lambda t: toolchain(t).update(zig="0.15.1"), "`internalParameters.toolchain.zig`"),
        (
            lambda t: toolchain(t).update(zigwheel="0.0.1"),
            "`internalParameters.toolchain.zigwheel`",
        ),
        (lambda t: toolchain(t).update(code="0" * 64), "`internalParameters.toolchain.code`"),
        (other_compiler, "`internalParameters.toolchain.compilers."),
        (other_headers, "`headers` of "),
    ],
    ids=["sdist", "size", "zig", "zigwheel", "code", "compiler", "headers"],
)
def test_what_is_not_as_recorded_is_refused(
    fastsum: Built, tmp_path: Path, change: Callable[[dict[str, Any]], object], field: str
) -> None:
    release = fastsum.copied(tmp_path / "copy")
    release.write(change)
    before = sorted(tmp_path.rglob("*"))
    done = run("rebuild", release.recipe, "-o", tmp_path / "out", "--no-isolation", code=REFUSED)
    assert field in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_changed_byte_in_the_sdist(fastsum: Built, tmp_path: Path) -> None:
    release = fastsum.copied(tmp_path / "copy")
    data = bytearray(release.sdist.read_bytes())
    data[len(data) // 2] ^= 1
    release.sdist.write_bytes(data)
    done = run("rebuild", release.recipe, "-o", tmp_path / "out", code=REFUSED)
    assert "`externalParameters.sdist.digest.sha256` of the recipe is" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_tampered_requirement(fastsum: Built, tmp_path: Path) -> None:
    files = shutil.copytree(files_for(fastsum), tmp_path / "files")
    wheel = next(files.glob("packaging-*.whl"))
    data = bytearray(wheel.read_bytes())
    data[-1] ^= 1
    wheel.write_bytes(data)
    out = tmp_path / "out"
    words = ("rebuild", fastsum.recipe, "-o", out, "--find-links", files, "--no-index")
    cache = str(without_environments(tmp_path / "cache"))
    done = run(*words, code=REFUSED, ZIGWHEEL_CACHE_DIR=cache)
    assert "`buildDefinition.resolvedDependencies` of the recipe" in done.stderr
    assert "packaging" in done.stderr
    assert not out.exists()


def without_environments(folder: Path) -> Path:
    """The cache of the tests, but for the environments that rebuilds have made."""
    folder.mkdir()
    for entry in sorted((cache_root() / "zigwheel").iterdir()):
        if entry.name != "environments":
            (folder / entry.name).symlink_to(entry)
    return folder


def test_an_environment_is_kept_while_it_is_as_it_was_made(fastsum: Built, tmp_path: Path) -> None:
    cache = without_environments(tmp_path / "cache")
    files, none = files_for(fastsum), tmp_path / "none"
    none.mkdir()

    def rebuild(out: str, source: Path, code: int = 0) -> None:
        words = ("rebuild", fastsum.recipe, "-o", tmp_path / out, "--wheel", "*win_amd64")
        more = ("--find-links", source, "--no-index")
        run(*words, *more, code=code, ZIGWHEEL_CACHE_DIR=str(cache))
        assert (tmp_path / out).is_dir() == (code == 0)

    rebuild("first", files)
    rebuild("kept", none)
    (code,) = cache.glob("environments/*/environment/lib/python*/site-packages/packaging/tags.py")
    text = code.read_text(encoding="utf-8")
    code.write_text(f"{text}\n# changed\n", encoding="utf-8")
    rebuild("changed", none, REFUSED)
    rebuild("again", files)
    (code,) = cache.glob("environments/*/environment/lib/python*/site-packages/packaging/tags.py")
    assert code.read_text(encoding="utf-8") == text
    code.with_name("extra.py").touch()
    rebuild("added", none, REFUSED)


def test_a_forged_hash(fastsum: Built, tmp_path: Path) -> None:
    release = fastsum.copied(tmp_path / "copy")

    def forge(table: dict[str, Any]) -> None:
        wheel = next(s for s in table["subject"] if "win_amd64" in s["name"])
        wheel["digest"]["sha256"] = "0" * 64
        members = wheel["annotations"]["members"]
        members[next(name for name in members if name.endswith(".pyd"))] = "1" * 64
        members["fastsum/more.py"] = "2" * 64

    release.write(forge)
    out = tmp_path / "out"
    done = run("rebuild", release.recipe, "-o", out, "--no-isolation", code=REFUSED)
    assert sorted(digests(out)) == [n for n in release.names() if "win_amd64" not in n]
    assert "fastsum/more.py is missing" in done.stderr
    assert ".pyd: its sha256 is" in done.stderr
    assert "2 wheels equal, 1 different, 0 could not be built" in done.stderr


def test_a_value_that_the_recipe_withholds(tmp_path: Path) -> None:
    more = '[tool.zigwheel.wheels]\nenvironment = { CFLAGS = "-DTOKEN=$TOKEN", PLAIN = "1" }\n'
    folder = tmp_path / "first"
    os.environ["TOKEN"] = "7312"
    try:
        release = built(folder, "fastsum", ("manylinux_x86_64",), more=more)
        text = release.recipe.read_text()
        assert "7312" not in text
        (inputs,) = json.loads(text)["predicate"]["buildDefinition"]["externalParameters"][
            "wheels"
        ].values()
        assert inputs["environ"] == {"PLAIN": "1"}
        assert list(inputs["withheld"]) == ["CFLAGS"]
    finally:
        del os.environ["TOKEN"]
    words = ("rebuild", release.recipe, "--no-isolation", "-o", tmp_path / "out")
    done = run(*words, code=REFUSED)
    assert "`withheld`" in done.stderr
    assert "'CFLAGS'" in done.stderr
    run(*words, CFLAGS="-DTOKEN=7312")
    assert digests(tmp_path / "out") == digests(release.wheels)


def test_what_the_environment_says_does_not_count(fastsum: Built, tmp_path: Path) -> None:
    run(
        "rebuild",
        fastsum.recipe,
        "--no-isolation",
        "-o",
        tmp_path / "out",
        CFLAGS="-DSOMETHING",
        SOURCE_DATE_EPOCH="1",
        ZIGWHEEL_OPTIMIZE="debug",
    )
    assert digests(tmp_path / "out") == digests(fastsum.wheels)
