"""A Python without headers, and what an index has to hold for a build by it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

import zigwheel
from tests.foreign.cache import cache_root, made_once
from tests.hooks.conftest import SYSTEM_PATH
from tests.hooks.conftest import cold_environ as cold_environ
from tests.hooks.conftest import environ as environ
from tests.hooks.conftest import make as make
from tests.hooks.conftest import shared as shared
from tests.hooks.conftest import site as site
from tests.hooks.conftest import tiny as tiny
from tests.hooks.conftest import ziglang as ziglang
from tests.hooks.rig import Project
from zigwheel.config.toml import parse
from zigwheel.target.header_packs import Packs
from zigwheel.target.headers import all_places
from zigwheel.target.host import describe_host
from zigwheel.target.installation import HeaderSource

ROOT = Path(zigwheel.__file__).parent.parent.parent


@dataclass(frozen=True, kw_only=True)
class Bare:
    """An interpreter whose include folder is empty, on a machine that has its headers nowhere."""

    prefix: Path
    """Where it is installed."""
    python: Path
    """The interpreter."""
    headers: HeaderSource
    """Its headers, which a build does not see."""
    environ: dict[str, str]
    """The environment of builds."""


@pytest.fixture(scope="session")
def bare(shared: Path, ziglang: Path) -> Bare:
    """An installed Python, seen through a prefix without `include`."""
    home = shared / "bare"
    environ = {
        "HOME": str(home / "home"),
        "PATH": SYSTEM_PATH,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",
        "UV_NO_CACHE": "1",
        "ZIGWHEEL_ZIG": str(ziglang / "ziglang" / "zig"),
    }
    host = describe_host()
    seen = {
        source.version
        for place in all_places(replace(host, include=None), environ, Packs())
        for source in place.sources
    }
    for place in all_places(host, os.environ, Packs()):
        for source in place.sources:
            program = source.include.parents[1] / "bin" / source.include.name
            if source.version >= (3, 10) and source.version not in seen and program.is_file():
                make = partial(without_headers, program)
                prefix = made_once(home / "prefix", make)
                python = prefix / "bin" / program.name
                return Bare(prefix=prefix, python=python, headers=source, environ=environ)
    reason = "no Python here has headers that are not in this system's usual folders"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def without_headers(program: Path, folder: Path) -> None:
    """Make an installation of a program and its library, which finds itself by where it lies."""
    (folder / "bin").mkdir()
    shutil.copy(program.resolve(), folder / "bin" / program.name)
    (folder / "lib").symlink_to(program.resolve().parents[1] / "lib")


@pytest.fixture
def python(bare: Bare, tmp_path: Path) -> Path:
    """The interpreter of a fresh virtual environment of `bare`."""
    words = [bare.python, "-m", "venv", "--without-pip", tmp_path / "venv"]
    subprocess.run(words, check=True, env=bare.environ)
    return tmp_path / "venv" / "bin" / "python"


@pytest.fixture(scope="session")
def wheels(bare: Bare, shared: Path) -> Path:
    """Wheels of this zigwheel and of all that it needs."""

    def download(folder: Path) -> None:
        pure = ["--platform=any", "--python-version=3.10", "--implementation=py", "--abi=none"]
        words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        table = parse((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        names = [text.partition(";")[0] for text in table["project"]["dependencies"]]
        subprocess.run([*words, *pure, "--only-binary=:all:", *names], check=True)

    def collect(folder: Path) -> None:
        for wheel in made_once(cache_root() / "build-requires-1", download).iterdir():
            shutil.copy(wheel, folder)
        words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder]
        source = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "ZIGWHEEL_REUSE": "false"}
        subprocess.run([*words, "--skip-dependency-check", ROOT], check=True, env=source)

    return made_once(shared / "wheels", collect)


@pytest.fixture(scope="session")
def pack(bare: Bare, shared: Path) -> Path:
    """A wheel of `zigwheel-headers` with the headers of `bare`, made by the command."""

    def make(folder: Path) -> None:
        words = [sys.executable, "-m", "zigwheel", "headers", "pack", "--output", folder]
        subprocess.run([*words, bare.headers.include], check=True)

    (wheel,) = made_once(shared / "pack", make).iterdir()
    return wheel


@pytest.fixture
def folder(wheels: Path, tmp_path: Path) -> Path:
    """What an index holds that has no headers."""
    return Path(shutil.copytree(wheels, tmp_path / "index"))


@pytest.fixture
def sdist(tiny: Project, tmp_path: Path) -> Path:
    """The source distribution of a package with one extension module."""
    return tmp_path / str(tiny.call("build_sdist", tmp_path).value)


Install = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def install(bare: Bare, python: Path, tmp_path: Path) -> Install:
    """Installs with pip or uv into the virtual environment, from one index and nothing else."""

    def run(front_end: str, url: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        import uv

        start: list[str | Path] = (
            [sys.executable, "-m", "pip", "--python", python, "install"]
            if front_end == "pip"
            else [uv.find_uv_bin(), "pip", "install", "--python", python]
        )
        return subprocess.run(
            [*start, "--index-url", url, *words],
            env={**bare.environ, "ZIGWHEEL_CACHE_DIR": str(tmp_path / "cache")},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    return run
