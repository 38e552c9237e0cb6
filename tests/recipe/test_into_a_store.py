"""Rebuilds into a store: what it lacks, what was damaged; and what is left by those that are killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.recipe.conftest import NATIVE, Built, run
from zigwheel.errors import StoreError
from zigwheel.recipe.document import parsed
from zigwheel.recipe.model import Recipe
from zigwheel.store.local import LocalStore, open_folder
from zigwheel.store.model import place

pytestmark = pytest.mark.slow


def recipe_of(release: Built) -> Recipe:
    return parsed(release.recipe.read_bytes(), "x")


def hashes(release: Built) -> dict[str, str]:
    """The sha256 of each wheel, by its name."""
    return {one.name: one.output.file.sha256 for one in recipe_of(release).wheels}


def there(store: LocalStore) -> set[str]:
    return {blob.sha256 for blob in store.blobs()}


def test_what_a_store_lacks_is_made(fastsum: Built, tmp_path: Path) -> None:
    store = tmp_path / "store"
    words = ("rebuild", fastsum.recipe, "--store", store, "--no-isolation")
    done = run(*words)
    assert "3 wheels equal" in done.stderr
    opened = open_folder(store)
    wanted = hashes(fastsum)
    assert there(opened) == {*wanted.values()}
    assert not (tmp_path / "wheelhouse").exists()
    assert "rebuilding 0 wheels" in run(*words).stderr
    lost, damaged, _ = wanted.values()
    opened.delete(lost)
    (opened.root / place(damaged)).write_bytes(b"damaged")
    done = run(*words)
    assert "2 wheels equal" in done.stderr
    assert there(opened) == {*wanted.values()}
    assert opened.verify().good


def test_the_sdist_from_a_store(fastsum: Built, tmp_path: Path) -> None:
    recipe = tmp_path / "alone.recipe.json"
    shutil.copyfile(fastsum.recipe, recipe)
    run("store", "put", tmp_path / "store", fastsum.sdist)
    words = ("rebuild", recipe, "--store", tmp_path / "store", "--no-isolation")
    assert "1 wheel equal" in run(*words, "--wheel", f"{NATIVE}-win_amd64").stderr
    out = tmp_path / "out"
    done = run(*words, "--wheel", f"{NATIVE}-manylinux_x86_64", "-o", out)
    assert "1 wheel equal" in done.stderr
    (wheel,) = out.iterdir()
    assert wheel.read_bytes() == (fastsum.wheels / wheel.name).read_bytes()


def test_pruned_and_made_again(fastsum: Built, tmp_path: Path) -> None:
    """The life of a wheel: stored, verified, deleted, made again."""
    store, statement = tmp_path / "store", tmp_path / "second.json"
    wheel = ("--wheel", f"{NATIVE}-manylinux_x86_64")
    run("store", "put", store, *fastsum.wheels.iterdir())
    prune = ("prune", store, fastsum.recipe, "--statement", statement, "--all")
    words = ("verify", fastsum.recipe, "--no-isolation", *wheel, "--builder", "urn:second")
    run(*words, "-o", statement)
    assert "1 wheels deleted" in run(*prune).stderr
    opened = open_folder(store)
    gone = {*hashes(fastsum).values()} - there(opened)
    assert len(gone) == 1
    again = run("rebuild", fastsum.recipe, "--store", store, "--no-isolation")
    assert "1 wheel equal" in again.stderr
    assert gone <= there(opened)
    assert opened.verify().good


def test_killed_a_hundred_times(fastsum: Built, tmp_path: Path) -> None:
    """Whatever moment it is: what is stored is whole, and a wheel in the folder is the wheel."""
    store, out = open_folder(tmp_path / "store"), tmp_path / "out"
    out.mkdir()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    words = [sys.executable, "-m", "zigwheel", "rebuild", fastsum.recipe, "--no-isolation"]
    words += ["--store", store.root, "-o", out, "--wheel", "*x86_64*"]
    environ = {**os.environ, "TMPDIR": str(temporary)}
    (wanted,) = (name for name in hashes(fastsum) if "x86_64" in name)
    data, sha256 = (fastsum.wheels / wanted).read_bytes(), hashes(fastsum)[wanted]
    since = time.monotonic()
    subprocess.run(words, check=True, env=environ, capture_output=True)
    whole = time.monotonic() - since
    before, ended = sorted(tmp_path.iterdir()), 0
    for kill in range(100):
        store.delete(sha256)
        (out / wanted).unlink(missing_ok=True)
        process = subprocess.Popen(
            words,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        # half of them near the end, where what was built is handed over
        share = 0.05 + 0.9 * (kill % 10) / 10 if kill % 2 else 0.8 + 0.3 * (kill % 50) / 50
        time.sleep(whole * share)
        os.killpg(process.pid, signal.SIGKILL)
        told = f"= {wanted}" in process.communicate()[0].decode()
        there_now = there(store)
        assert there_now <= {sha256}
        assert store.verify().good
        for file in out.glob("*.whl"):
            assert file.read_bytes() == data
        if told:
            assert sha256 in there_now
            assert (out / wanted).exists()
        ended += told
        assert sorted(tmp_path.iterdir()) == before
    assert 0 < ended < 100
    run("rebuild", fastsum.recipe, "--no-isolation", "--store", store.root, "--wheel", "*x86_64*")
    assert store.verify([sha256]).good


def test_a_full_disk(fastsum: Built, tmp_path: Path, disk: Callable[[str], Path]) -> None:
    """Nowhere to store a wheel: it is told, and no half of one is there."""
    small = disk("48k")
    store = open_folder(small / "store")
    filler = small / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(small).free - 4096))
    words = ("rebuild", fastsum.recipe, "--no-isolation", "--wheel", "*manylinux*")
    done = run(*words, "--store", store.root, code=StoreError.exit_code)
    assert "No space left on device" in done.stderr
    assert there(store) == set()
    assert os.listdir(store.root / "incoming") == []
    out = small / "out"
    done = run(*words, "-o", out, code=12)
    assert "the disk is full" in done.stderr
    assert not out.exists() or list(out.iterdir()) == []
    filler.unlink()
    assert "1 wheel equal" in run(*words, "--store", store.root).stderr
    assert store.verify().good


def test_a_full_disk_to_build_on(
    fastsum: Built, tmp_path: Path, disk: Callable[[str], Path]
) -> None:
    small = disk("16k")
    words = ("rebuild", fastsum.recipe, "--no-isolation", "--wheel", "*manylinux*")
    done = subprocess.run(
        [sys.executable, "-m", "zigwheel", *map(str, words), "-o", str(tmp_path / "out")],
        env={**os.environ, "TMPDIR": str(small)},
        capture_output=True,
        text=True,
    )
    assert done.returncode not in (0, -9, 1), done.stderr
    assert "No space left" in done.stderr or "disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
