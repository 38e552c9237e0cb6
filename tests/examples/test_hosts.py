"""The same bytes from every machine: zigwheel runs on a machine of another kind and builds there."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.examples.rig import EXAMPLES, FOLDER, build, copied, run
from tests.foreign.python import Unavailable
from tests.foreign.registry import python_named
from tests.hosts import products
from tests.hosts.linux import LinuxMachine, aarch64_machine
from tests.hosts.windows import WindowsMachine, windows_machine
from zigwheel.setup import requires_for_sources, set_up
from zigwheel.target.host import describe_host

TARGETS = ("manylinux_2_17_x86_64", "musllinux_1_2_aarch64", "macosx_11_0_arm64")

WINDOWS_BUILDS_FOR = (
    "manylinux_2_17_x86_64",
    "musllinux_1_2_aarch64",
    "macosx_11_0_arm64",
)
"""Not Windows itself: Wine takes many minutes for the several hundred files of MinGW's C library."""


def self_contained(name: str) -> bool:
    """Whether an example builds with nothing but zigwheel: no package index reaches the other host."""
    setup = set_up(FOLDER / name, {}, dict(os.environ), describe_host())
    return not requires_for_sources(setup)


SELF_CONTAINED = tuple(name for name in EXAMPLES if self_contained(name))
CASED = """\
[build-system]
requires = ["zigwheel"]
build-backend = "zigwheel.build"

[project]
name = "cased"
version = "1"

[[tool.zigwheel.extension]]
name = "cased"
sources = ["src/*.c"]
"""
"""A project with a file whose name matches where the case of letters does not count."""


def missing(error: Unavailable) -> None:
    """Skip a test whose machine is not to be had; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(str(error), pytrace=False)
    pytest.skip(str(error))


@pytest.fixture
def aarch64(tmp_path: Path) -> LinuxMachine:
    """A Linux machine on aarch64 that shares the test's folder."""
    try:
        return aarch64_machine(tmp_path)
    except Unavailable as error:
        missing(error)
        raise


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_linux_on_aarch64_builds_the_same_wheel(
    target: str,
    aarch64: LinuxMachine,
    built: Callable[..., Path],
    for_313: list[str],
    tmp_path: Path,
) -> None:
    here = built("fastsum", [f"target={target}", *for_313])
    project = copied("fastsum", tmp_path / "fastsum")
    words = ["-m", "zigwheel", "build", project, "-o", tmp_path / "out", "--target", target]
    # objects are compiled anew, in a folder of their own
    done = aarch64.run([*words, "-C", "build-dir=build"])
    assert done.returncode == 0, done.stderr
    (there,) = (tmp_path / "out").iterdir()
    assert there.name == here.name
    assert there.read_bytes() == here.read_bytes()


@pytest.mark.slow
def test_linux_on_aarch64_sees_itself(aarch64: LinuxMachine) -> None:
    said = aarch64.run(["-m", "zigwheel", "doctor"])
    assert "host     aarch64 linux gnu (2, 41)\n" in said.stdout
    assert "target   aarch64-linux-gnu.2.17 cp313\n" in said.stdout
    assert f"zig      0.16.0 {aarch64.own}/cache/zig/0.16.0-linux-aarch64/zig\n" in said.stdout
    assert said.returncode == 0


@pytest.mark.slow
def test_linux_on_aarch64_writes_the_same_sdist(
    aarch64: LinuxMachine, with_zig: dict[str, str], tmp_path: Path
) -> None:
    here = build(copied("twins", tmp_path / "1"), tmp_path / "here", with_zig, sdist=True)
    project = copied("twins", tmp_path / "2")
    done = aarch64.run(["-m", "zigwheel", "sdist", project, "-o", tmp_path / "there"])
    assert done.returncode == 0, done.stderr
    (there,) = (tmp_path / "there").iterdir()
    assert (there.name, there.read_bytes()) == (here.name, here.read_bytes())


@pytest.fixture(scope="session")
def windows() -> WindowsMachine:
    """A Windows machine."""
    try:
        return windows_machine()
    except Unavailable as error:
        missing(error)
        raise


@pytest.fixture(scope="session")
def headers() -> Path:
    """Headers of CPython 3.13, which the Windows machine has none of."""
    include = python_named("cp313-manylinux_x86_64").include
    assert include
    return include


