"""An index as files, and one that sends clients on to another."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.index.conftest import JSON, Make, Served, files_below, pip_install, twine, uv_install
from tests.index.test_caches import free_port, make_cache, until
from tests.index.test_upload import WHEEL, post, sdist, wheel
from tests.recipe.conftest import Built, run

pytestmark = pytest.mark.slow

__all__ = ["make_cache"]


def test_a_static_host(index: Served, release: Built, tmp_path: Path) -> None:
    twine(index.url, index.token(), *release.wheels.iterdir())
    pip_install(index.url, "fastsum", tmp_path / "first")
    out = tmp_path / "out"
    assert "3 files written" in run("index", "export", index.folder, out).stderr
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    run("index", "export", index.folder, out)
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before
    index.stop()
    port = free_port()
    words = ["python3", "-m", "http.server", str(port), "--bind", "127.0.0.1", "-d", str(out)]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as host:
        try:
            time.sleep(0.5)
            for install in (pip_install, uv_install):
                target = tmp_path / install.__name__
                install(f"http://127.0.0.1:{port}", "fastsum", target)
                assert files_below(target) == files_below(tmp_path / "first")
        finally:
            host.kill()


def test_files_at_a_cache(
    index: Served, make_cache: Callable[..., Served], release: Built, tmp_path: Path
) -> None:
    """The pages are on one host, the files at somebody else's cache."""
    twine(index.url, index.token(), *release.wheels.iterdir())
    cache = make_cache("cache", index.url, "--mirror", "all")
    until(lambda: len(cache.events("copied")) == 3)
    out = tmp_path / "out"
    run("index", "export", index.folder, out, "--files-url", cache.url)
    assert not (out / "files").exists()
    index.stop()
    port = free_port()
    words = ["python3", "-m", "http.server", str(port), "--bind", "127.0.0.1", "-d", str(out)]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as host:
        try:
            time.sleep(0.5)
            pip_install(f"http://127.0.0.1:{port}", "fastsum", tmp_path / "there")
        finally:
            host.kill()


def test_a_name_belongs_to_one_source(make_index: Make, tmp_path: Path) -> None:
    upstream = make_index("upstream")
    token = upstream.token()
    post(upstream, token, WHEEL, wheel())
    post(upstream, token, "acme_core-1.0.tar.gz", sdist("acme_core"))
    post(upstream, token, "eggs-9.0-py3-none-any.whl", wheel("eggs", "9.0"))
    index = make_index(settings=f'upstream = "{upstream.url}/simple/"\nown = ["acme-*"]\n')
    post(index, index.token(), "eggs-1.0-py3-none-any.whl", wheel("eggs"))
    assert index.names("eggs") == ["eggs-1.0-py3-none-any.whl"]
    assert index.names("spam") == [WHEEL]  # by a redirect, which clients follow
    own = requests.get(f"{index.url}/simple/acme-core/", headers={"Accept": JSON}, timeout=30)
    assert own.status_code == 404
    for install in (pip_install, uv_install):
        install(index.url, "spam", tmp_path / install.__name__)
        install(index.url, "eggs>2", tmp_path / "never", code=1)
