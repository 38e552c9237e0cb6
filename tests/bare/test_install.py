"""`pip install SDIST` on a Python without headers."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.bare.conftest import Bare, Install
from tests.bare.index import served
from tests.hooks.rig import Project
from zigwheel.target.header_packs import REQUIREMENT

pytestmark = pytest.mark.slow

FRONT_ENDS = ("pip", "uv")
HEADERS = "/simple/zigwheel-headers/"


def value(python: Path) -> str:
    """What the installed package's extension module says."""
    words = [python, "-c", "import tiny; print(tiny.value())"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


def test_it_has_no_headers(bare: Bare, python: Path) -> None:
    """Otherwise the tests below would say nothing."""
    code = "import sysconfig; print(sysconfig.get_path('include'))"
    include = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    assert include.stdout.startswith(str(bare.prefix))
    assert not Path(include.stdout.strip()).exists()


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_the_front_end_fetches_headers(
    install: Install, python: Path, folder: Path, pack: Path, sdist: Path, front_end: str
) -> None:
    shutil.copy(pack, folder)
    with served(folder) as index:
        done = install(front_end, index.url, sdist)
        assert done.returncode == 0, done.stdout + done.stderr
        assert HEADERS in index.asked
    assert value(python) == "1"


def test_the_cache_keeps_them(
    install: Install, python: Path, folder: Path, pack: Path, sdist: Path
) -> None:
    shutil.copy(pack, folder)
    with served(folder) as index:
        assert install("pip", index.url, sdist).returncode == 0
    (folder / pack.name).unlink()
    with served(folder) as index:
        done = install("pip", index.url, "--force-reinstall", "-C", "reuse=false", sdist)
        assert done.returncode == 0, done.stdout + done.stderr
        assert HEADERS not in index.asked
    assert value(python) == "1"


def test_a_rebuild_on_import_finds_them(
    install: Install, python: Path, folder: Path, pack: Path, tiny: Project
) -> None:
    """By then the build environment, and the pack in it, is gone."""
    shutil.copy(pack, folder)
    with served(folder) as index:
        done = install("pip", index.url, "-C", "editable.rebuild=true", "--editable", tiny.root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert value(python) == "1"
    tiny.write({"src/tiny/value.h": "#define VALUE 27\n"})
    assert value(python) == "27"


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_an_index_without_them(install: Install, folder: Path, sdist: Path, front_end: str) -> None:
    with served(folder) as index:
        done = install(front_end, index.url, "--verbose", sdist)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert REQUIREMENT in said
    if front_end == "pip":
        assert f"No matching distribution found for {REQUIREMENT}" in said
        assert "-dev`, `uv python install" in said


def test_a_pure_package_needs_none(
    install: Install, python: Path, folder: Path, tiny: Project
) -> None:
    tiny.config("").write({"src/tiny/__init__.py": "def value(): return 3\n"})
    with served(folder) as index:
        done = install("pip", index.url, tiny.root)
        assert done.returncode == 0, done.stdout + done.stderr
        assert HEADERS not in index.asked
    assert value(python) == "3"
