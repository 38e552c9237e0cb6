"""When a build asks for `zigwheel-headers`: the target's headers are nowhere, and something needs them."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.hooks.rig import HEAD, Project
from tests.target.machines import write_pack
from zigwheel.target.header_packs import KEPT, PACKAGE, REQUIREMENT, Packs
from zigwheel.target.headers import all_places
from zigwheel.target.host import describe_host
from zigwheel.target.python import NEWEST, OLDEST

EXTENSION = """\
[tool.zigwheel]
python = "{python}"
{more}
[[tool.zigwheel.extension]]
name = "tiny._core"
sources = ["src/tiny/*.c"]
"""

PROGRAM = """\
[tool.zigwheel]
python = "{python}"
[[tool.zigwheel.executable]]
name = "tiny"
sources = ["src/tiny/main.c"]
"""

WHEEL = "get_requires_for_build_wheel"


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """A project for a Python that has no headers on this machine."""

    project: Project
    version: tuple[int, int]

    @property
    def python(self) -> str:
        """The target's Python, such as `cp314`."""
        return f"cp{self.version[0]}{self.version[1]}"

    def config(self, text: str = EXTENSION, *, more: str = "") -> Lacking:
        """Write `pyproject.toml` for that Python."""
        self.project.config(text.format(python=self.python, more=more))
        return self

    def under(self, **changes: str) -> Lacking:
        """The same with other environment variables."""
        return replace(self, project=self.project.under(**changes))

    def requires(self, hook: str = WHEEL) -> list[str]:
        """What a hook asks for."""
        done = self.project.call(hook)
        assert done.code == 0, done.said
        return list(done.value)


@pytest.fixture
def lacking(tiny: Project, environ: dict[str, str], tmp_path: Path) -> Lacking:
    """On a machine that has Zig."""
    zig = next(Path(environ["ZIGWHEEL_CACHE_DIR"]).glob("zig/*/zig"), None)
    project = tiny.under(HOME=str(tmp_path), ZIGWHEEL_CACHE_DIR=str(tmp_path / "cache"))
    if zig:
        project = project.under(ZIGWHEEL_ZIG=str(zig))
    there = {
        source.version
        for place in all_places(describe_host(), project.environ, Packs())
        for source in place.sources
    }
    versions = [(3, minor) for minor in range(NEWEST[1], OLDEST[1], -1)]
    version = next(version for version in versions if version not in there)
    return Lacking(project=project, version=version).config()


@pytest.mark.parametrize("what", ["wheel", "editable"])
def test_headers_are_asked_for(lacking: Lacking, what: str) -> None:
    assert lacking.requires(f"get_requires_for_build_{what}") == [REQUIREMENT]
    said = lacking.project.call(WHEEL).said
    version = ".".join(map(str, lacking.version))
    assert f"no headers of Python {version} are on this machine, so {REQUIREMENT} is asked" in said
    assert f"`uv python install {version}`" in said


def test_those_of_the_running_python_are_here(lacking: Lacking) -> None:
    lacking.project.config(EXTENSION.format(python="", more=""))
    assert lacking.requires() == []


def test_an_sdist_needs_none(lacking: Lacking, tmp_path: Path) -> None:
    assert lacking.requires("get_requires_for_build_sdist") == []
    assert lacking.project.call("build_sdist", tmp_path).code == 0


def test_a_pure_package_needs_none(lacking: Lacking) -> None:
    assert lacking.config('[tool.zigwheel]\npython = "{python}"\n').requires() == []


def test_metadata_needs_none(lacking: Lacking, tmp_path: Path) -> None:
    (tmp_path / "metadata").mkdir()
    done = lacking.project.call("prepare_metadata_for_build_wheel", tmp_path / "metadata")
    assert done.code == 0, done.said


@pytest.mark.parametrize(("include", "expected"), [("stdio.h", []), ("Python.h", [REQUIREMENT])])
def test_a_program_may_need_them(lacking: Lacking, include: str, expected: list[str]) -> None:
    source = f"#include <{include}>\nint main(void) {{ return 0; }}\n"
    lacking.project.write({"src/tiny/main.c": source})
    assert lacking.config(PROGRAM).requires() == expected


def test_headers_that_are_named_are_enough(lacking: Lacking) -> None:
    """Where they are wrong, the build says so."""
    lacking.config(more='python-headers = "/nowhere"')
    assert lacking.requires() == []
    assert "python-headers `/nowhere` does not exist" in lacking.project.refusal()


def test_newer_ones_do_for_the_stable_abi(lacking: Lacking) -> None:
    assert lacking.config(more='py-api = "cp39"').requires() == []


def test_a_kept_pack_is_enough(lacking: Lacking, tmp_path: Path) -> None:
    release = f"{lacking.version[0]}.{lacking.version[1]}.1"
    write_pack(tmp_path / "cache" / KEPT / "one", release)
    assert lacking.requires() == []


def test_an_installed_pack_is_enough(lacking: Lacking, tmp_path: Path) -> None:
    release = f"{lacking.version[0]}.{lacking.version[1]}.1"
    pack = write_pack(tmp_path / "site" / PACKAGE, release)
    path = os.pathsep.join([str(tmp_path / "site"), lacking.project.environ["PYTHONPATH"]])
    # A folder without `__init__.py` is no package.
    assert lacking.under(PYTHONPATH=path).requires() == [REQUIREMENT]
    (pack / "__init__.py").touch()
    assert lacking.under(PYTHONPATH=path).requires() == []
    (pack / f"include/python{lacking.version[0]}.{lacking.version[1]}" / "object.h").unlink()
    said = lacking.under(PYTHONPATH=path).project.refusal()
    assert f"HeadersError: the header pack {pack} is damaged" in said


def test_an_installed_pack_of_other_pythons(lacking: Lacking, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "site" / PACKAGE, "3.9.1")
    (pack / "__init__.py").touch()
    path = os.pathsep.join([str(tmp_path / "site"), lacking.project.environ["PYTHONPATH"]])
    assert lacking.under(PYTHONPATH=path).requires() == [REQUIREMENT]
    said = lacking.under(PYTHONPATH=path).project.refusal()
    assert f"zigwheel-headers 2026.11, {pack}: Python 3.9.1" in said
    assert f"or alone with `pip install {REQUIREMENT}`" in said


def test_a_mistake_in_pyproject_is_told(lacking: Lacking) -> None:
    lacking.project.write({"pyproject.toml": HEAD + "[tool.zigwheel]\noptimise = 1\n"})
    assert "did you mean `optimize`" in lacking.project.call(WHEEL).said
