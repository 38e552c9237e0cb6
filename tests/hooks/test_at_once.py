"""Builds that run at once, in one folder and on one cache, do not disturb each other."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.hooks.rig import CONFIG, Maker, Project, tree

STABLE = '[tool.zigwheel]\npy-api = "cp310"\n'


def all_at_once(projects: list[Project], outs: list[Path], settings: dict[str, str]) -> list[bytes]:
    """Start a build for each, and then wait for all; the bytes of the wheels."""
    with ThreadPoolExecutor(len(outs)) as pool:
        wheels = list(pool.map(lambda p, out: p.wheel(out, settings), projects, outs))
    return [wheel.read_bytes() for wheel in wheels]


@pytest.mark.parametrize("same_output", [True, False])
def test_in_one_folder(tiny: Project, tmp_path: Path, same_output: bool) -> None:
    outs = [tmp_path / ("dist" if same_output else f"dist{n}") for n in range(4)]
    first, *others = all_at_once([tiny] * 4, outs, {"build-dir": "build"})
    assert others == [first] * 3
    for out in outs:
        assert len(list(out.iterdir())) == 1


def test_on_a_cold_cache(
    make: Maker, cold_environ: dict[str, str], ziglang: Path, tmp_path: Path
) -> None:
    """Zig is taken into the cache, headers are written and libc's stubs are made, by all at once."""
    project = make(config=STABLE + CONFIG)
    path = os.pathsep.join([cold_environ["PYTHONPATH"], str(ziglang)])
    cache = tmp_path / "cache"
    cold = Project(root=project.root, environ=cold_environ)
    cold = cold.under(PYTHONPATH=path, ZIGWHEEL_CACHE_DIR=str(cache))
    first, *others = all_at_once([cold] * 4, [tmp_path / f"dist{n}" for n in range(4)], {})
    assert others == [first] * 3
    assert len(list((cache / "zig").iterdir())) == 1
    for folder in ("zig", "headers", "exports"):
        assert not [
            entry.name for entry in (cache / folder).iterdir() if entry.name.startswith(".")
        ]
    # what the cache holds serves without the package it came from
    without = cold.under(PYTHONPATH=cold_environ["PYTHONPATH"])
    assert without.wheel(tmp_path / "after").read_bytes() == first


def test_editable_installs(tiny: Project, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        outs = [tmp_path / f"dist{n}" for n in range(4)]
        done = list(pool.map(lambda out: tiny.call("build_editable", out), outs))
    assert [d.code for d in done] == [0] * 4, done
    assert sorted(tree(tiny.root)) == [
        "compile_commands.json",
        "pyproject.toml",
        "src/tiny/__init__.py",
        "src/tiny/_core.c",
        "src/tiny/value.h",
    ]
