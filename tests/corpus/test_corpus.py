"""Packages of others, built by zigwheel, hold what their own build makes and pass their own tests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.corpus.counted import passed
from tests.corpus.record import ALWAYS_ABSENT, ALWAYS_ADDED, Package, packages
from tests.corpus.sdists import sdist, unpack
from tests.examples.rig import ROOT, base_environ, build, in_place, run
from tests.foreign.cache import cache_root, made_once

RECORD = packages()
WANTED = os.environ.get("ZIGWHEEL_CORPUS", "")
"""`all`, or names of packages with commas between them; else the quick ones."""

PROMISED = (2, 17)
"""The glibc that a published wheel needs at most, where the config says nothing else."""


def chosen() -> list[Package]:
    """The packages of this run."""
    if WANTED in ("", "all"):
        return [p for p in RECORD if p.quick or WANTED]
    names = WANTED.split(",")
    unknown = set(names) - {p.name for p in RECORD}
    assert not unknown, (
        f"ZIGWHEEL_CORPUS names {', '.join(sorted(unknown))}, which is not on record"
    )
    return [p for p in RECORD if p.name in names]


@pytest.fixture(scope="session")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of builds; pip is shown zigwheel's own wheel, built from this checkout."""
    found = base_environ(cache_root() / "zigwheel")
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    wheels = made_once(
        base / "corpus-wheelhouse", lambda folder: build(ROOT, folder, in_place(found))
    )
    links = f"{wheels} {found.get('PIP_FIND_LINKS', '')}".strip()
    return {**found, "PIP_FIND_LINKS": links}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the baselines are those of Linux")
@pytest.mark.parametrize("package", chosen(), ids=lambda p: p.name)
def test_real_package(package: Package, environ: dict[str, str], tmp_path: Path) -> None:
    running = ".".join(map(str, sys.version_info[:2]))
    if not SpecifierSet(package.python).contains(running):
        pytest.skip(f"{package.name} {package.version} is for Python {package.python}")
    project = unpack(sdist(package), package, tmp_path / "sdist")
    for name in package.removed:
        (project / name).unlink(missing_ok=True)
    shutil.copyfile(package.pyproject, project / "pyproject.toml")
    pip = [sys.executable, "-m", "pip"]
    out = tmp_path / "wheel"
    run([*pip, "wheel", "--no-deps", "--wheel-dir", out, project], environ)
    (wheel,) = out.iterdir()
    same_files(package, wheel)
    audited(wheel, environ)
    own_tests(package, project, wheel, environ, tmp_path)


def same_files(package: Package, wheel: Path) -> None:
    """The wheel holds what the package's own build makes, but for differences with a reason."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
    ours = {generic(name, suffix) for name in names}
    modules = {name for name in ours if name.endswith(("{suffix}", ".so"))}
    assert modules == set(package.extensions)
    theirs = set(package.files)
    absent = {**ALWAYS_ABSENT, **package.absent}
    assert unexplained(theirs - ours, absent) == set(), "only in the package's own wheel"
    added = {**ALWAYS_ADDED, **package.added}
    assert unexplained(ours - theirs, added) == set(), "only in zigwheel's wheel"
    for pattern in package.absent:
        assert any(fnmatchcase(name, pattern) for name in theirs - ours), (
            f"{pattern}: no difference"
        )


def generic(name: str, suffix: str) -> str:
    """A path in a wheel without what depends on the Python or the release."""
    name = re.sub(r"^[^/]+\.dist-info/", "{dist-info}/", name)
    return name.removesuffix(suffix) + "{suffix}" if name.endswith(suffix) else name


def unexplained(names: set[str], reasons: Mapping[str, str]) -> set[str]:
    """Those of `names` that no pattern of `reasons` matches."""
    return {n for n in names if not any(fnmatchcase(n, pattern) for pattern in reasons)}


def audited(wheel: Path, environ: dict[str, str]) -> None:
    """auditwheel finds nothing that an older glibc than the tag's would lack."""
    said = run([sys.executable, "-m", "auditwheel", "show", wheel], environ)
    found = re.search(r'platform tag:\s+"manylinux_(\d+)_(\d+)_\w+"', said)
    assert found, said
    assert (int(found[1]), int(found[2])) <= PROMISED, said


def own_tests(
    package: Package, project: Path, wheel: Path, environ: dict[str, str], folder: Path
) -> None:
    """The package's own tests pass, as many as with its own build, in an environment of its own."""
    suite = package.suite
    room = folder / "venv"
    run([sys.executable, "-m", "venv", "--without-pip", room], environ)
    python = room / "bin" / "python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python]
    run([*pip, "install", "--quiet", wheel, *suite.requirements], environ)
    place = folder / "tests"
    place.mkdir()
    for name in suite.copied:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        if (project / name).is_dir():
            shutil.copytree(project / name, place / name)
        else:
            shutil.copyfile(project / name, place / name)
    done = subprocess.run(
        [python, *suite.words],
        cwd=place / suite.folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=suite.seconds,
    )
    count = passed(done.stdout)
    print(f"{package.name} {package.version}: {count} passed, {suite.passed} with its own build")
    assert done.returncode == 0, done.stdout[-8000:]
    assert count >= suite.passed, done.stdout[-8000:]
