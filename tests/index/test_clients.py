"""Other clients than pip and uv: poetry and pdm lock and install a wheel that has to be made again."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.foreign.cache import cache_root, made_once
from tests.index.conftest import Make, clean, twine
from tests.index.test_install import HERE, native
from tests.recipe.conftest import Built, run

pytestmark = pytest.mark.slow

PROJECT = """\
[project]
name = "user"
version = "1"
requires-python = ">=3.{minor},<4"
dependencies = ["fastsum==1.2.0"]
"""

SOURCES = {
    "poetry": '\n[[tool.poetry.source]]\nname = "ours"\nurl = "{url}/simple/"\npriority = "primary"\n',
    "pdm": '\n[tool.pdm]\ndistribution = false\n[[tool.pdm.source]]\nname = "pypi"\nurl = "{url}/simple/"\n',
}
REQUIRES = {"poetry": "poetry", "pdm": "pdm[locked]"}
"""pdm brings what it was released with: the newest of all that it requires do not work together."""

COMMANDS = {
    "poetry": [["lock"], ["install", "--no-root"]],
    "pdm": [["lock"], ["install", "--no-self"]],
}


def program(name: str) -> Path:
    """A tool in an environment of its own, which stays in the cache of the tests."""

    def make(folder: Path) -> None:
        # a script of an environment names its interpreter, so that it cannot be moved: it is run by -m
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", REQUIRES[name]]
        subprocess.run([folder / "bin" / "python", *words], check=True)

    minor = sys.version_info.minor
    return made_once(cache_root() / f"client-{name}-3.{minor}", make) / "bin" / "python"


@pytest.mark.parametrize("name", ["poetry", "pdm"])
def test_lock_and_install(name: str, make_index: Make, release: Built, tmp_path: Path) -> None:
    python = program(name)
    index = make_index(settings=HERE)
    token = index.token("fastsum")
    twine(index.url, token, *release.wheels.iterdir())
    run("index", "push", index.url, release.recipe, "--token", token)
    wheel, sha256 = native(release)
    index.blob(sha256).unlink()

    project = tmp_path / "project"
    project.mkdir()
    text = PROJECT.format(minor=sys.version_info.minor) + SOURCES[name].format(url=index.url)
    (project / "pyproject.toml").write_text(text, encoding="utf-8")
    environ = {
        **{k: v for k, v in clean().items() if k != "VIRTUAL_ENV"},
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "POETRY_VIRTUALENVS_IN_PROJECT": "true",
        "PDM_CHECK_UPDATE": "false",
    }
    for words in COMMANDS[name]:
        done = subprocess.run(
            [python, "-m", name, *words, "--no-interaction" if name == "poetry" else "-v"],
            cwd=project,
            env=environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert sha256 in (project / f"{name}.lock").read_text(encoding="utf-8")
    assert [event["source"] for event in index.events("came")] == ["rebuild"]
    assert hashlib.sha256(index.blob(sha256).read_bytes()).hexdigest() == sha256
    (module,) = (project / ".venv").rglob("fastsum/*.so")
    with zipfile.ZipFile(wheel) as archive:
        assert module.read_bytes() == archive.read(f"fastsum/{module.name}")
