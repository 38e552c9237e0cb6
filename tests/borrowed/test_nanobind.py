"""The parts of nanobind that are compiled, found beside its headers and kept with them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.borrowed.test_numpy import triple_of
from zigwheel.borrowed.keep import kept_for, state
from zigwheel.borrowed.model import Kept
from zigwheel.config.model import Config, Extension
from zigwheel.config.requirements import wanted_in
from zigwheel.plan.nanobind import MAP, SOURCES

FILES = {
    "__init__.py": "import os\ndef include_dir(): return os.path.dirname(__file__) + '/include'\n",
    "include/nanobind/nanobind.h": "#pragma once\n",
    "src/nb_combined.cpp": "int one;\n",
    "src/stubgen.py": "",
    "ext/robin_map/include/tsl/robin_map.h": "#pragma once\n",
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of `sys.path` with a small nanobind."""
    site = tmp_path / "site"
    for name, text in FILES.items():
        (site / "nanobind" / name).parent.mkdir(parents=True, exist_ok=True)
        (site / "nanobind" / name).write_text(text)
    info = site / "nanobind-2.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: nanobind\nVersion: 2.9\n")
    monkeypatch.syspath_prepend(site)
    return site


def environ(site: Path) -> dict[str, str]:
    """The environment in which it is found."""
    return {**os.environ, "PYTHONPATH": str(site)}


def kept(site: Path, cache: Path, earlier: Mapping[str, Kept]) -> dict[str, Kept]:
    """What a build for one target keeps."""
    config = Config(extension=(Extension(name="a", sources=("a.cpp",), nanobind=True),))
    return kept_for(
        config,
        triple_of("manylinux_2_17_x86_64"),
        cache=cache,
        python=sys.executable,
        environ=environ(site),
        earlier=earlier,
    )


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        ({}, []),
        ({"nanobind": True}, ["nanobind>=2"]),
        ({"nanobind": True, "include_from": ("numpy>=2",)}, ["numpy>=2", "nanobind>=2"]),
        ({"nanobind": True, "include_from": ("NanoBind >=2.4, <3",)}, ["NanoBind >=2.4, <3"]),
        ({"nanobind": True, "enabled": False}, []),
    ],
)
def test_what_is_asked_for(options: dict[str, object], texts: list[str]) -> None:
    config = Config(extension=(Extension(name="a", sources=("a.cpp",), **options),))  # type: ignore[arg-type]
    assert [wanted.text for wanted in wanted_in(config)] == texts


def test_all_parts_are_kept(site: Path, tmp_path: Path) -> None:
    found = kept(site, tmp_path / "cache", {})
    files = {
        name: sorted(f.relative_to(part.folder).as_posix() for f in part.folder.rglob("*.*"))
        for name, part in found.items()
    }
    assert files == {
        "nanobind": ["nanobind/nanobind.h"],
        SOURCES: ["nb_combined.cpp"],
        MAP: ["tsl/robin_map.h"],
    }
    assert {part.version for part in found.values()} == {"2.9"}
    (source,) = {part.source for part in found.values()}
    assert source == state("nanobind>=2", python=sys.executable, environ=environ(site))
    (site / "nanobind" / "src" / "nb_combined.cpp").write_text("int two;\n")
    assert source != state("nanobind>=2", python=sys.executable, environ=environ(site))


def test_an_earlier_build_has_all_or_nothing(site: Path, tmp_path: Path) -> None:
    first = kept(site, tmp_path / "cache", {})
    (site / "nanobind" / "src" / "nb_combined.cpp").write_text("int two;\n")
    assert kept(site, tmp_path / "cache", first) == first
    (first[MAP].folder / "tsl" / "robin_map.h").unlink()
    (first[MAP].folder / "tsl").rmdir()
    first[MAP].folder.rmdir()
    assert kept(site, tmp_path / "cache", first)[SOURCES] != first[SOURCES]
