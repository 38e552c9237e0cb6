"""Every example, installed on every road that a user may take, then imported and exercised.

The builds are isolated, as they are for users; the `zigwheel` that they find is the wheel of this
checkout.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import uv

from tests.examples.rig import EXAMPLES, FOLDER, NEEDS, own_tests, run

ROADS = ("pip", "uv", "build", "sdist")
ALWAYS = ("fastsum", "geometry")
"""C and C++ go all roads in every run; the others go one each, and the rest with the slow tests."""


def cases() -> list[object]:
    """Example and road."""
    return [
        pytest.param(
            name,
            road,
            id=f"{name}-{road}",
            marks=[] if name in ALWAYS or ROADS[number % len(ROADS)] == road else pytest.mark.slow,
        )
        for number, name in enumerate(EXAMPLES)
        for road in ROADS
    ]


@pytest.fixture
def isolated(environ: dict[str, str], wheelhouse: Path, tmp_path: Path) -> dict[str, str]:
    """An environment in which build requirements called zigwheel are met by the wheel of this checkout."""
    (wheel,) = wheelhouse.iterdir()
    constraints = tmp_path / "constraints.txt"
    constraints.write_text(f"zigwheel @ {wheel.as_uri()}\n")
    found = dict(environ)
    for variable in ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT", "UV_BUILD_CONSTRAINT"):
        found[variable] = str(constraints)
    for variable, between in (("PIP_FIND_LINKS", " "), ("UV_FIND_LINKS", ",")):
        found[variable] = between.join(filter(None, [str(wheelhouse), environ.get(variable, "")]))
    return found


@pytest.fixture
def python(environ: dict[str, str], tmp_path: Path) -> Path:
    """The interpreter of a fresh virtual environment."""
    run(
        [uv.find_uv_bin(), "venv", "--quiet", "--python", sys.executable, tmp_path / "venv"],
        environ,
    )
    return tmp_path / "venv" / "bin" / "python"


def pip(python: Path, environ: Mapping[str, str], *words: str | Path) -> None:
    """`pip install` into a virtual environment."""
    run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", *words], environ)


def install(name: str, road: str, python: Path, environ: Mapping[str, str], out: Path) -> None:
    """Take one road."""
    project = FOLDER / name
    front_end = [sys.executable, "-m", "build", "--outdir", out, project]
    if road == "pip":
        pip(python, environ, project)
    elif road == "uv":
        run([uv.find_uv_bin(), "pip", "install", "--python", python, project], environ)
    elif road == "build":
        run(front_end, environ)
        (wheel,), (_,) = out.glob("*.whl"), out.glob("*.tar.gz")
        pip(python, environ, *(() if name in NEEDS else ("--no-index",)), wheel)
    else:
        run([*front_end, "--sdist"], environ)
        (sdist,) = out.iterdir()
        pip(python, environ, sdist)


@pytest.mark.parametrize(("name", "road"), cases())
def test_installs_and_works(
    name: str,
    road: str,
    python: Path,
    isolated: dict[str, str],
    tmp_path: Path,
    pristine: Callable[[], str],
) -> None:
    before = pristine()
    install(name, road, python, isolated, tmp_path / "out")
    run([python, "-B", own_tests(name)], isolated, cwd=tmp_path)
    assert pristine() == before, "a build left something in the project's folder"


def test_environment_decides_an_override(
    python: Path, isolated: dict[str, str], tmp_path: Path
) -> None:
    code = "import overrides; print(overrides.compiled_for()['checked'])"
    for value, expected in (("1", "True"), ("", "False")):
        environ = {**isolated, "OVERRIDES_CHECKED": value}
        pip(python, environ, "--force-reinstall", "--no-deps", FOLDER / "overrides")
        assert run([python, "-c", code], environ, cwd=tmp_path).strip() == expected


def test_console_scripts_are_on_the_path(
    python: Path, isolated: dict[str, str], tmp_path: Path
) -> None:
    pip(python, isolated, FOLDER / "shout")
    path = os.pathsep.join([str(python.parent), isolated["PATH"]])
    script = "echo hello | shout --marks 2; echo hello | shout-twice"
    assert run(["sh", "-c", script], {**isolated, "PATH": path}, cwd=tmp_path) == "HELLO!!\n" * 2
