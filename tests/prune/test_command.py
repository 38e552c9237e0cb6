"""`zigwheel prune`: wheels that can be made again go, and nothing else does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.prune.shelf import Shelf, made, put, release
from tests.recipe.conftest import run
from zigwheel.errors import ConfigError, RecipeError, StoreError
from zigwheel.recipe.model import Recipe
from zigwheel.store.model import place

USAGE, REFUSED = ConfigError.exit_code, RecipeError.exit_code


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return made(tmp_path / "shelf")


def prune(shelf: Shelf, *words: str | Path, code: int = 0) -> str:
    """Prune with all recipes and statements; what was printed."""
    said = ("--statement", shelf.statements) if any(shelf.statements.iterdir()) else ()
    done = run("prune", shelf.store.root, shelf.recipes, *said, *words, code=code)
    return done.stdout + done.stderr


def names(one: Recipe) -> set[str]:
    return {wheel.output.file.sha256 for wheel in one.wheels}


def test_what_two_builders_have_made_goes(shelf: Shelf) -> None:
    both = release(shelf, "spam", "1.0")
    one = release(shelf, "eggs", "1.0", second=False)
    without = release(shelf, "bacon", "1.0", sdist=False)
    stranger = put(shelf, b"no recipe has this")
    before = shelf.there()
    said = prune(shelf, "--all", "--dry-run")
    assert shelf.there() == before
    assert "4 wheels would be deleted" in said
    lines = [line.split() for line in said.splitlines()]
    assert ["spam", "1.0", "4", "10", "kB", "4.0", "s", "-"] in lines
    assert "made by 1 builder, and 2 are asked for" in said
    assert "its sdist bacon-1.0.tar.gz is not in the store" in said
    assert "no recipe makes it" in said
    said = prune(shelf, "--all")
    assert "4 wheels deleted, 10000 bytes won" in said
    assert shelf.there() == before - names(both)
    assert names(one) | names(without) | {stranger, both.sdist.sha256} <= shelf.there()
    assert "0 wheels deleted" in prune(shelf, "--all")
    assert "4 wheels deleted" in prune(shelf, "--all", "--independent", "1")
    assert names(without) <= shelf.there()


def test_two_recipes_of_one_wheel_are_two_builders(shelf: Shelf) -> None:
    release(shelf, "spam", "1.0", second=False)
    assert "0 wheels would be" in prune(shelf, "--all", "--dry-run")
    file = shelf.recipes / "spam-1.0.recipe.json"
    other = shelf.recipes / "by-another.recipe.json"
    other.write_text(file.read_text().replace("urn:first", "urn:another"))
    assert "4 wheels would be" in prune(shelf, "--all", "--dry-run")


def test_an_sdist_in_a_folder(shelf: Shelf, tmp_path: Path) -> None:
    one = release(shelf, "spam", "1.0")
    sdist = tmp_path / one.sdist.name
    with shelf.store.get(one.sdist.sha256) as stream:
        sdist.write_bytes(stream.read())
    shelf.store.delete(one.sdist.sha256)
    assert "0 wheels would be" in prune(shelf, "--all", "--dry-run")
    assert "4 wheels would be" in prune(shelf, "--all", "--dry-run", "--sdists", tmp_path)
    sdist.write_bytes(bytes(one.sdist.size))
    assert "nor in the folder of sdists" in prune(shelf, "--all", "--dry-run", "--sdists", tmp_path)


def test_a_damaged_sdist(shelf: Shelf) -> None:
    one = release(shelf, "spam", "1.0")
    (shelf.store.root / place(one.sdist.sha256)).write_bytes(b"damaged")
    assert "its sdist spam-1.0.tar.gz is damaged in the store" in prune(shelf, "--all")
    assert names(one) <= shelf.there()


def test_policies(shelf: Shelf, tmp_path: Path) -> None:
    old, new = release(shelf, "spam", "1.0"), release(shelf, "spam", "2.0", seconds=60)
    counts = tmp_path / "counts.csv"
    wanted = next(wheel.name for wheel in old.wheels if "win_amd64" in wheel.name)
    counts.write_text(f"file,downloads\n{wanted},100\n")
    cases = {
        ("--downloads", counts, "--fewer", "1"): 7,
        ("--larger", "3K"): 2,
        ("--quicker", "30"): 4,
        ("--older", "1"): 0,
        ("--older", "0"): 8,
        ("--all", "--keep", "*-win_amd64"): 6,
        ("--all", "--keep", "spam>=2"): 4,
        ("--all", "--keep-newest", "1"): 4,
        ("--free", "5000"): 2,
        ("--quicker", "30", "--larger", "2000"): 3,
    }
    for words, number in cases.items():
        assert f"{number} wheels would be" in prune(shelf, *words, "--dry-run"), words
    for name in names(old):
        then = time.time() - 3 * 86400
        os.utime(shelf.store.root / place(name), (then, then))
    assert "4 wheels deleted" in prune(shelf, "--older", "2")
    assert names(new) <= shelf.there()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no condition is named"),
        (("--all", "--free", "1K"), "--all means that there is no condition"),
        (("--fewer", "3"), "--fewer needs downloads"),
        (("--larger", "much"), "--larger 'much' is no size"),
        (("--all", "--keep", "spam >"), "neither a glob nor a requirement"),
        (("--all", "--plot", "picture.txt"), "a plot cannot be written to 'picture.txt'"),
    ],
)
def test_what_is_no_policy(shelf: Shelf, words: tuple[str, ...], said: str) -> None:
    release(shelf, "spam", "1.0")
    before = shelf.there()
    assert said in prune(shelf, *words, code=USAGE)
    assert shelf.there() == before


def test_one_bad_recipe_stops_it_all(shelf: Shelf) -> None:
    release(shelf, "spam", "1.0")
    before = shelf.there()
    (shelf.recipes / "bad.recipe.json").write_text("{}")
    (shelf.statements / "bad.json").write_text("[")
    said = prune(shelf, "--all", code=REFUSED)
    assert "bad.recipe.json" in said
    assert "bad.json" in said
    assert shelf.there() == before


def test_a_store_that_is_none(shelf: Shelf, tmp_path: Path) -> None:
    release(shelf, "spam", "1.0")
    words = ("prune", tmp_path / "nothing", shelf.recipes, "--all")
    assert "is no store" in run(*words, code=StoreError.exit_code).stderr
    assert not (tmp_path / "nothing").exists()


def test_json_and_picture(shelf: Shelf, tmp_path: Path) -> None:
    one = release(shelf, "spam", "1.0")
    release(shelf, "money", "1.0", second=False)
    stranger = put(shelf, b"no recipe has this")
    picture = tmp_path / "picture.svg"
    words = (shelf.store.root, shelf.recipes, "--statement", shelf.statements, "--all")
    done = run("prune", *words, "--dry-run", "--json", "--plot", picture, "--keep", "$x$*")
    table = json.loads(done.stdout)
    assert table["deleted"] is False
    assert table["bytes-won"] == 10_000
    assert table["seconds-owed"] == 4.0
    assert {w["sha256"] for w in table["wheels"] if not w["kept"]} == names(one)
    assert table["sdists"] == {"blobs": 2, "bytes": 1000}
    assert table["without-recipe"] == {"blobs": 1, "bytes": len(b"no recipe has this")}
    assert stranger not in done.stdout
    text = "".join(ElementTree.fromstring(picture.read_text()).itertext())
    assert "seconds owed" in text
    assert "4 wheels: 10 kB won, 4.0 s owed" in text
    assert "made by 1 builder" in text
    first = picture.read_bytes()
    run("prune", *words, "--dry-run", "--json", "--plot", picture, "--keep", "$x$*")
    assert picture.read_bytes() == first


@pytest.mark.slow
def test_killed_a_hundred_times(shelf: Shelf) -> None:
    """Prunes that are killed: what they may not delete is there, and what is there is whole."""
    releases = [release(shelf, f"spam{n}", "1.0", sizes=(5000,) * 4) for n in range(30)]
    kept = [release(shelf, f"kept{n}", "1.0", second=False) for n in range(5)]
    going = {name for one in releases for name in names(one)}
    must_stay = shelf.there() - going
    full = shelf.root / "full"
    shutil.copytree(shelf.store.root, full)
    words = [sys.executable, "-m", "zigwheel", "prune", shelf.store.root, shelf.recipes]
    words += ["--statement", shelf.statements, "--all"]
    since = time.monotonic()
    subprocess.run([*words, "--dry-run"], check=True, stdout=subprocess.DEVNULL)
    whole = time.monotonic() - since
    told_by_the_killed = 0
    for kill in range(100):
        if not shelf.there() & going:
            shutil.copytree(full, shelf.store.root, dirs_exist_ok=True)
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        # most of the time goes by before the first is deleted
        time.sleep(whole * (0.7 + 0.6 * (kill % 25) / 25))
        process.send_signal(signal.SIGKILL)
        out = process.communicate()[0].decode()
        there = shelf.there()
        told = {line.split()[-1] for line in out.splitlines() if line.startswith("deleted ")}
        assert must_stay <= there
        assert told.isdisjoint(there)
        told_by_the_killed += process.returncode == -signal.SIGKILL and bool(told)
    assert told_by_the_killed, "no process was killed while it deleted"
    assert shelf.store.verify().good
    assert all(names(one) <= shelf.there() for one in kept)


def test_a_full_disk_is_no_hindrance(disk: Callable[[str], Path]) -> None:
    """Room can be made where there is none left."""
    shelf = made(disk("400k") / "shelf")
    one = release(shelf, "spam", "1.0", sizes=(50_000,) * 4)
    with pytest.raises(OSError, match="No space left"):
        (shelf.root / "filler").write_bytes(bytes(1_000_000))
    assert "4 wheels deleted" in prune(shelf, "--all")
    assert shelf.there().isdisjoint(names(one))
    assert shelf.store.verify().good
