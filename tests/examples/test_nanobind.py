"""The example `spans`: which wheel each Python gets, that real ones load it, and what is said of it."""

from __future__ import annotations

import json
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.examples.rig import build, copied, run, tried, unpacked
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


STUBS = ("spans/_core.pyi", "spans/py.typed")

USE = """\
import spans

taken = spans.SpanSet([(1, 5)])
taken.add(start=5, stop=7)
low: int = taken.bounds[0]
total: int = spans.covered(list(taken))
"""


def stubs_in(wheel: Path) -> dict[str, bytes]:
    """The files of types in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {n: archive.read(n) for n in archive.namelist() if n.endswith((".pyi", ".typed"))}


def test_stubs_are_the_same_for_every_target(
    built: Builder, for_313: list[str], environ: dict[str, str], tmp_path: Path
) -> None:
    native = built("spans", [])
    found = stubs_in(native)
    assert tuple(found) == STUBS
    for target in ("aarch64-linux-gnu.2.17", "aarch64-macos.11.0"):
        assert stubs_in(built("spans", [f"target={target}", *for_313])) == found
    place = unpacked(native, tmp_path / "wheel")
    (tmp_path / "use.py").write_text(USE)
    (tmp_path / "wrong.py").write_text(f"{USE}taken.add('1', 2)\n")
    mypy: list[str | Path] = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        tmp_path / "c",
    ]
    run([*mypy, tmp_path / "use.py"], {**environ, "MYPYPATH": str(place)})
    with pytest.raises(AssertionError, match='incompatible type "str"; expected "int"'):
        run([*mypy, tmp_path / "wrong.py"], {**environ, "MYPYPATH": str(place)})


def test_an_sdist_may_carry_stubs(with_zig: dict[str, str], tmp_path: Path) -> None:
    project = copied("spans", tmp_path / "spans")
    sdist = build(
        project, tmp_path / "sdist", with_zig, sdist=True, settings=["sdist.generated=true"]
    )
    assert not list(project.rglob("*.pyi"))
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (again,) = (tmp_path / "unpacked").iterdir()
    carried = again / "src" / "spans" / "_core.pyi"
    assert "class SpanSet:" in carried.read_text()
    carried.write_text("Own = int\n")  # so that it shows which one is taken
    found = stubs_in(build(again, tmp_path / "wheel", with_zig, settings=["target=win_amd64"]))
    assert found == {STUBS[0]: b"Own = int\n", STUBS[1]: b""}


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
