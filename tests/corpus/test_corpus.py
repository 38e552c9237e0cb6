"""Packages of others, built by zigwheel, hold what their own build makes and pass their own tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.corpus.native import audited, built, differences, own_tests
from tests.corpus.project import prepared
from tests.corpus.record import Package, packages
from tests.corpus.rig import Failed, Workshop, open_workshop

RECORD = packages()
WANTED = os.environ.get("ZIGWHEEL_CORPUS", "")
"""`all`, or names of packages with commas between them; else the quick ones."""


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


@pytest.fixture
def workshop(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A workshop for one package; zigwheel's own wheel is built once for all."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return open_workshop(tmp_path, base / "corpus-wheelhouse")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the baselines are those of Linux")
@pytest.mark.parametrize("package", chosen(), ids=lambda p: p.name)
def test_real_package(package: Package, workshop: Workshop) -> None:
    running = ".".join(map(str, sys.version_info[:2]))
    if not SpecifierSet(package.python).contains(running):
        pytest.skip(f"{package.name} {package.version} is for Python {package.python}")
    try:
        project = prepared(package, workshop)
        wheel = built(package, project, workshop)
        assert differences(package, wheel) == []
        audited(package, wheel, workshop)
        count = own_tests(package, project, wheel, workshop)
    except Failed as error:
        pytest.fail(f"{error}\n{error.text}", pytrace=False)
    print(
        f"{package.name} {package.version}: {count} pass, {package.suite.passed} with its own build"
    )
