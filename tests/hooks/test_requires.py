"""All hooks are there, and ask for Zig only where it has to be installed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import zigwheel.build
from tests.hooks.rig import Maker, Project, tree, unpacked
from zigwheel.zig.toolchain import REQUIREMENT, ZIG_VERSION

HOOKS = {
    "build_wheel",
    "build_sdist",
    "build_editable",
    "get_requires_for_build_wheel",
    "get_requires_for_build_sdist",
    "get_requires_for_build_editable",
    "prepare_metadata_for_build_wheel",
    "prepare_metadata_for_build_editable",
}
"""PEP 517, "Build backend interface", and PEP 660."""


@pytest.fixture
def bare(tiny: Project, cold_environ: dict[str, str], tmp_path: Path) -> Project:
    """A project on a machine that has never seen Zig."""
    cold = Project(root=tiny.root, environ=cold_environ)
    return cold.under(ZIGWHEEL_CACHE_DIR=str(tmp_path / "cache"), HOME=str(tmp_path))


@pytest.fixture
def zig(environ: dict[str, str], ziglang: Path) -> Path:
    """A `zig` that can be named."""
    return ziglang / "ziglang" / "zig"


def test_the_hooks() -> None:
    assert set(zigwheel.build.__all__) == HOOKS
    assert all(callable(getattr(zigwheel.build, name)) for name in HOOKS)


@pytest.mark.parametrize("what", ["wheel", "editable"])
def test_zig_is_asked_for(bare: Project, what: str) -> None:
    assert bare.call(f"get_requires_for_build_{what}").value == [REQUIREMENT]


def test_an_sdist_asks_for_nothing(bare: Project) -> None:
    assert bare.call("get_requires_for_build_sdist").value == []


def test_a_pure_package_asks_for_nothing(bare: Project) -> None:
    assert bare.config("").call("get_requires_for_build_wheel").value == []


def test_zig_that_is_named_is_enough(bare: Project, zig: Path) -> None:
    assert bare.under(ZIGWHEEL_ZIG=str(zig)).call("get_requires_for_build_wheel").value == []


def test_zig_on_path_is_enough(bare: Project, zig: Path) -> None:
    path = os.pathsep.join([str(zig.parent), bare.environ["PATH"]])
    assert bare.under(PATH=path).call("get_requires_for_build_wheel").value == []


def test_another_zig_on_path_is_not(bare: Project, tmp_path: Path) -> None:
    fake(tmp_path / "bin" / "zig", "0.14.1")
    path = os.pathsep.join([str(tmp_path / "bin"), bare.environ["PATH"]])
    assert bare.under(PATH=path).call("get_requires_for_build_wheel").value == [REQUIREMENT]


def test_zig_in_the_cache_is_enough(tiny: Project) -> None:
    assert tiny.call("get_requires_for_build_wheel").value == []


def fake(file: Path, version: str) -> Path:
    """A program that says it is a Zig."""
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\necho {version}\n")
    file.chmod(0o755)
    return file


def test_a_named_zig_of_another_version(bare: Project, tmp_path: Path) -> None:
    file = fake(tmp_path / "zig", "0.14.1")
    said = bare.under(ZIGWHEEL_ZIG=str(file)).call("get_requires_for_build_wheel").said
    assert f"ToolchainError: ZIGWHEEL_ZIG is {str(file)!r}, which is Zig 0.14.1" in said
    assert f"this zigwheel builds with {ZIG_VERSION}" in said


@pytest.mark.parametrize("mode", [0o644, None])
def test_a_named_zig_that_is_no_program(bare: Project, tmp_path: Path, mode: int | None) -> None:
    file = tmp_path / "zig"
    if mode:
        file.write_text("no program")
        file.chmod(mode)
    said = bare.under(ZIGWHEEL_ZIG=str(file)).refusal()
    assert f"ToolchainError: ZIGWHEEL_ZIG is {str(file)!r}, which is no program" in said


def test_a_named_zig_that_does_not_run(bare: Project, tmp_path: Path) -> None:
    file = fake(tmp_path / "zig", "")
    file.write_text("#!/bin/sh\nexit 7\n")
    said = bare.under(ZIGWHEEL_ZIG=str(file)).refusal()
    assert "ToolchainError" in said
    assert "which is Zig (it does not run)" in said


def test_a_build_without_zig_says_where_it_looked(bare: Project, tmp_path: Path) -> None:
    said = bare.refusal()
    assert (
        f"Zig {ZIG_VERSION} was not found: not in ZIGWHEEL_ZIG, {str(tmp_path / 'cache' / 'zig')!r}"
        in said
    )
    assert f"hint: `pip install {REQUIREMENT}`" in said


def test_metadata_needs_no_zig_and_is_that_of_the_wheel(
    bare: Project, tiny: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "metadata"
    folder.mkdir()
    done = bare.call("prepare_metadata_for_build_wheel", folder)
    assert done.value == "tiny-1.0.dist-info", done.said
    prepared = tree(folder)
    wheel = tree(unpacked(tiny.wheel(), tmp_path / "unpacked"))
    assert prepared == {
        path: data
        for path, data in wheel.items()
        if path.startswith(done.value) and not path.endswith("/RECORD")
    }


def test_editable_metadata_needs_no_zig(bare: Project, tmp_path: Path) -> None:
    folder = tmp_path / "metadata"
    folder.mkdir()
    done = bare.call("prepare_metadata_for_build_editable", folder)
    assert (folder / str(done.value) / "METADATA").is_file()


@pytest.mark.parametrize("hook", sorted(HOOKS))
def test_without_a_project_every_hook_says_so(
    environ: dict[str, str], tmp_path: Path, hook: str
) -> None:
    arguments = () if hook.startswith("get_") else (tmp_path,)
    done = Project(root=tmp_path, environ=environ).call(hook, *arguments)
    assert done.code == 1
    assert "ConfigError" in done.said
    assert "pyproject.toml" in done.said


def test_nothing_is_left_in_the_project(make: Maker) -> None:
    project = make()
    before = tree(project.root)
    project.wheel()
    shutil.rmtree(project.root.parent / "dist")
    assert tree(project.root) == before
