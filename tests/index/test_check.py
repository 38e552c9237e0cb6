"""`zigwheel index check` and `backup`: what is lost is told, what can be mended is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import requests

from tests.index.conftest import Make, Served, pip_install, twine
from tests.index.test_install import HERE, native
from tests.index.test_upload import WHEEL, post, sdist, wheel
from tests.recipe.conftest import Built, run


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def metadata_of(index: Served) -> str:
    (file,) = (one for one in index.page("spam")["files"] if one["filename"] == WHEEL)
    return str(file["core-metadata"]["sha256"])


def test_lost_and_found(index: Served) -> None:
    token = index.token()
    data = wheel()
    post(index, token, WHEEL, data)
    post(index, token, "spam-1.0.tar.gz", sdist())
    assert "nothing to mend" in run("index", "check", index.folder).stderr
    metadata = metadata_of(index)
    index.blob(metadata).write_bytes(b"Name: other\n")
    done = run("index", "check", index.folder, code=19)
    assert done.stdout == f"mended: METADATA of {WHEEL} are taken from it\n"
    assert digest(index.blob(metadata).read_bytes()) == metadata

    index.blob(digest(data)).unlink()
    done = run("index", "check", index.folder, code=19)
    assert done.stdout == f"lost: {WHEEL} is not here, and no recipe makes it\n"
    assert index.names("spam") == ["spam-1.0.tar.gz"]
    assert "nothing to mend" in run("index", "check", index.folder).stderr
    run("store", "put", index.folder / "store", _written(index.folder / "copy.whl", data))
    done = run("index", "check", index.folder, code=19)
    assert done.stdout == f"mended: {WHEEL} is here, and is offered again\n"
    assert WHEEL in index.names("spam")

    for sha256 in (digest(data), metadata):
        index.blob(sha256).unlink()
    done = run("index", "check", index.folder, code=19)
    assert f"lost: METADATA of {WHEEL} are gone, and not announced now" in done.stdout


def _written(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


@pytest.mark.slow
def test_a_backup_is_an_index(make_index: Make, release: Built, tmp_path: Path) -> None:
    """Without the wheels that recipes make, which then come out of it again."""
    index = make_index(settings=HERE)
    token = index.token()
    twine(index.url, token, *release.wheels.iterdir())
    run("index", "push", index.url, release.recipe, "--token", token)
    post(index, token, WHEEL, wheel())
    _, sha256 = native(release)
    copy = tmp_path / "copy"
    done = run("index", "backup", index.folder, copy)
    assert "2 files copied" in done.stderr  # the sdist, and the wheel that no recipe makes
    index.stop()
    (copy / "index.toml").write_text(HERE)
    second = Served(folder=copy, words=("index", "serve", str(copy)))
    assert "nothing to mend" in run("index", "check", copy).stderr
    second.start()
    try:
        assert not second.blob(sha256).exists()
        pip_install(second.url, "fastsum", tmp_path / "there")
        assert digest(second.blob(sha256).read_bytes()) == sha256
        answer = requests.get(f"{second.url}/files/{digest(wheel())}/{WHEEL}", timeout=30)
        assert answer.content == wheel()
        assert post(second, token, WHEEL, wheel()).status_code == 200
    finally:
        second.stop()


@pytest.mark.slow
def test_a_recipe_that_is_damaged(make_index: Make, release: Built) -> None:
    index = make_index()
    token = index.token()
    twine(index.url, token, *release.wheels.iterdir())
    recipe = run("index", "push", index.url, release.recipe, "--token", token).stdout.split()[0]
    wheel, sha256 = native(release)
    index.blob(recipe).write_bytes(b"{}")
    index.blob(sha256).unlink()
    done = run("index", "check", index.folder, code=19)
    assert f"lost: the recipe {recipe} cannot be read" in done.stdout
    assert f"lost: {wheel.name} is not here, and no recipe makes it" in done.stdout
    assert wheel.name not in index.names("fastsum")