@pytest.mark.slow
def test_windows_makes_the_same_of_every_example(
    windows: WindowsMachine, with_zig: dict[str, str], headers: Path, tmp_path: Path
) -> None:
    """Sdists, metadata, plans and the pure wheel: all but the compiler's own work."""
    for name in SELF_CONTAINED:
        copied(name, tmp_path / "examples" / name)
    cased = tmp_path / "examples" / "cased"
    (cased / "src").mkdir(parents=True)
    (cased / "pyproject.toml").write_text(CASED, encoding="utf-8")
    for name in ("a.c", "B.C"):
        (cased / "src" / name).touch()
    script = Path(products.__file__)

    def words(out: str, include: str) -> list[str | Path]:
        (tmp_path / out).mkdir()
        settings = {"target": "manylinux_2_17_x86_64", "python": "cp313", "python-headers": include}
        return [script, tmp_path / "examples", tmp_path / out, json.dumps(settings)]

    here: Mapping[str, object] = json.loads(
        run([sys.executable, *words("here", str(headers))], with_zig)
    )
    done = windows.run(words("there", windows.python.path(headers)))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == here
    assert set(here) == {*SELF_CONTAINED, "cased"}


@pytest.mark.slow
def test_windows_builds_the_same_wheels(
    windows: WindowsMachine, built: Callable[..., Path], headers: Path, tmp_path: Path
) -> None:
    """A library and two extensions, by Zig for Windows; one target after the other, since it has no locks."""
    for target in WINDOWS_BUILDS_FOR:
        here = built("twins", [f"target={target}", "python=cp313", f"python-headers={headers}"])
        project, out = copied("twins", tmp_path / target / "twins"), tmp_path / target / "out"
        words = ["-m", "zigwheel", "build", project, "-o", out, "--target", target]
        words += ["-C", f"python-headers={windows.python.path(headers)}", "-C", "build-dir=build"]
        done = windows.run(words)
        assert done.returncode == 0, done.stderr
        (there,) = out.iterdir()
        assert there.name == here.name
        assert there.read_bytes() == here.read_bytes()


@pytest.mark.slow
def test_windows_sees_itself(windows: WindowsMachine) -> None:
    said = windows.run(["-m", "zigwheel", "doctor"]).stdout.splitlines()
    assert said[0].rstrip() == "host     x86_64 windows gnu"
    assert said[1] == f"python   cpython 3.13 {windows.python.path(windows.python.python)}"
    kept = windows.own / "cache" / "zig" / "0.16.0-windows-x86_64" / "zig.exe"
    assert f"zig      0.16.0 {windows.python.path(kept)}" in said


@pytest.mark.slow
def test_windows_prints_a_path_that_its_console_lacks(
    windows: WindowsMachine, tmp_path: Path
) -> None:
    project = copied("puretree", tmp_path / "包" / "puretree")
    done = windows.run(["-m", "zigwheel", "sdist", project, "-o", project / "out"])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("\\u5305\\puretree\\out\\puretree-5.0.0rc1.tar.gz")
    assert [file.name for file in (project / "out").iterdir()] == ["puretree-5.0.0rc1.tar.gz"]


REPLACED = """
import importlib.util, os, shutil, sys
from importlib.machinery import ExtensionFileLoader

from zigwheel.wheel import editable_finder

folder, fresh = sys.argv[1:]
editable_finder.HERE = folder
built, new = os.path.join(folder, "_queue.pyd"), os.path.join(fresh, "_queue.pyd")
shutil.copy(importlib.util.find_spec("_queue").origin, built)
spec = importlib.util.spec_from_file_location(
    "_queue", built, loader=ExtensionFileLoader("_queue", built)
)
spec.loader.exec_module(importlib.util.module_from_spec(spec))
with open(new, "wb") as file:
    file.write(b"another")
try:
    os.replace(new, built)
except PermissionError:
    print("in use")
rebuild = editable_finder.Rebuild(
    "d", {"_queue": "_queue.pyd"}, command=[], folder="", environment={}, stamp="", watched=[], others=[]
)
rebuild.put_in_place(fresh)
with open(built, "rb") as file:
    print(file.read().decode())
"""


@pytest.mark.slow
def test_windows_rebuilds_a_module_in_use(windows: WindowsMachine, tmp_path: Path) -> None:
    for name in ("site", "fresh"):
        (tmp_path / name).mkdir()
    done = windows.run(["-c", REPLACED, tmp_path / "site", tmp_path / "fresh"])
    assert done.stdout.split() == ["in", "use", "another"], done.stderr
    assert [file.name for file in (tmp_path / "site").iterdir()] == ["_queue.pyd"]
