"""What is made once for all tests of the examples, also by several workers of xdist."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.examples.rig import ROOT, base_environ, build, copied, in_place, run
from tests.foreign.cache import cache_root, made_once
from tests.foreign.python import ForeignPython
from tests.foreign.required import required
from zigwheel.errors import HeadersError
from zigwheel.target.headers import find_headers
from zigwheel.target.host import describe_host
from zigwheel.target.python import parse_python
from zigwheel.zig.toolchain import REQUIREMENT, ZIG_VERSION, find_zig


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of this test run that all workers see."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def environ() -> dict[str, str]:
    """The environment of builds; zigwheel's cache outlives the run, so that libc++ is compiled once."""
    return base_environ(cache_root() / "zigwheel")


@pytest.fixture(scope="session")
def with_zig(environ: dict[str, str]) -> dict[str, str]:
    """The environment of builds without isolation, in which somebody has to have brought Zig."""
    found = in_place(environ)
    cache = Path(found["ZIGWHEEL_CACHE_DIR"])
    if find_zig(cache=cache, environ=found, host=describe_host()) is None:

        def install(folder: Path) -> None:
            words = [
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--target",
                folder,
                REQUIREMENT,
            ]
            run([sys.executable, *words], environ)

        folder = made_once(cache_root() / f"ziglang-{ZIG_VERSION}", install)
        found["ZIGWHEEL_ZIG"] = str(folder / "ziglang" / "zig")
    return found


@pytest.fixture(scope="session")
def wheelhouse(shared: Path, environ: dict[str, str]) -> Path:
    """A folder with zigwheel's own wheel, built from this checkout by itself."""
    return made_once(shared / "wheelhouse", lambda folder: build(ROOT, folder, in_place(environ)))


@pytest.fixture(scope="session")
def built(shared: Path, with_zig: dict[str, str]) -> Callable[..., Path]:
    """Builds a wheel of an example with `-C` settings, once for a test run."""

    def wheel_of(name: str, settings: Sequence[str] = ()) -> Path:
        def make(folder: Path) -> None:
            project = copied(name, folder / "project")
            build(project, folder / "wheel", with_zig, settings=settings)

        key = "-".join(
            [name, *(setting.partition("=")[2].replace("/", "_") for setting in settings)]
        )
        (wheel,) = (made_once(shared / "built" / key, make) / "wheel").iterdir()
        return wheel

    return wheel_of


@pytest.fixture(scope="session")
def foreign() -> Callable[[str], ForeignPython]:
    """A real interpreter by its name, such as `cp313-manylinux_aarch64`."""
    return required


@pytest.fixture(scope="session")
def for_313(foreign: Callable[[str], ForeignPython], with_zig: dict[str, str]) -> list[str]:
    """The settings of a build for CPython 3.13; its headers are Debian's where this machine has none."""
    try:
        find_headers(
            parse_python("cp313"),
            limited_api_minimum=None,
            given="",
            host=describe_host(),
            environ=with_zig,
        )
    except HeadersError:
        return ["python=cp313", f"python-headers={foreign('cp313-manylinux_aarch64').include}"]
    return ["python=cp313"]


@pytest.fixture(scope="session")
def pristine() -> Callable[[], str]:
    """What git says of the examples' folder, to see whether a build left anything there."""

    def status() -> str:
        words = ["git", "status", "--porcelain", "--ignored", "examples"]
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True).stdout

    return status
