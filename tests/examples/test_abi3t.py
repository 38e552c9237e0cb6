"""One project, all ABIs: which wheel each Python gets, and that real ones load it."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.tags import cpython_tags
from packaging.utils import parse_wheel_filename

from tests.examples.rig import ROOT, build, unpacked
from tests.foreign.python import ForeignPython
from tests.foreign.required import required

PROJECT = ROOT / "tests" / "packages" / "both-abis"
PLATFORM = "manylinux_2_17_x86_64"
PROGRAM = "import both_abis as b; c = b.Counter(5, step=3); print(b.ABI, c.next(), c.next())"

Made = Callable[[str], Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, with_zig: dict[str, str]) -> Made:
    """Builds the wheel for a Python with the headers of Debian's 3.15, or PyPy's."""

    def wheel(python: str) -> Path:
        folder = tmp_path_factory.mktemp(python)
        shutil.copytree(PROJECT, folder / "project")
        source = f"{'pp311' if python == 'pp311' else 'cp315'}-manylinux_x86_64"
        settings = [f"target={PLATFORM}", f"python={python}"]
        settings.append(f"python-headers={required(source).include}")
        return build(folder / "project", folder / "wheel", with_zig, settings=settings)

    return wheel


def said(python: ForeignPython, wheel: Path, folder: Path) -> str:
    """What the extension says of itself and does in a real interpreter."""
    done = python.run(["-W", "error", "-c", PROGRAM], pythonpath=[unpacked(wheel, folder)])
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("python", "tag", "file", "abi"),
    [
        ("cp313", "cp310-abi3", "_counter.abi3.so", "abi3"),
        ("cp315", "cp310-abi3", "_counter.abi3.so", "abi3"),
        ("cp315t", "cp315-abi3.abi3t", "_counter.abi3t.so", "abi3t"),
        ("pp311", "pp311-pypy311_pp80", "_counter.pypy311-pp80-x86_64-linux-gnu.so", "own"),
    ],
)
def test_which_wheel(
    made: Made, tmp_path: Path, python: str, tag: str, file: str, abi: str
) -> None:
    wheel = made(python)
    assert wheel.name == f"both_abis-1.0-{tag}-manylinux2014_x86_64.{PLATFORM}.whl"
    with zipfile.ZipFile(wheel) as archive:
        assert f"both_abis/{file}" in archive.namelist()
    # The registries have no free-threaded 3.15; with the GIL it loads the same file.
    loads = required(f"{python.rstrip('t')}-manylinux_x86_64")
    assert said(loads, wheel, tmp_path) == f"{abi} 8 11"


@pytest.mark.slow
def test_abi3t_is_for_pythons_with_and_without_the_gil(made: Made) -> None:
    _, _, _, tags = parse_wheel_filename(made("cp315t").name)
    for python in ("cp315", "cp315t"):
        assert set(cpython_tags((3, 15), [python], [PLATFORM])) & tags
    for version, python in (((3, 14), "cp314"), ((3, 14), "cp314t")):
        assert not set(cpython_tags(version, [python], [PLATFORM])) & tags


@pytest.mark.slow
def test_the_same_file_for_either_python(
    made: Made, with_zig: dict[str, str], tmp_path: Path
) -> None:
    """A wheel for both ABIs does not depend on which of its Pythons it was built for."""
    shutil.copytree(PROJECT, tmp_path / "project")
    include = required("cp315-manylinux_x86_64").include
    settings = [f"target={PLATFORM}", "python=cp315", "py-api=cp315t"]
    settings.append(f"python-headers={include}")
    wheel = build(tmp_path / "project", tmp_path / "wheel", with_zig, settings=settings)
    other = made("cp315t")
    assert wheel.name == other.name
    assert wheel.read_bytes() == other.read_bytes()


@pytest.mark.slow
def test_a_free_threaded_python_before_abi3t_gets_a_wheel_of_its_own(
    with_zig: dict[str, str], tmp_path: Path
) -> None:
    shutil.copytree(PROJECT, tmp_path / "project")
    python = required("cp313t-manylinux_x86_64")
    settings = [f"target={PLATFORM}", "python=cp313t", f"python-headers={python.include}"]
    wheel = build(tmp_path / "project", tmp_path / "wheel", with_zig, settings=settings)
    assert wheel.name.startswith("both_abis-1.0-cp313-cp313t-")
    assert said(python, wheel, tmp_path / "site") == "own 8 11"
