"""Installing from an index: from its store, from secondary caches, and by a rebuild."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.index.conftest import (
    Make,
    Served,
    emptied,
    files_below,
    pip_install,
    twine,
    uv_install,
)
from tests.recipe.conftest import Built, run

pytestmark = pytest.mark.slow

HERE = 'build-options = ["--no-isolation"]\n'


@pytest.fixture
def filled(make_index: Make, release: Built) -> Served:
    """An index with a release and its recipe."""
    index = make_index(settings=HERE)
    token = index.token("fastsum")
    twine(index.url, token, *release.wheels.iterdir())
    run("index", "push", index.url, release.recipe, "--token", token)
    return index


def native(release: Built) -> tuple[Path, str]:
    """The wheel for this machine, and its sha256."""
    (wheel,) = release.wheels.glob("*x86_64.whl")
    return wheel, hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_a_wheel_that_was_deleted_is_made_again(
    filled: Served, release: Built, tmp_path: Path
) -> None:
    _, sha256 = native(release)
    pip_install(filled.url, "fastsum", tmp_path / "pip")
    assert filled.events("came") == []
    first = files_below(tmp_path / "pip")
    for install in (pip_install, uv_install):
        filled.stop()
        filled.blob(sha256).unlink()
        filled.start()
        install(filled.url, "fastsum", emptied(tmp_path / "again"))
        assert files_below(tmp_path / "again") == first
        assert hashlib.sha256(filled.blob(sha256).read_bytes()).hexdigest() == sha256
    assert [event["source"] for event in filled.events("came")] == ["rebuild", "rebuild"]


def test_fifty_at_once(filled: Served, release: Built) -> None:
    wheel, sha256 = native(release)
    filled.blob(sha256).unlink()
    url = f"{filled.url}/files/{sha256}/{wheel.name}"
    gate = threading.Barrier(50)

    def ask(number: int) -> bytes:
        gate.wait()
        with requests.get(url, timeout=60) as answer:
            return answer.content

    with ThreadPoolExecutor(max_workers=50) as pool:
        answers = list(pool.map(ask, range(50)))
    assert answers == [wheel.read_bytes()] * 50
    assert [event["source"] for event in filled.events("came")] == ["rebuild"]


def test_what_cannot_be_had_is_not_offered(
    make_index: Make, release: Built, tmp_path: Path
) -> None:
    """No recipe, no cache: the wheel leaves the page, and a client takes the sdist."""
    index = make_index()
    wheel, sha256 = native(release)
    twine(index.url, index.token("fastsum"), *release.wheels.iterdir())
    assert wheel.name in index.names("fastsum")
    index.blob(sha256).unlink()
    assert "404" in pip_install(index.url, "fastsum", tmp_path / "none", code=1)
    assert wheel.name not in index.names("fastsum")
    assert release.sdist.name in index.names("fastsum")
    assert "fastsum" in pip_install(index.url, "fastsum", tmp_path / "none", code=1)
    twine(index.url, index.token("fastsum", label="again"), wheel)
    assert wheel.name in index.names("fastsum")
    pip_install(index.url, "fastsum", tmp_path / "there")
