"""The example `spans`: which wheel each Python gets, that real ones load it, and what is said of it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.examples.rig import build, copied, tried
from tests.foreign.python import ForeignPython

Builder = Callable[..., Path]
Foreign = Callable[[str], ForeignPython]

PLATFORM = "manylinux_2_17_x86_64"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("python", "tag", "loaded_by"),
    [
        ("cp311", "cp311-cp311", ["cp311"]),
        ("cp313", "cp312-abi3", ["cp313", "cp314"]),
        ("cp313t", "cp313-cp313t", ["cp313t"]),
        ("pp311", "pp311-pypy311_pp80", ["pp311"]),
    ],
)
def test_which_wheel(
    python: str,
    tag: str,
    loaded_by: Sequence[str],
    built: Builder,
    foreign: Foreign,
    tmp_path: Path,
) -> None:
    headers = foreign(f"{python.rstrip('t')}-manylinux_x86_64").include
    settings = [f"target={PLATFORM}", f"python={python}", f"python-headers={headers}"]
    wheel = built("spans", settings)
    assert f"-{tag}-" in wheel.name
    for name in loaded_by:
        assert tried(foreign(f"{name}-manylinux_x86_64"), "spans", wheel, tmp_path / name) == 5


def bill_of(wheel: Path) -> Any:
    """The bill of materials of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if "/sboms/" in n)
        return json.loads(archive.read(name))


def test_the_bill_names_nanobind(built: Builder) -> None:
    from importlib.metadata import version

    bill = bill_of(built("spans", []))
    named = {part["bom-ref"]: part for part in bill["components"]}
    nanobind = named["pypi:nanobind"]
    assert nanobind["purl"] == f"pkg:pypi/nanobind@{version('nanobind')}"
    (entry,) = (e for e in bill["dependencies"] if e["ref"].startswith("file:"))
    assert {"pypi:nanobind", "pypi:nanobind#robin-map", "zig:libc++"} <= set(entry["dependsOn"])


@pytest.mark.parametrize("road", ["direct", "zig-build"])
def test_debug_information_names_no_place_of_nanobind(
    road: str, with_zig: dict[str, str], tmp_path: Path
) -> None:
    project = copied("spans", tmp_path / "spans")
    settings = ("strip=false", "optimize=debug", f"lowering={road}")
    with zipfile.ZipFile(build(project, tmp_path / "out", with_zig, settings=settings)) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".so"))
        data = archive.read(name)
    for part in ("nanobind.src/nb_combined.cpp", "nanobind.robin_map/tsl", "nanobind/nanobind"):
        assert part.encode() in data
    assert b"packages/nanobind" not in data
