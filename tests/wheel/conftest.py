"""What the tests of wheels and sdists share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zigwheel.config.model import SdistSettings
from zigwheel.wheel.entries import Entry
from zigwheel.wheel.sdist import sdist_entries


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """A small stand-in for the metadata of a project."""

    name: str = "fastsum"
    dist_name: str = "fastsum"
    version: str = "1.0"
    entry_points: bytes = b""
    license_files: tuple[str, ...] = ()

    @property
    def dist_info(self) -> str:
        return f"{self.dist_name}-{self.version}.dist-info"

    @property
    def data_dir(self) -> str:
        return f"{self.dist_name}-{self.version}.data"

    @property
    def metadata(self) -> bytes:
        text = (
            f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\n"
            "Summary: Sums, fast\nDescription-Content-Type: text/markdown\n\n# fastsum\n\nSums, fast.\n"
        )
        return text.encode()


@pytest.fixture
def distribution() -> type[Distribution]:
    """The class of stand-ins for metadata."""
    return Distribution


Tree = Mapping[str, "str | bytes"]


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., Path]:
    """Writes files below a new folder and returns it; `tree({path: content}, "name")`."""

    def write(files: Tree, name: str = "project") -> Path:
        root = tmp_path / name
        for path, text in files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return root

    return write


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """Runs git in a folder, without the settings of the person who runs the tests."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "LC_ALL": "C"}

    def run(folder: Path, *arguments: str) -> str:
        options = [
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "protocol.file.allow=always",
        ]
        done = subprocess.run(
            ["git", *options, *arguments], cwd=folder, env=environ, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def repository(git: Callable[..., str]) -> Callable[[Path], Path]:
    """Makes a folder a git repository in which all its files are tracked."""

    def make(root: Path) -> Path:
        git(root, "init", "-q")
        git(root, "add", "-A")
        return root

    return make


def _interpreters() -> dict[str, str]:
    """Other CPythons on this machine, one of each minor version: on PATH, and pyenv's."""
    found: dict[str, str] = {}
    for minor in range(9, 16):
        name = f"python3.{minor}"
        pyenv = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3"))
        path = str(pyenv[-1]) if pyenv else shutil.which(name)
        if path and subprocess.run([path, "-c", ""], capture_output=True).returncode == 0:
            found[name] = path
    return found


@pytest.fixture(scope="session")
def interpreters() -> list[str]:
    """Paths of the CPythons from 3.10 to 3.15 on this machine, which can run zigwheel."""
    found = {name: path for name, path in _interpreters().items() if name != "python3.9"}
    return list(found.values()) or [sys.executable]


@pytest.fixture(scope="session")
def targets() -> list[str]:
    """Paths of the CPythons from 3.9 to 3.15 on this machine, which wheels are built for."""
    return list(_interpreters().values()) or [sys.executable]


@pytest.fixture(scope="session")
def python_path() -> str:
    """A PYTHONPATH with which another interpreter imports zigwheel and `wheel` from here."""
    import pathspec
    import wheel

    import zigwheel

    folders = dict.fromkeys(
        str(Path(module.__file__).parent.parent) for module in (zigwheel, wheel, pathspec)
    )
    inherited = os.environ.get("PYTHONPATH", "")
    return os.pathsep.join([*folders, *filter(None, [inherited])])


Collect = Callable[..., dict[str, Entry]]


@pytest.fixture
def collect() -> Collect:
    """Entries of an sdist by path: `collect(root, needed=..., outputs=..., include=..., exclude=...)`."""

    def entries_of(
        root: Path, *, needed: Iterable[str] = (), outputs: Iterable[str] = (), **settings: Any
    ) -> dict[str, Entry]:
        nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        entries = sdist_entries(
            root,
            SdistSettings(**settings),
            needed=needed,
            outputs=outputs,
            environ=os.environ | nothing,
            warn=pytest.fail,
        )
        assert [entry.path for entry in entries] == sorted(entry.path for entry in entries)
        return {entry.path: entry for entry in entries}

    return entries_of
