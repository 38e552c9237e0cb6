"""A real PyPy: as the Python that is built for, and as the host that builds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.rig import build, copied, own_tests, run, unpacked
from tests.foreign.python import ForeignPython
from tests.foreign.required import required
from tests.foreign.sysroot import loader_in
from zigwheel.target.python import parse_python, suffix
from zigwheel.target.triple import Triple

NAME = "pp311-manylinux_x86_64"


@pytest.fixture(scope="module")
def pypy() -> ForeignPython:
    return required(NAME)


@pytest.fixture(scope="module")
def host(pypy: ForeignPython, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment whose program starts PyPy by its loader, so that pip can start it, too."""
    folder = tmp_path_factory.mktemp("pypy")
    program = folder / "bin" / "pypy3"
    program.parent.mkdir()
    words = " ".join(f"'{word}'" for word in loader_in(pypy.root))
    program.write_text(f'#!/bin/sh\nexec {words} --argv0 "$0" \'{pypy.python}\' "$@"\n')
    program.chmod(0o755)
    (folder / "pyvenv.cfg").write_text(f"home = {pypy.python.parent}\n", encoding="utf-8")
    return program


@pytest.mark.slow
def test_what_it_says_of_itself(pypy: ForeignPython) -> None:
    question = (
        "import sys, sysconfig as s; print(s.get_config_var('EXT_SUFFIX'), s.get_path('include'))"
    )
    ending, include = pypy.run(["-c", question]).stdout.split()
    triple = Triple(arch="x86_64", os="linux", libc="gnu", floor=(2, 17))
    python = parse_python("pp311")
    assert ending == suffix(python, triple, stable_abi="")
    assert Path(include).name == python.include_name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fastsum", "packbits", "twins"])
def test_the_examples_run(
    pypy: ForeignPython, with_zig: dict[str, str], tmp_path: Path, name: str
) -> None:
    settings = [f"target={NAME}", f"python-headers={pypy.root}"]
    wheel = build(copied(name, tmp_path / "project"), tmp_path / "out", with_zig, settings=settings)
    assert "-pp311-pypy311_pp80-manylinux2014_x86_64" in wheel.name
    site = unpacked(wheel, tmp_path / "site")
    done = pypy.run([own_tests(name)], pythonpath=[site])
    said = done.stderr.strip().splitlines()
    assert said[-1] == "OK" or said[-1].startswith("OK (skipped="), done.stderr


@pytest.mark.slow
def test_other_machines_need_headers_of_their_size(
    pypy: ForeignPython, with_zig: dict[str, str], tmp_path: Path
) -> None:
    """The headers of a 64-bit PyPy serve aarch64; a 32-bit machine is refused."""
    project = copied("fastsum", tmp_path / "project")
    headers = f"python-headers={pypy.root}"
    wheel = build(
        project, tmp_path / "out", with_zig, settings=["target=pp311-manylinux_aarch64", headers]
    )
    assert "-pp311-pypy311_pp80-manylinux2014_aarch64" in wheel.name
    words = [sys.executable, "-m", "zigwheel", "build", project, "--target", "pp311-manylinux_i686"]
    done = subprocess.run(
        [*words, "-C", headers, "-o", tmp_path / "no"], env=with_zig, capture_output=True, text=True
    )
    assert done.returncode == 6
    assert "are of a PyPy with pointers of 64 bits, but i686 has 32" in done.stderr


@pytest.mark.slow
def test_pip_on_pypy(
    pypy: ForeignPython,
    host: Path,
    wheelhouse: Path,
    with_zig: dict[str, str],
    tmp_path: Path,
) -> None:
    """`pip wheel SDIST` where PyPy is the host; the same bytes as from this machine's Python."""
    project = copied("fastsum", tmp_path / "project")
    sdist = build(project, tmp_path / "sdist", with_zig, sdist=True)
    # pip is what this very Python has: it is the same for every Python
    pip = tmp_path / "pip"
    run([sys.executable, "-m", "pip", "install", "--quiet", "--target", pip, "pip"], with_zig)
    zig = {"ZIGWHEEL_ZIG": with_zig["ZIGWHEEL_ZIG"]} if "ZIGWHEEL_ZIG" in with_zig else {}
    environ = {**with_zig, **zig, "PYTHONPATH": str(pip), "PATH": os.defpath}
    out = tmp_path / "out"
    words = ["-m", "pip", "wheel", "--no-cache-dir", "--find-links", wheelhouse, "--wheel-dir", out]
    run([host, *words, sdist], environ)
    (wheel,) = out.iterdir()
    settings = [f"target={NAME}", f"python-headers={pypy.root}"]
    other = build(project, tmp_path / "here", with_zig, settings=settings)
    assert wheel.name == other.name
    assert wheel.read_bytes() == other.read_bytes()
    site = unpacked(wheel, tmp_path / "site")
    run(
        [host, "-c", "import fastsum; assert fastsum.total(b'abc') == 294"],
        {"PYTHONPATH": str(site)},
    )
