"""What is made once for all tests of the hooks, also by several workers of xdist."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest

import zigwheel
from tests.foreign.cache import cache_root, made_once
from tests.hooks.rig import CONFIG, TINY, Maker, Project
from zigwheel.rebuild import PACKAGES
from zigwheel.target.host import describe_host
from zigwheel.zig.toolchain import REQUIREMENT, ZIG_VERSION, find_zig

SOURCE = Path(zigwheel.__file__).parent.parent
SYSTEM_PATH = "/usr/bin:/bin"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of this test run that all workers see."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def site(shared: Path) -> Path:
    """A folder with what zigwheel imports, and nothing else: no `ziglang`, no editable installs."""

    def link(folder: Path) -> None:
        for name in PACKAGES:
            spec = find_spec(name)
            if name != "zigwheel" and spec is not None and spec.origin:
                (folder / name).symlink_to(Path(spec.origin).parent)

    return made_once(shared / "site", link)


@pytest.fixture(scope="session")
def ziglang(shared: Path) -> Path:
    """A folder with the package `ziglang`, as in a build environment: of this one, or installed."""
    try:
        found = distribution("ziglang")
    except ModuleNotFoundError:
        found = None
    if found is None or found.version.partition(".post")[0] != ZIG_VERSION:

        def install(folder: Path) -> None:
            words = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
            subprocess.run([*words, str(folder), REQUIREMENT], check=True)

        return made_once(cache_root() / f"ziglang-{ZIG_VERSION}", install)

    def link(folder: Path) -> None:
        top = Path(str(found.locate_file("")))
        for entry in top.glob("ziglang*"):
            (folder / entry.name).symlink_to(entry)

    return made_once(shared / "ziglang", link)


@pytest.fixture(scope="session")
def cold_environ(site: Path) -> dict[str, str]:
    """An environment without any Zig, for a cache that a test names itself."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    path = os.pathsep.join([str(SOURCE), str(site)])
    return {**kept, "PATH": SYSTEM_PATH, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="session")
def environ(cold_environ: dict[str, str], ziglang: Path) -> dict[str, str]:
    """The environment of builds, with a cache that outlives the run and that has Zig."""
    found = {**cold_environ, "ZIGWHEEL_CACHE_DIR": str(cache_root() / "zigwheel")}
    found["ZIGWHEEL_REUSE"] = "false"  # what is tested is the build, not the memory of one
    cache = Path(found["ZIGWHEEL_CACHE_DIR"])
    if find_zig(cache=cache, environ=found, host=describe_host()) is None:
        found["PYTHONPATH"] = os.pathsep.join([found["PYTHONPATH"], str(ziglang)])
    return found


@pytest.fixture
def make(tmp_path: Path, environ: dict[str, str]) -> Maker:
    """Makes a project in a folder of the test."""

    def project(name: str = "project", config: str = CONFIG, files: object = None) -> Project:
        made = Project(root=tmp_path / name, environ=environ)
        made.root.mkdir(parents=True)
        assert files is None or isinstance(files, dict)
        return made.write(TINY if files is None else files).config(config)

    return project


@pytest.fixture
def tiny(make: Maker) -> Project:
    """A package with one extension module of one C file."""
    return make()
